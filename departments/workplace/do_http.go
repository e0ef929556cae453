package workplace

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/calendar"
	"tamga/internal/rus"
)

const (
	maxText   = 2000 // characters of what a clerk says
	maxListed = 20   // documents that may be asked for at once
)

// do does what a form of the case's page says.
func (h *Handler) do(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	d := deed{Kind: c.Params("do"), From: addressOf(c)}
	if d.Key, err = uuid.Parse(c.FormValue("key")); err != nil {
		d.Key = uuid.New()
	}
	var wrong frontend.Errors
	switch d.Kind {
	case "accept", "begin", "complete", "refuse":
		wrong, err = h.doDecide(c, who, id, d)
	case "assign":
		wrong, err = h.doAssign(c, who, id, d)
	case "request":
		wrong, err = h.doRequest(c, who, id, d)
	case "say", "note":
		wrong, err = h.doSay(c, who, id, d)
	case "appointment":
		wrong, err = h.doInvite(c, who, id, d)
	default:
		return errNone
	}
	if err != nil {
		return err
	}
	return h.after(c, who, id, wrong, d.Kind)
}

// after goes back to the case, or shows what is wrong beside what was typed.
func (h *Handler) after(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, wrong frontend.Errors, form string) error {
	if !wrong.Any() {
		return c.Redirect("/workplace/"+id.String(), fiber.StatusSeeOther)
	}
	page, err := h.page(c, who, id)
	if err != nil {
		return err
	}
	page.Errors, page.Wrong = wrong, form
	for name, to := range map[string]*frontend.ErrorMessage{"ground": &page.Ground.ErrorMessage, "why": &page.Why.ErrorMessage, "say": &page.Say.ErrorMessage,
		"note": &page.Note.ErrorMessage, "what": &page.What.ErrorMessage, "papers": &page.Papers.ErrorMessage, "until": &page.Until.ErrorMessage,
		"at": &page.At.ErrorMessage, "place": &page.Place.ErrorMessage, "name": &page.Name.ErrorMessage, "file": &page.Result.ErrorMessage,
		"signature": &page.Signature.ErrorMessage, "assignee": &page.Assign.ErrorMessage} {
		*to = wrong.Message(name)
	}
	return caseView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
}

// typed is a text of the form, without what no text holds.
func typed(c *fiber.Ctx, name string) string {
	return strings.TrimSpace(strings.NewReplacer("\x00", "", "\r\n", "\n").Replace(strings.ToValidUTF8(c.FormValue(name), "")))
}

// bad tells what is wrong with a text, and notes it.
func (h *Handler) bad(c *fiber.Ctx, wrong *frontend.Errors, name, text string, must bool) {
	t := h.Pages.Texts(c)
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && must:
		wrong.Add(name, t("workplace.missing_"+name))
	case n > maxText:
		wrong.Add(name, t("workplace.long", maxText))
	}
}

// doDecide moves the case. A refusal names a ground of the service's list.
func (h *Handler) doDecide(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed) (wrong frontend.Errors, err error) {
	d.Text = typed(c, "why")
	h.bad(c, &wrong, "why", d.Text, false)
	ground := ""
	if d.Kind == "refuse" {
		one, err := caseOf(c.UserContext(), h.DB, who.Department, id)
		if err != nil {
			return wrong, err
		}
		grounds, err := groundsOf(one.Service)
		if err != nil {
			return wrong, err
		}
		i := slices.IndexFunc(grounds, func(g Ground) bool { return g.ID == c.FormValue("ground") })
		if i < 0 {
			wrong.Add("ground", h.Pages.Texts(c)("workplace.missing_ground"))
			return wrong, nil
		}
		ground = grounds[i].ID
		d.Text, d.Details = strings.TrimSpace(grounds[i].Text.RU+".\n"+d.Text), map[string]any{"ground": ground}
	}
	if wrong.Any() {
		return wrong, nil
	}
	return wrong, h.decide(c.UserContext(), who, id, d, ground)
}

