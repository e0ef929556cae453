package stand

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// outbox is where messages end that would have gone to people's phones and mail boxes.
type outbox struct {
	db    db.DB
	pages *frontend.Pages
	now   func() time.Time
}

// Mount registers the routes.
func (o *outbox) Mount(r fiber.Router) {
	r.Post("/sms", o.takeSMS)
	r.Get("/outbox", o.showOutbox)
	r.Get("/outbox.json", o.listOutbox)
}

// takeSMS is the operator's gateway: JSON or a form with "to" (or "phone"), "text" (or "message") and, if the sender likes, "id".
func (o *outbox) takeSMS(c *fiber.Ctx) error {
	var sms struct{ To, Phone, Text, Message, ID string }
	if c.Is("json") {
		if err := json.Unmarshal(c.BodyRaw(), &sms); err != nil {
			return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a JSON object"})
		}
	} else {
		sms.To, sms.Phone, sms.Text, sms.Message = c.FormValue("to"), c.FormValue("phone"), c.FormValue("text"), c.FormValue("message")
		sms.ID = c.FormValue("id")
	}
	to, text := storable(strings.TrimSpace(sms.To+sms.Phone)), storable(sms.Text+sms.Message)
	if len(digits(to)) < 10 || text == "" {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want to and text"})
	}
	m := message{Channel: "sms", To: to, Text: text, At: o.now()}
	key := storable(sms.ID)
	if key != "" {
		key = "sms/" + key
	}
	if err := saveMessage(c.UserContext(), o.db, &m, "", key); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"id": m.ID})
}

// outboxSize is how many messages both lists show.
const outboxSize = 200

func (o *outbox) listOutbox(c *fiber.Ctx) error {
	all, err := lastMessages(c.UserContext(), o.db, toKey(c.Query("to")), outboxSize)
	if err != nil {
		return err
	}
	if all == nil {
		all = []message{}
	}
	return c.JSON(all)
}

type outboxPage struct {
	Still  frontend.Link // turns the reloading off or on
	To     frontend.Input
	Button frontend.Button
	Rows   []outboxRow
}

type outboxRow struct {
	ID      string
	Channel frontend.Tag
	To      string
	Subject string
	Lines   []string
	At      string
}

const outboxView frontend.Page[outboxPage] = "stand/outbox.html"

// refreshEvery is in seconds.
const refreshEvery = "5"

func (o *outbox) showOutbox(c *fiber.Ctx) error {
	to := strings.TrimSpace(c.Query("to"))
	all, err := lastMessages(c.UserContext(), o.db, toKey(to), outboxSize)
	if err != nil {
		return err
	}
	t, lang := o.pages.Texts(c), web.Lang(c)
	still := c.Query("still") != ""
	page := outboxPage{Still: frontend.Link{Key: "stand.outbox_still", Href: "/outbox?still=1"},
		To: frontend.Input{Name: "to", Value: to, Label: frontend.Label{Text: t("stand.outbox_to")}, Spellcheck: "false",
			Hint: frontend.Hint{Text: t("stand.outbox_to_hint")}, Classes: "govuk-input--width-20"},
		Button: frontend.Button{Text: t("stand.outbox_filter"), Classes: "govuk-button--secondary"}}
	for _, m := range all {
		tag := frontend.Tag{Text: t("stand.channel_" + m.Channel), Classes: "govuk-tag--blue"}
		if m.Channel == "sms" {
			tag.Classes = "govuk-tag--green"
		}
		page.Rows = append(page.Rows, outboxRow{ID: m.ID.String(), Channel: tag, To: rus.FormatPhone(m.To), Subject: m.Subject,
			Lines: strings.Split(m.Text, "\n"), At: rus.FormatDate(m.At, lang) + m.At.In(rus.Moscow).Format(", 15:04:05")})
	}
	// The page reloads itself without scripts; whoever types into the filter or reads slowly can stop it.
	if still {
		page.Still = frontend.Link{Key: "stand.outbox_live", Href: "/outbox"}
	} else {
		c.Set("Refresh", refreshEvery)
	}
	return outboxView.Render(c, o.pages, page)
}
