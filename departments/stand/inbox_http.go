package stand

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Mount registers the system's routes.
func (s *System) Mount(r fiber.Router) {
	r.Get("/"+s.Code, s.showInbox)
	r.Get("/"+s.Code+"/jwks.json", s.showKeys)
	r.Post("/"+s.Code+"/events", s.admitted(s.takeEvent))
	r.Post("/"+s.Code+"/records/:source", s.admitted(s.showRecords))
	r.Get("/"+s.Code+"/certificates.pem", s.showCertificates)
	r.Post("/"+s.Code+"/mode", s.changeMode)
	r.Post("/"+s.Code+"/signature", s.changeSignature)
	r.Post("/"+s.Code+"/quittances", s.admitted(s.takeQuittance))
	r.Post("/"+s.Code+"/readings", s.admitted(s.takeReadings))
	r.Get("/"+s.Code+"/charges", s.showCharges)
	r.Get("/"+s.Code+"/digest", s.showDigest)
	r.Get("/"+s.Code+"/documents/:id<guid>", s.giveDocument)
	r.Get("/"+s.Code+"/applications/:id<guid>", s.showApplication)
	r.Post("/"+s.Code+"/applications/:id<guid>", s.decideApplication)
}

type inboxPage struct {
	Name  string
	About string
	Mode  frontend.Radios
	Down  bool
	Save  frontend.Button
	Post  string // address of the mode's form

	Signature   frontend.Radios
	Sign        string // address of its form
	Certificate string // address of the certificate, "" when there is none

	Table frontend.Table
	Rows  []inboxRow
}

type inboxRow struct {
	Href     string
	Number   string
	Service  string
	Tag      frontend.Tag
	Received string
	Copies   int
}

const inboxView frontend.Page[inboxPage] = "stand/inbox.html"

var stateTags = map[string]string{"new": "govuk-tag--blue", "accepted": "govuk-tag--yellow", "completed": "govuk-tag--green",
	"refused": "govuk-tag--red", "cancelled": "govuk-tag--grey"}

func (s *System) showInbox(c *fiber.Ctx) error {
	set, err := settingOf(c.UserContext(), s.cfg.DB, s.Code)
	if err != nil {
		return err
	}
	all, err := lastReceived(c.UserContext(), s.cfg.DB, s.Code, 200)
	if err != nil {
		return err
	}
	t := s.cfg.Pages.Texts(c)
	page := inboxPage{Name: t("stand." + s.Code), About: t("stand." + s.Code + "_about"), Down: set.Mode == "down",
		Post: "/" + s.Code + "/mode", Save: frontend.Button{Text: t("stand.save"), Classes: "govuk-button--secondary"},
		Mode:      frontend.Radios{Name: "mode", Value: set.Mode, Classes: "govuk-radios--small", Fieldset: frontend.Question(t("stand.mode"))},
		Signature: s.signatureRadios(t, set), Sign: "/" + s.Code + "/signature"}
	if set.Signature == departments.FormCMS {
		page.Certificate = "/" + s.Code + "/certificates.pem"
	}
	for _, m := range modes {
		page.Mode.Items = append(page.Mode.Items, frontend.Choice{Value: m, Text: t("stand.mode_" + m)})
	}
	for _, r := range all {
		page.Rows = append(page.Rows, inboxRow{Href: s.href(&r), Number: r.Number, Service: serviceName(&r), Copies: r.Copies,
			Tag:      frontend.Tag{Text: t("stand.state_" + r.State), Classes: stateTags[r.State]},
			Received: rus.FormatDateTime(r.ReceivedAt, web.Lang(c))})
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return inboxView.Render(c, s.cfg.Pages, page)
}

func (s *System) signatureRadios(t func(string, ...any) string, set setting) frontend.Radios {
	radios := frontend.Radios{Name: "signature", Value: set.Signature, Classes: "govuk-radios--small", Fieldset: frontend.Question(t("stand_signature.title"))}
	for _, form := range signatures {
		radios.Items = append(radios.Items, frontend.Choice{Value: form, Text: t("stand_signature." + strings.ReplaceAll(form, "-", "_"))})
	}
	return radios
}

func (s *System) changeSignature(c *fiber.Ctx) error {
	form := c.FormValue("signature")
	if !slices.Contains(signatures, form) {
		return fault.New(fault.Invalid, "stand_signature.bad")
	}
	if err := s.setSignature(c.UserContext(), form); err != nil {
		return err
	}
	return c.Redirect("/"+s.Code, fiber.StatusSeeOther)
}

func (s *System) href(r *received) string { return "/" + s.Code + "/applications/" + r.ID.String() }

func (s *System) changeMode(c *fiber.Ctx) error {
	mode := c.FormValue("mode")
	if !slices.Contains(modes, mode) {
		return fault.New(fault.Invalid, "stand.bad_mode")
	}
	if err := setMode(c.UserContext(), s.cfg.DB, s.Code, mode); err != nil {
		return err
	}
	return c.Redirect("/"+s.Code, fiber.StatusSeeOther)
}

type applicationPage struct {
	frontend.Errors
	System   string
	Back     frontend.BackLink
	Number   string
	Service  string
	Tag      frontend.Tag
	Facts    frontend.SummaryList
	Cards    []frontend.SummaryList
	Raw      []frontend.SummaryList // the answers as data
	RawTitle string
	Told     frontend.Table
	Accept   *frontend.Button
	Complete *frontend.Button
	Refuse   *frontend.Button
	Text     frontend.Input
	Ground   frontend.Textarea
	Post     string
	Speeches []speech
	Heard    frontend.Table // what the citizen said later
}

const applicationView frontend.Page[applicationPage] = "stand/application.html"

func (s *System) application(c *fiber.Ctx) (*received, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "stand.no_application")
	}
	return receivedByID(c.UserContext(), s.cfg.DB, s.Code, id)
}

