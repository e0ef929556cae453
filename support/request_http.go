package support

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type ownPage struct {
	Rows []ownRow
}

type ownRow struct {
	Number, Href, Topic string
	Tag                 frontend.Tag
	At                  time.Time
}

var stateTags = map[string]string{"new": "govuk-tag--blue", "working": "govuk-tag--yellow", "answered": "govuk-tag--green", "closed": "govuk-tag--grey", "merged": "govuk-tag--yellow"}

func (h *Handler) showOwn(c *fiber.Ctx) error {
	who, err := h.Citizen(c)
	if err != nil {
		return err
	}
	list, err := incidentsOf(c.UserContext(), h.DB, who.ID)
	if err != nil {
		return err
	}
	t, page := h.Pages.Texts(c), ownPage{}
	for _, i := range list {
		page.Rows = append(page.Rows, ownRow{i.Shown(), "/support/requests/" + i.ID.String(), t("support.topic_" + i.Topic), ownTag(t, i), i.RaisedAt})
	}
	return ownView.Render(c, h.Pages, page)
}

// ownTag says to the citizen how it stands: a merged incident is in work until it is answered.
func ownTag(t func(string, ...any) string, i *Incident) frontend.Tag {
	state := i.State
	if state == "merged" {
		if state = "working"; i.AnsweredAt != nil {
			state = "answered"
		}
	}
	return frontend.Tag{Text: t("support.state_" + state), Classes: stateTags[state]}
}

type requestPage struct {
	frontend.Errors
	Sent               bool
	Title, By, Href    string
	Application        string
	Tag                frontend.Tag
	Messages           []spoken
	Files              []frontend.Link
	Text               *frontend.CharacterCount
	Button, Satisfied  frontend.Button
	CanClose, Answered bool
}

type spoken struct {
	Mine bool
	Who  string
	Text string
	At   time.Time
}

func (h *Handler) request(c *fiber.Ctx) (*Incident, *Citizen, error) {
	who, err := h.Citizen(c)
	if err != nil {
		return nil, nil, err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, nil, errNotFound
	}
	i, err := incidentOf(c.UserContext(), h.DB, who.ID, id)
	return i, who, err
}

func (h *Handler) showOne(c *fiber.Ctx) error {
	i, _, err := h.request(c)
	if err != nil {
		return err
	}
	page, err := h.requestPage(c, i)
	if err != nil {
		return err
	}
	page.Sent = c.Query("sent") != ""
	return requestView.Render(c, h.Pages, page)
}

func (h *Handler) requestPage(c *fiber.Ctx, i *Incident) (requestPage, error) {
	t := h.Pages.Texts(c)
	page := requestPage{Title: t("support.request", i.Shown()), Tag: ownTag(t, i), Href: "/support/requests/" + i.ID.String(),
		Answered: i.AnsweredAt != nil, CanClose: i.State == "answered",
		Button:    frontend.Button{Text: t("support.reply"), PreventDoubleClick: true},
		Satisfied: frontend.Button{Text: t("support.satisfied"), Name: "do", Value: "close", Classes: "govuk-button--secondary"}}
	if i.AnsweredAt == nil {
		page.By = rus.FormatDateTime(i.DueAt, web.Lang(c))
	}
	if i.Application != nil {
		page.Application = "/applications/" + i.Application.String()
	}
	if i.State != "merged" {
		page.Text = &frontend.CharacterCount{Name: "text", Maxlength: maxText, Label: frontend.Label{Text: t("support.add")}}
	}
	said, err := h.thread(c.UserContext(), i.ID, false)
	if err != nil {
		return page, err
	}
	for _, m := range said {
		who := t("support.we")
		if m.Author == "citizen" {
			who = t("support.you")
		}
		page.Messages = append(page.Messages, spoken{m.Author == "citizen", who, m.Text, m.At})
	}
	page.Files, err = h.fileLinks(c, i.ID, page.Href)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return page, err
}

func (h *Handler) reply(c *fiber.Ctx) error {
	i, who, err := h.request(c)
	if err != nil {
		return err
	}
	if err := h.allow(c, "support-reply", who, talkRate); err != nil {
		return err
	}
	back := "/support/requests/" + i.ID.String()
	if c.FormValue("do") == "close" {
		if err := h.closeOwn(c.UserContext(), who.ID, i.ID); err != nil {
			return err
		}
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	text := cleanText(c.FormValue("text"))
	if n := utf8.RuneCountInString(text); n == 0 || n > maxText {
		page, err := h.requestPage(c, i)
		if err != nil {
			return err
		}
		t := h.Pages.Texts(c)
		problem := t("support.text_missing")
		if n > 0 {
			problem = t("support.text_long", maxText)
		}
		page.Errors.Add("text", problem)
		if page.Text != nil {
			page.Text.Value, page.Text.ErrorMessage = text, page.Errors.Message("text")
		}
		return requestView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.askAgain(c.UserContext(), who.ID, i.ID, text); err != nil {
		return err
	}
	return c.Redirect(back, fiber.StatusSeeOther)
}

// Lines are the lines of what was said.
func (s spoken) Lines() []string { return strings.Split(s.Text, "\n") }
