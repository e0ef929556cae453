package departments

import (
	"errors"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func (h *StaffHandler) mountHold(r fiber.Router) {
	r.Get("/deliveries/departments", h.listLines)
	r.Get("/deliveries/departments/:code", h.showLine)
	r.Post("/deliveries/departments/:code/pause", h.pauseLine)
	r.Post("/deliveries/departments/:code/resume", h.resumeLine)
	r.Post("/deliveries/departments/:code/works", h.announceWorks)
	r.Post("/deliveries/departments/:code/works/:id<guid>/cancel", h.cancelWorks)
}

type linesPage struct{ Table frontend.Table }

const linesView frontend.Page[linesPage] = "departments/lines.html"

func (h *StaffHandler) listLines(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	all, err := linesOf(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	works, err := worksAhead(c.UserContext(), h.DB, h.Now())
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("departments_hold.title"), CaptionClasses: "govuk-visually-hidden", FirstCellIsHeader: true}
	for _, key := range []string{"department", "state", "waiting", "stuck", "oldest"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("departments_hold." + key)})
	}
	for _, l := range all {
		table.Rows = append(table.Rows, []frontend.Cell{
			{HTML: anchor("/deliveries/departments/"+l.Code, l.Name.In(lang))}, {Text: t("departments_hold.is_" + l.state(works[l.Code], h.Now()))},
			{Text: strconv.Itoa(l.Waiting)}, {Text: strconv.Itoa(l.Stuck)}, {Text: moment(l.Oldest, lang)}})
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return linesView.Render(c, h.Pages, linesPage{table})
}

