package notices

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the notices of whoever is signed in.
type Handler struct {
	DB        db.DB
	Box       *secret.Box
	Pages     *frontend.Pages
	Now       func() time.Time
	User      func(*fiber.Ctx) (uuid.UUID, error)
	PublicURL string
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/notices", h.list)
	r.Get("/notices/settings", h.showSettings)
	r.Post("/notices/settings", h.saveSettings)
}

type listPage struct {
	Notices []line
	Older   string // address of the notices before these, "" when there are none
}

type line struct {
	Text  string
	When  string
	Links []frontend.Link // without a text when the notice does not say what it calls it
	New   bool
}

type settingsPage struct {
	Saved  *frontend.NotificationBanner
	Topics []frontend.Checkboxes
}

const (
	listTemplate     frontend.Page[listPage]     = "portal/notices.html"
	settingsTemplate frontend.Page[settingsPage] = "portal/notices-settings.html"

	pageRows = 30
)

func (h *Handler) list(c *fiber.Ctx) error {
	account, err := h.User(c)
	if err != nil {
		return err
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	c.Set(fiber.HeaderCacheControl, "no-store")
	var before *time.Time
	if at, err := time.Parse(time.RFC3339Nano, c.Query("before")); err == nil {
		before = &at
	}
	rows, err := read(c.UserContext(), h.DB, account, before, pageRows+1, h.Now())
	if err != nil {
		return err
	}
	var page listPage
	for i, r := range rows {
		if i == pageRows {
			page.Older = "/notices?before=" + rows[i-1].CreatedAt.UTC().Format(time.RFC3339Nano)
			break
		}
		text, err := h.Box.Open(r.Body, place(r.ID))
		if err != nil {
			return err
		}
		one := line{When: rus.FormatDateTime(r.CreatedAt, web.Lang(c)), New: r.ReadAt == nil}
		one.Text, one.Links = told(string(text), h.PublicURL)
		page.Notices = append(page.Notices, one)
	}
	return listTemplate.Render(c, h.Pages, page)
}

func (h *Handler) showSettings(c *fiber.Ctx) error {
	account, err := h.User(c)
	if err != nil {
		return err
	}
	muted, err := mutesOf(c.UserContext(), h.DB, account)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	var page settingsPage
	for _, topic := range Topics {
		boxes := frontend.Checkboxes{Name: topic, Fieldset: frontend.Question(t("notices.topic_" + topic)), Hint: frontend.Hint{Text: t("notices.topic_" + topic + "_hint")}}
		for _, channel := range Channels {
			boxes.Items = append(boxes.Items, frontend.Choice{Value: string(channel), Text: t("notices.channel_" + string(channel)),
				Checked: !muted[topic+"-"+string(channel)]})
		}
		page.Topics = append(page.Topics, boxes)
	}
	if c.Query("saved") != "" {
		page.Saved = &frontend.NotificationBanner{Type: "success", Text: t("notices.saved")}
	}
	return settingsTemplate.Render(c, h.Pages, page)
}

func (h *Handler) saveSettings(c *fiber.Ctx) error {
	account, err := h.User(c)
	if err != nil {
		return err
	}
	on := map[string]bool{}
	for _, topic := range Topics {
		for _, value := range c.Request().PostArgs().PeekMulti(topic) {
			on[topic+"-"+string(value)] = true
		}
	}
	var topics, channels []string
	for _, topic := range Topics {
		for _, channel := range Channels {
			if !on[topic+"-"+string(channel)] {
				topics, channels = append(topics, topic), append(channels, string(channel))
			}
		}
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		return setMutes(c.UserContext(), tx, account, topics, channels)
	})
	if err != nil {
		return err
	}
	return c.Redirect("/notices/settings?saved=1", fiber.StatusSeeOther)
}
