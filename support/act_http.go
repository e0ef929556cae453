package support

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
)

// act does what a button of the page says.
func (h *StaffHandler) act(c *fiber.Ctx, who uuid.UUID) error {
	i, err := h.incident(c)
	if err != nil {
		return err
	}
	ctx, now, actor := c.UserContext(), h.Now(), who.String()
	field, problem := "", ""
	switch c.Params("do") {
	case "take":
		err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error {
			if err := move(ctx, tx, i, "taken", actor, now); err != nil {
				return err
			}
			return setAssignee(ctx, tx, i.ID, who)
		})
	case "answer":
		text := cleanText(c.FormValue("text"))
		if field, problem = "text", badText(text); problem == "" {
			err = h.answer(ctx, i.ID, who, text)
		}
	case "note":
		text := cleanText(c.FormValue("note"))
		if field, problem = "note", badText(text); problem == "" {
			err = say(ctx, h.DB, h.Box, i.ID, message{Author: "note", Employee: &who, Text: text, At: now})
		}
	case "escalate":
		err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error { return h.passOn(ctx, tx, i, actor) })
	case "close":
		err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error {
			if err := move(ctx, tx, i, "closed", actor, now); err != nil {
				return err
			}
			return stopClock(ctx, tx, i.ID, now)
		})
	case "merge":
		field, problem, err = "merge", "support_staff.merge_wrong", nil
		if number := validNumber(c.FormValue("merge")); number != "" {
			other, e := incidentByNumber(ctx, h.DB, number)
			if e == nil {
				problem = ""
				err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error { return mergeIncident(ctx, tx, i, other.ID, actor, now) })
			}
		}
	case "link":
		found, e := linkIncident(ctx, h.DB, i.ID, strings.TrimSpace(c.FormValue("link")))
		if err = e; !found {
			field, problem = "link", "support_staff.link_wrong"
		}
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	if problem == "" {
		return c.Redirect("/support/"+i.ID.String(), fiber.StatusSeeOther)
	}
	return h.showProblem(c, who, i, field, problem)
}

func (h *StaffHandler) showProblem(c *fiber.Ctx, who uuid.UUID, i *Incident, field, problem string) error {
	page, err := h.incidentPage(c, who, i)
	if err != nil {
		return err
	}
	t, typed := h.Pages.Texts(c), c.FormValue(field)
	page.Errors.Add(field, t(problem, maxText))
	if !strings.HasPrefix(problem, "support.text_long") {
		page.Errors = frontend.Errors{}
		page.Errors.Add(field, t(problem))
	}
	wrong := page.Errors.Message(field)
	switch field {
	case "text":
		page.Answer.Value, page.Answer.ErrorMessage = typed, wrong
	case "note":
		page.Note.Value, page.Note.ErrorMessage = typed, wrong
	case "merge":
		page.Merge.Value, page.Merge.ErrorMessage = typed, wrong
	case "link":
		page.Link.Value, page.Link.ErrorMessage = typed, wrong
	}
	return incidentView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
}

// badText returns the key of what is wrong with a text.
func badText(s string) string {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "support.text_missing"
	case n > maxText:
		return "support.text_long"
	}
	return ""
}

func (h *StaffHandler) sendFile(c *fiber.Ctx, _ uuid.UUID) error {
	i, err := h.incident(c)
	if err != nil {
		return err
	}
	return h.download(c, i.ID)
}