func anchor(href, text string) template.HTML {
	return template.HTML(`<a class="govuk-link" href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(text) + `</a>`) //nolint:gosec // escaped
}

// state is why nothing is sent, or "open".
func (l *line) state(works []Works, now time.Time) string {
	switch {
	case l.PausedAt != nil:
		return "paused"
	case slices.ContainsFunc(works, func(w Works) bool { return !w.StartsAt.After(now) }):
		return "works"
	case l.OpenUntil != nil:
		return "broken"
	}
	return "open"
}

type linePage struct {
	frontend.Errors
	Code    string
	Name    string
	Facts   frontend.SummaryList
	Paused  bool
	Reason  frontend.Input
	Pause   frontend.Button
	Resume  frontend.Button
	Works   []worksRow
	Starts  frontend.Input
	Ends    frontend.Input
	Publish frontend.Button
	Digests frontend.Table
	Keyring keyring
	Compare frontend.Button
}

type worksRow struct {
	Text   string
	Action string
	Cancel frontend.Button
}

const lineView frontend.Page[linePage] = "departments/line.html"

func (h *StaffHandler) showLine(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return h.renderLine(c, fiber.StatusOK, frontend.Errors{})
}

func (h *StaffHandler) renderLine(c *fiber.Ctx, status int, errs frontend.Errors) error {
	all, err := linesOf(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(l line) bool { return l.Code == c.Params("code") })
	if at < 0 {
		return fault.New(fault.NotFound, "departments_hold.no_department")
	}
	works, err := worksAhead(c.UserContext(), h.DB, h.Now())
	if err != nil {
		return err
	}
	c.Status(status)
	page := h.linePage(c, &all[at], works[all[at].Code], errs)
	page.Compare = frontend.Button{Text: h.Pages.Texts(c)("departments_mend.compare"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	if page.Digests, err = h.digests(c, all[at].Code); err != nil {
		return err
	}
	if page.Keyring, err = h.keyring(c, all[at].Code, errs); err != nil {
		return err
	}
	return lineView.Render(c, h.Pages, page)
}

func (h *StaffHandler) linePage(c *fiber.Ctx, l *line, works []Works, errs frontend.Errors) linePage {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	field := func(name, width string) frontend.Input {
		return frontend.Input{Name: name, Value: c.FormValue(name), Label: frontend.Label{Text: t("departments_hold." + name)},
			Hint: frontend.Hint{Text: t("departments_hold." + name + "_hint")}, ErrorMessage: errs.Message(name), Autocomplete: "off",
			Classes: width}
	}
	button := func(key string) frontend.Button {
		return frontend.Button{Text: t("departments_hold." + key), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	}
	page := linePage{Errors: errs, Code: l.Code, Name: l.Name.In(lang), Paused: l.PausedAt != nil, Reason: field("reason", "govuk-!-width-two-thirds"),
		Pause: button("pause"), Resume: button("resume"), Starts: field("starts", "govuk-input--width-10"), Ends: field("ends", "govuk-input--width-10"), Publish: button("announce")}
	add := func(key, value string) {
		page.Facts.Rows = append(page.Facts.Rows, frontend.Row(t("departments_hold."+key), value))
	}
	add("state", t("departments_hold.is_"+l.state(works, h.Now())))
	page.Facts.Rows = append(page.Facts.Rows, frontend.Row(t("departments_certificate.form"), t("departments_certificate.form_"+strings.ReplaceAll(l.Signature, "-", "_"))))
	add("waiting", strconv.Itoa(l.Waiting))
	add("stuck", strconv.Itoa(l.Stuck))
	if l.PauseReason != "" {
		add("why", l.PauseReason)
	}
	if l.OpenUntil != nil {
		add("next_try", moment(l.OpenUntil, lang))
	}
	for _, w := range works {
		page.Works = append(page.Works, worksRow{Text: span(w, lang), Cancel: button("call_off"),
			Action: "/deliveries/departments/" + l.Code + "/works/" + w.ID.String() + "/cancel"})
	}
	return page
}

// span is the time of works in words.
func span(w Works, lang i18n.Lang) string {
	return rus.FormatDateTime(w.StartsAt, lang) + " — " + rus.FormatDateTime(w.EndsAt, lang)
}

func (h *StaffHandler) by(c *fiber.Ctx) who { return who{h.Actor(c), c.IP()} }

func (h *StaffHandler) pauseLine(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	reason := clean(c.FormValue("reason"), 300)
	if reason == "" {
		var errs frontend.Errors
		errs.Add("reason", h.Pages.Texts(c)("departments_hold.need_reason"))
		return h.renderLine(c, fiber.StatusUnprocessableEntity, errs)
	}
	return h.back(c, h.pause(c.UserContext(), c.Params("code"), reason, h.by(c)))
}

func (h *StaffHandler) resumeLine(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return h.back(c, h.pause(c.UserContext(), c.Params("code"), "", h.by(c)))
}

func (h *StaffHandler) back(c *fiber.Ctx, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect("/deliveries/departments/"+c.Params("code"), fiber.StatusSeeOther)
}

func (h *StaffHandler) announceWorks(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	var errs frontend.Errors
	t := h.Pages.Texts(c)
	read := func(name string) time.Time {
		at, err := time.ParseInLocation("02.01.2006 15:04", strings.TrimSpace(c.FormValue(name)), rus.Moscow)
		if err != nil {
			errs.Add(name, t("departments_hold.bad_time"))
		}
		return at
	}
	w := Works{ID: uuid.Must(uuid.NewV7()), StartsAt: read("starts"), EndsAt: read("ends")}
	if !errs.Any() {
		if field, bad := wrongIn(checkWorks(h.Now(), w)); bad != nil {
			errs.Add(field, t(bad.Key))
		}
	}
	if errs.Any() {
		return h.renderLine(c, fiber.StatusUnprocessableEntity, errs)
	}
	return h.back(c, h.announce(c.UserContext(), c.Params("code"), w, h.by(c)))
}

// wrongIn tells which of the two times a fault is about.
func wrongIn(err error) (field string, bad *fault.Error) {
	if !errors.As(err, &bad) {
		return "", nil
	}
	if bad.Key == "departments_hold.too_soon" {
		return "starts", bad
	}
	return "ends", bad
}

func (h *StaffHandler) cancelWorks(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "departments_hold.no_department")
	}
	return h.back(c, h.callOff(c.UserContext(), id, h.by(c)))
}
