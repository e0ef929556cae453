package organisation

import (
	"errors"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	showPages  frontend.Page[showPage]    = "idp/organisation/show.html"
	leavePages frontend.Page[confirmPage] = "idp/organisation/confirm.html"
)

// showPage is an organisation: on its way to being active, or as its employees see it.
type showPage struct {
	OID      int64
	Name     string
	Type     string
	State    State
	Tag      frontend.Tag
	Told     string
	Standing string
	Powers   []string
	Results  frontend.SummaryList
	Problems []problem
	Data     frontend.SummaryList
	Branches frontend.SummaryList
	Menu     []frontend.Card
	Send     frontend.Button // draft, refused: to the checks
	Edit     frontend.Button
	Remove   frontend.Button
	Recheck  frontend.Button
	Act      frontend.Button // enter in its name
	Leave    string          // address of the page that asks
}

// problem is why a check failed, and what to do about it.
type problem struct {
	Part, Reason, Found, Advice string
}

// confirmPage asks whether something is really meant.
type confirmPage struct {
	Title, Text string
	Action      string
	Back        string
	Do          frontend.Button
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// show is the page of an organisation. Who has begun it sees it until it is active; then those who work there.
func (h *Handler) show(c *fiber.Ctx) error {
	a, err := person(c)
	if err != nil {
		return err
	}
	o, err := organisationByOID(c.UserContext(), h.DB, oidOf(c))
	if err != nil {
		return err
	}
	if o.State == Active {
		return h.showActive(c, a, o)
	}
	if o.CreatedBy == nil || *o.CreatedBy != a.ID {
		return fault.New(fault.NotFound, "idp_org.none_such")
	}
	if o.State == Joined {
		_, there, _, err := activeByOGRN(c.UserContext(), h.DB, o.OGRN)
		if err != nil {
			return err
		}
		return c.Redirect(pathOf(there), fiber.StatusSeeOther)
	}
	return h.showBegun(c, o)
}

func (h *Handler) newShowPage(c *fiber.Ctx, o *Organisation) showPage {
	t := h.Pages.Texts(c)
	return showPage{OID: o.OID, Name: o.Name(), Type: t("idp_org.type_" + string(o.Type)), State: o.State, Tag: *stateTag(t, o.State),
		Told: told(t, c), Data: frontend.SummaryList{Rows: dataRows(t, web.Lang(c), o)}}
}

// showBegun shows how far it is. The page asks for itself again while the register is asked; without scripts too.
func (h *Handler) showBegun(c *fiber.Ctx, o *Organisation) error {
	t := h.Pages.Texts(c)
	page := h.newShowPage(c, o)
	checks, err := checksOf(c.UserContext(), h.DB, o.ID)
	if err != nil {
		return err
	}
	for _, k := range checks {
		row := frontend.Row(t("idp_org.check_"+k.Kind), t("idp_org.result_"+k.State))
		if k.State == "waiting" && k.Attempts > 0 {
			row.Value.Text = t("idp_org.result_again", k.Attempts)
		}
		page.Results.Rows = append(page.Results.Rows, row)
		if k.State == "failed" && k.Reason != "unknown" {
			page.Problems = append(page.Problems, problem{t("idp_org.check_" + k.Kind), t("idp_org.reason_" + k.Reason), k.Found,
				t("idp_org.advice_" + k.Reason)})
		}
	}
	switch o.State {
	case Checking:
		c.Set("Refresh", "3")
	case Draft, Refused:
		page.Send = frontend.Button{Text: t("idp_org.send_" + string(o.State)), PreventDoubleClick: true}
		page.Edit = frontend.Button{Text: t("idp_org.correct"), Href: pathOf(o.OID, "edit"), Classes: "govuk-button--secondary"}
		page.Remove = frontend.Button{Text: t("idp_org.remove"), Classes: "govuk-button--warning"}
	}
	return showPages.Render(c, h.Pages, page)
}

func (h *Handler) showActive(c *fiber.Ctx, a *account.Account, o *Organisation) error {
	r, err := RoleIn(c.UserContext(), h.DB, a.ID, o.OID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := h.newShowPage(c, o)
	page.Standing = standing(t, r)
	for _, p := range r.Powers {
		page.Powers = append(page.Powers, t("idp_org.power_"+p))
	}
	in := account.CurrentSignIn(c)
	if in.ActingOID == nil || *in.ActingOID != o.OID {
		page.Act = frontend.Button{Text: t("idp_org.act"), PreventDoubleClick: true}
	}
	if r.Manages() {
		page.Edit = frontend.Button{Text: t("idp_org.change"), Href: pathOf(o.OID, "edit"), Classes: "govuk-button--secondary"}
		page.Recheck = frontend.Button{Text: t("idp_org.recheck"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	}
	branches, err := Branches(c.UserContext(), h.DB, o.ID)
	if err != nil {
		return err
	}
	for _, b := range branches {
		page.Branches.Rows = append(page.Branches.Rows, frontend.Row(b.Name, strings.TrimSuffix(t("idp_org.branch", b.KPP, b.Address), ", ")))
	}
	if r.May(PowerEmployees) {
		page.Menu = []frontend.Card{
			{Title: t("idp_org.employees"), Text: t("idp_org.employees_text"), Href: pathOf(o.OID, "employees"), Icon: "family", Kind: "plain"},
			{Title: t("idp_org.invite"), Text: t("idp_org.invite_text"), Href: pathOf(o.OID, "invite"), Icon: "chat", Kind: "plain"},
		}
	}
	if !r.Chief {
		page.Leave = pathOf(o.OID, "leave")
	}
	return showPages.Render(c, h.Pages, page)
}

// dataRows are what is known of an organisation; what is not, is left out.
func dataRows(t texts, lang i18n.Lang, o *Organisation) []frontend.SummaryRow {
	var rows []frontend.SummaryRow
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, frontend.Row(t("idp_org."+key), value))
		}
	}
	ogrn, inn := "ogrn", "inn"
	if o.Type == Business {
		ogrn, inn = "ogrnip", "inn_person"
	}
	add("full_name", o.FullName)
	add("short_name", o.ShortName)
	add(ogrn, o.OGRN)
	add(inn, o.INN)
	add("kpp", o.KPP)
	if o.Type != Business {
		add("legal_form", legalFormText(t, o.LegalForm))
	}
	if o.FoundingType != "" {
		founding := t("idp_org.founding_" + o.FoundingType)
		if o.FoundingNumber != "" {
			founding += " № " + o.FoundingNumber
		}
		if o.FoundingDate != nil {
			founding += ", " + rus.FormatDate(*o.FoundingDate, lang)
		}
		add("part_founding", founding)
	}
	add("okved", o.OKVED)
	add("legal_address", o.LegalAddress)
	add("postal_address", o.PostalAddress)
	add("phone", rus.FormatPhone(o.Phone))
	add("email", o.Email)
	if o.Accreditation != nil {
		add("accreditation", t("idp_org.accreditation_"+*o.Accreditation))
	}
	if o.VerifiedAt != nil {
		add("verified", rus.FormatDate(*o.VerifiedAt, lang))
	}
	return rows
}

// staying refuses the head: an organisation must not lose its head by a click.
func staying(r *Role) error {
	if r.Chief {
		return fault.New(fault.Forbidden, "idp_org.chief_stays")
	}
	return nil
}

func (h *Handler) showLeave(c *fiber.Ctx) error {
	_, r, err := h.role(c, h.DB, staying)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return leavePages.Render(c, h.Pages, confirmPage{
		Title: t("idp_org.leave_title", r.Name()), Text: t("idp_org.leave_text"), Action: pathOf(r.OID, "leave"), Back: pathOf(r.OID),
		Do: frontend.Button{Text: t("idp_org.leave"), Classes: "govuk-button--warning", PreventDoubleClick: true},
	})
}

func (h *Handler) leave(c *fiber.Ctx) error {
	err := h.change(c, staying, func(tx pgx.Tx, a *account.Account, r *Role) error {
		o, err := organisationByOID(c.UserContext(), tx, r.OID)
		if err != nil {
			return err
		}
		if err := endOf(c.UserContext(), tx, o.ID, a.ID, "left", h.Now()); err != nil {
			return err
		}
		return note(c, tx, a.ID, a.ID, "org.left", map[string]any{"oid": r.OID})
	})
	if err != nil && !errors.Is(err, fault.NotFound) { // not found: a second click, or dismissed meanwhile
		return err
	}
	return c.Redirect("/organisations", fiber.StatusSeeOther)
}