func (h *Handler) doAssign(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed) (wrong frontend.Errors, err error) {
	colleagues, err := colleaguesOf(c.UserContext(), h.DB, who.Department)
	if err != nil {
		return wrong, err
	}
	i := slices.IndexFunc(colleagues, func(o colleague) bool { return o.ID.String() == c.FormValue("assignee") })
	if i < 0 {
		wrong.Add("assignee", h.Pages.Texts(c)("workplace.missing_assignee"))
		return wrong, nil
	}
	d.Kind, d.Text, d.Details = "assigned", colleagues[i].Name, map[string]any{"assignee": colleagues[i].ID}
	return wrong, h.assign(c.UserContext(), who, id, d, &colleagues[i].ID)
}

// doRequest asks the citizen for documents, or for answers anew, until a day.
func (h *Handler) doRequest(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed) (wrong frontend.Errors, err error) {
	t := h.Pages.Texts(c)
	what := typed(c, "what")
	h.bad(c, &wrong, "what", what, true)
	var r departments.Request
	for _, line := range strings.Split(typed(c, "papers"), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			r.Documents = append(r.Documents, line)
		}
	}
	one, err := caseOf(c.UserContext(), h.DB, who.Department, id)
	if err != nil {
		return wrong, err
	}
	var names []string
	if h.Fields != nil {
		chosen := valuesOf(c, "field")
		for _, f := range h.Fields(one.Service, one.Version) {
			if slices.Contains(chosen, f.Key) {
				r.Fields, names = append(r.Fields, f.Key), append(names, f.Label)
			}
		}
	}
	switch {
	case len(r.Documents)+len(r.Fields) == 0:
		wrong.Add("papers", t("workplace.missing_papers"))
	case len(r.Documents) > maxListed || len(r.Fields) > maxListed || slices.ContainsFunc(r.Documents, func(s string) bool { return utf8.RuneCountInString(s) > 150 }):
		wrong.Add("papers", t("workplace.long_papers", maxListed))
	}
	day, e := time.ParseInLocation(time.DateOnly, c.FormValue("until"), rus.Moscow)
	r.Until = day.Add(24*time.Hour - time.Second)
	if earliest := calendar.Default().AddWorkingDays(h.Now(), 1); e != nil || r.Until.Before(earliest) || day.After(h.Now().AddDate(0, 11, 0)) {
		wrong.Add("until", t("workplace.missing_until"))
	}
	if wrong.Any() {
		return wrong, nil
	}
	d.Text = strings.Join(append(append([]string{what}, r.Documents...), names...), "\n")
	return wrong, h.request(c.UserContext(), who, id, d, what, r)
}

// doSay writes to the citizen, or a note to colleagues.
func (h *Handler) doSay(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed) (wrong frontend.Errors, err error) {
	d.Text = typed(c, d.Kind)
	if h.bad(c, &wrong, d.Kind, d.Text, true); wrong.Any() {
		return wrong, nil
	}
	if d.Kind == "note" {
		return wrong, h.act(c.UserContext(), who, id, d, nothing)
	}
	return wrong, h.say(c.UserContext(), who, id, d)
}

func (h *Handler) doInvite(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed) (wrong frontend.Errors, err error) {
	t := h.Pages.Texts(c)
	at, e := time.ParseInLocation("2006-01-02T15:04", c.FormValue("at"), rus.Moscow)
	if e != nil || !at.After(h.Now()) || at.After(h.Now().AddDate(1, 0, 0)) {
		wrong.Add("at", t("workplace.missing_at"))
	}
	place, about := typed(c, "place"), typed(c, "about")
	if n := utf8.RuneCountInString(place); n == 0 || n > 200 {
		wrong.Add("place", t("workplace.missing_place"))
	}
	if h.bad(c, &wrong, "about", about, false); wrong.Any() {
		return wrong, nil
	}
	d.Text = strings.TrimSpace(rus.FormatDateTime(at, "ru") + "\n" + place + "\n" + about)
	return wrong, h.invite(c.UserContext(), who, id, d, at, place, about)
}
