package support

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const noticesView frontend.Page[noticesPage] = "support/notices.html"

type noticesPage struct {
	frontend.Errors
	Tabs         []frontend.Link
	Kind         frontend.Radios
	Titles       []frontend.Input
	Text         []frontend.Textarea
	Starts, Ends frontend.Input
	Button       frontend.Button
	Notices      []noticeRow
}

const formTime = "2006-01-02T15:04" // of an input of type datetime-local

var moscow = time.FixedZone("MSK", 3*3600)

func (h *StaffHandler) noticesPage(c *fiber.Ctx) (noticesPage, error) {
	t := h.Pages.Texts(c)
	page := noticesPage{Tabs: h.tabs(c), Kind: frontend.Radios{Name: "kind", Value: c.FormValue("kind"), Fieldset: frontend.Question(t("support_status.kind"))},
		Starts: frontend.Input{Name: "starts", Type: "datetime-local", Value: c.FormValue("starts"), Label: frontend.Label{Text: t("support_status.starts")}, Classes: "govuk-input--width-20"},
		Ends:   frontend.Input{Name: "ends", Type: "datetime-local", Value: c.FormValue("ends"), Label: frontend.Label{Text: t("support_status.ends")}, Classes: "govuk-input--width-20"},
		Button: frontend.Button{Text: t("support_status.announce"), PreventDoubleClick: true}}
	for _, kind := range []string{"works", "incident"} {
		page.Kind.Items = append(page.Kind.Items, frontend.Choice{Value: kind, Text: t("support_status.kind_" + kind)})
	}
	for _, lang := range i18n.Langs {
		l := string(lang)
		page.Titles = append(page.Titles, frontend.Input{Name: "title_" + l, Value: c.FormValue("title_" + l), Label: frontend.Label{Text: t("support_status.title_" + l)}, Classes: "govuk-!-width-two-thirds"})
		page.Text = append(page.Text, frontend.Textarea{Name: "text_" + l, Value: c.FormValue("text_" + l), Rows: "2", Label: frontend.Label{Text: t("support_status.text_" + l)}})
	}
	var err error
	page.Notices, err = h.notices(c)
	return page, err
}

func (h *StaffHandler) showNotices(c *fiber.Ctx, _ uuid.UUID) error {
	page, err := h.noticesPage(c)
	if err != nil {
		return err
	}
	return noticesView.Render(c, h.Pages, page)
}

// announce takes planned works no later than a working day before they start.
func (h *StaffHandler) announce(c *fiber.Ctx, who uuid.UUID) error {
	page, err := h.noticesPage(c)
	if err != nil {
		return err
	}
	t, now := h.Pages.Texts(c), h.Now()
	n := &notice{ID: uuid.Must(uuid.NewV7()), Kind: c.FormValue("kind"), AnnouncedAt: now, AnnouncedBy: who.String(),
		Title: texts(c, "title_"), Text: texts(c, "text_")}
	if n.Kind != "works" && n.Kind != "incident" {
		page.Errors.Add("kind", t("support_status.kind_missing"))
	}
	for i, title := range []string{n.Title.RU, n.Title.TT, n.Title.EN} {
		if title == "" || utf8.RuneCountInString(title) > 200 {
			page.Errors.Add(page.Titles[i].Name, t("support_status.title_missing_"+string(i18n.Langs[i])))
			page.Titles[i].ErrorMessage = page.Errors.Message(page.Titles[i].Name)
		}
	}
	n.StartsAt, err = time.ParseInLocation(formTime, c.FormValue("starts"), moscow)
	switch {
	case err != nil:
		page.Errors.Add("starts", t("support_status.starts_missing"))
	case n.Kind == "works" && n.StartsAt.Before(earliestWorks(now)):
		page.Errors.Add("starts", t("support_status.too_soon", rus.FormatDateTime(earliestWorks(now), web.Lang(c))))
	}
	ends, err := time.ParseInLocation(formTime, c.FormValue("ends"), moscow)
	switch {
	case err == nil && ends.After(n.StartsAt):
		n.EndsAt = &ends
	case n.Kind == "works" || c.FormValue("ends") != "":
		page.Errors.Add("ends", t("support_status.ends_missing"))
	}
	page.Kind.ErrorMessage, page.Starts.ErrorMessage, page.Ends.ErrorMessage = page.Errors.Message("kind"), page.Errors.Message("starts"), page.Errors.Message("ends")
	if page.Errors.Any() {
		return noticesView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := insertNotice(c.UserContext(), h.DB, n); err != nil {
		return err
	}
	return c.Redirect("/support/status", fiber.StatusSeeOther)
}

func texts(c *fiber.Ctx, prefix string) i18n.Text {
	get := func(lang string) string {
		s := []rune(strings.TrimSpace(cleanText(c.FormValue(prefix + lang))))
		return string(s[:min(len(s), 1000)])
	}
	return i18n.Text{RU: get("ru"), TT: get("tt"), EN: get("en")}
}

func (h *StaffHandler) endNotice(c *fiber.Ctx, _ uuid.UUID) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNotFound
	}
	ended, err := endNotice(c.UserContext(), h.DB, id, h.Now())
	if err != nil {
		return err
	}
	if !ended {
		return errMoved
	}
	return c.Redirect("/support/status", fiber.StatusSeeOther)
}