func (s *System) showApplication(c *fiber.Ctx) error {
	r, err := s.application(c)
	if err != nil {
		return err
	}
	page, err := s.page(c, r)
	if err != nil {
		return err
	}
	return applicationView.Render(c, s.cfg.Pages, page)
}

func (s *System) page(c *fiber.Ctx, r *received) (applicationPage, error) {
	t, lang := s.cfg.Pages.Texts(c), web.Lang(c)
	button := func(action, classes string) *frontend.Button {
		if !r.may(action) {
			return nil
		}
		return &frontend.Button{Text: t("stand." + action), Name: "action", Value: action, Classes: classes, PreventDoubleClick: true}
	}
	page := applicationPage{
		System: t("stand." + s.Code), Back: frontend.BackLink{Href: "/" + s.Code}, Number: r.Number, Service: serviceName(r),
		Tag:  frontend.Tag{Text: t("stand.state_" + r.State), Classes: stateTags[r.State]},
		Post: s.href(r), RawTitle: t("stand.raw"),
		Accept: button("accept", ""), Complete: button("complete", ""), Refuse: button("refuse", "govuk-button--warning"),
		Text: frontend.Input{Name: "text", Label: frontend.Label{Text: t("stand.text")}, Hint: frontend.Hint{Text: t("stand.text_hint")}},
		Ground: frontend.Textarea{Name: "ground", Rows: "3", Label: frontend.Label{Text: t("stand.ground")},
			Hint: frontend.Hint{Text: t("stand.ground_hint")}},
		Facts: frontend.SummaryList{Rows: []frontend.SummaryRow{
			frontend.Row(t("stand.received"), rus.FormatDateTime(r.ReceivedAt, lang)),
			frontend.Row(t("stand.copies"), strconv.Itoa(r.Copies)),
			frontend.Row(t("stand.key"), r.ID.String())}},
	}
	if r.Ground != "" {
		page.Facts.Rows = append(page.Facts.Rows, frontend.Row(t("stand.ground"), r.Ground))
	}
	w := words{t: t, lang: lang}
	page.Cards, page.Raw = w.cards(r.Data)
	var err error
	if page.Told, err = s.told(c, r); err != nil {
		return page, err
	}
	page.Speeches = s.speeches(c, r, "")
	page.Heard, err = s.heardTable(c, r)
	return page, err
}

func (s *System) told(c *fiber.Ctx, r *received) (frontend.Table, error) {
	all, err := toldOf(c.UserContext(), s.cfg.DB, s.Code, r.ID)
	t, lang := s.cfg.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("stand.told"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"when", "news", "text", "arrived"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("stand." + key)})
	}
	for _, n := range all {
		news := "stand.news_" + n.Status
		if n.Status == "" {
			news = "stand_speech.type_" + strings.TrimPrefix(n.Type, "tamga.application.")
		}
		arrived := t("stand.arrived_yes")
		switch {
		case n.DeliveredAt != nil:
		case n.NextAt == nil:
			arrived = t("stand.arrived_never", n.LastError)
		case n.Attempts == 0:
			arrived = t("stand.arrived_soon")
		default:
			arrived = t("stand.arrived_trying", n.LastError)
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDateTime(n.CreatedAt, lang)},
			{Text: t(news)}, {Text: n.Text}, {Text: arrived}})
	}
	return table, err
}

// decideApplication does what the employee's button says. A refusal without a ground is not sent.
func (s *System) decideApplication(c *fiber.Ctx) error {
	r, err := s.application(c)
	if err != nil {
		return err
	}
	if slices.Contains(speeches, c.FormValue("action")) {
		return s.speak(c, r)
	}
	action, text := c.FormValue("action"), strings.TrimSpace(c.FormValue("text"))
	if action == "refuse" {
		if text = strings.TrimSpace(c.FormValue("ground")); text == "" {
			page, err := s.page(c, r)
			if err != nil {
				return err
			}
			page.Errors.Add("ground", s.cfg.Pages.Texts(c)("stand.ground_empty"))
			page.Ground.ErrorMessage = page.Errors.Message("ground")
			c.Status(fiber.StatusUnprocessableEntity)
			return applicationView.Render(c, s.cfg.Pages, page)
		}
	}
	if err := s.decide(c.UserContext(), r.ID, action, text); err != nil {
		return err
	}
	return c.Redirect(s.href(r), fiber.StatusSeeOther)
}
