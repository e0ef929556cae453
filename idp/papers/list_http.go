package papers

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	listPages  frontend.Page[listPage]  = "idp/papers_list.html"
	paperPages frontend.Page[paperPage] = "idp/papers_paper.html"
)

type listPage struct {
	Title  string
	Child  string
	Back   string // address of the page above
	Text   string
	Told   string // what has just been done
	Cells  []frontend.Card
	Former frontend.SummaryList // passports of before
}

type paperPage struct {
	Title   string
	Child   string
	Back    string
	Rows    frontend.SummaryList
	State   frontend.Tag
	Reason  string // why it is not confirmed
	Advice  string
	Change  frontend.Button
	Remove  string // address
	Refresh bool
}

var colours = map[State]string{Unchecked: "govuk-tag--grey", Checking: "govuk-tag--blue", Verified: "govuk-tag--green", Refused: "govuk-tag--red"}

// told are the things that the list may be told of: nothing else in the address is shown.
var told = map[string]string{"added": "idp_papers.told_added", "changed": "idp_papers.told_changed", "removed": "idp_papers.told_removed"}

// list shows a cell for each kind: what there is, or a «+».
func (h *Handler) list(c *fiber.Ctx, s *shelf) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := listPage{Title: t("idp_papers.menu_" + s.Group), Child: s.Child, Back: "/profile", Text: t("idp_papers.lead_" + s.Group)}
	if s.Child != "" {
		page.Back = s.kid
	}
	if key := told[c.Query("done")]; key != "" {
		page.Told = t(key)
	}
	foreigner := false
	if s.Group == documents && s.Child == "" {
		identity, err := account.IdentityOf(c.UserContext(), h.DB, h.Box, s.Owner)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		foreigner = err == nil && identity.Citizenship != account.Russia
		if err != nil {
			identity = nil
		}
		page.Cells = identityCells(t, identity)
		if err := h.former(c, s, &page, lang); err != nil {
			return err
		}
	}
	all, err := papersOf(c.UserContext(), h.DB, h.Box, s.Owner, s.Group)
	if err != nil {
		return err
	}
	for _, k := range Kinds {
		if k.Group == s.Group {
			page.Cells = append(page.Cells, s.cells(t, k, all, foreigner)...)
		}
	}
	return listPages.Render(c, h.Pages, page)
}

// cells are those of one kind: the papers that there are, and an empty one where another may be added.
func (s *shelf) cells(t func(string, ...any) string, k Kind, all []Paper, foreigner bool) []frontend.Card {
	var cells []frontend.Card
	title := t("idp_papers.kind_" + k.Name)
	for _, p := range all {
		if p.Kind == k.Name {
			cells = append(cells, frontend.Card{Title: title, Text: k.summary(&p), Note: t("idp_papers.state_" + string(p.State)), Good: p.State == Verified,
				Href: s.Base + "/" + strconv.FormatInt(p.ID, 10), Icon: k.icon()})
			if k.Group == addresses {
				cells[len(cells)-1].Note = ""
			}
		}
	}
	wanted := s.has(&k) && (foreigner || !k.foreign())
	if wanted && (len(cells) == 0 || k.Many != "") {
		cells = append(cells, frontend.Card{Title: "+ " + title, Text: t("idp_papers.add"), Href: s.Base + "/new/" + k.Name, Kind: "plain"})
	}
	return cells
}

// foreign tells whether only citizens of other countries have such papers.
func (k *Kind) foreign() bool { return k.Name == ResidencePermit || k.Name == TemporaryResidence }

func (k *Kind) icon() string {
	switch k.Group {
	case addresses:
		return "home"
	case vehicles:
		return "car"
	}
	return "document"
}

// summary is one line about a paper.
func (k *Kind) summary(p *Paper) string {
	if k.Group == addresses {
		return addressOf(p.Fields)
	}
	if k.Name == Car {
		return p.Fields["model"] + ", " + p.Fields["plate"]
	}
	return p.Fields[k.title()]
}

// identityCells are what the checks have found: passport and СНИЛС, which are changed among the personal data.
func identityCells(t func(string, ...any) string, i *account.Identity) []frontend.Card {
	if i == nil {
		return []frontend.Card{{Title: "+ " + t("idp_papers.kind_RF_PASSPORT"), Text: t("idp_papers.add"), Href: "/profile/data", Kind: "plain"}}
	}
	state := t("idp_papers.state_" + string(map[string]State{"checking": Checking, "passed": Verified, "failed": Refused}[i.State]))
	return []frontend.Card{
		{Title: t("idp_papers.kind_" + i.Document.Type), Text: rus.FullName(i.Document.Series, i.Document.Number, ""), Note: state, Good: i.State == "passed",
			Href: "/profile#data", Icon: "passport"},
		{Title: t("idp.snils"), Text: rus.FormatSNILS(i.SNILS), Note: state, Good: i.State == "passed", Href: "/profile#data", Icon: "document"},
	}
}

// former adds the passports of before.
func (h *Handler) former(c *fiber.Ctx, s *shelf, page *listPage, lang i18n.Lang) error {
	all, err := Former(c.UserContext(), h.DB, h.Box, s.Owner)
	t := h.Pages.Texts(c)
	for _, d := range all {
		page.Former.Rows = append(page.Former.Rows, frontend.Row(rus.FullName(d.Series, d.Number, ""),
			t("idp_papers.former", dateText(d.IssuedOn, lang), d.IssuedBy)))
	}
	return err
}

// show is a page about one paper.
func (h *Handler) show(c *fiber.Ctx, s *shelf) error {
	p, k, err := h.paper(c, s)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	at := s.Base + "/" + strconv.FormatInt(p.ID, 10)
	page := paperPage{Title: t("idp_papers.kind_" + k.Name), Child: s.Child, Back: s.Base, Change: frontend.Button{Text: t("idp_papers.edit"), Href: at + "/edit",
		Classes: "govuk-button--secondary"}, Remove: at + "/remove", Refresh: p.State == Checking}
	if !s.has(k) {
		page.Change.Href, page.Remove = s.kid+"/edit", ""
	}
	for _, f := range k.Fields {
		value := p.Fields[f.Name]
		if f.Date != "" {
			value = dateText(value, lang)
		}
		if value != "" {
			page.Rows.Rows = append(page.Rows.Rows, frontend.Row(t("idp_papers."+f.Name), value))
		}
	}
	if k.Group != addresses {
		page.State = frontend.Tag{Text: t("idp_papers.state_" + string(p.State)), Classes: colours[p.State]}
		page.Reason, page.Advice = h.explain(c, s, p, k)
	}
	return paperPages.Render(c, h.Pages, page)
}

// explain says what the state means for the owner.
func (h *Handler) explain(c *fiber.Ctx, s *shelf, p *Paper, k *Kind) (reason, advice string) {
	t := h.Pages.Texts(c)
	switch {
	case p.State == Verified && p.CheckedAt != nil:
		return t("idp_papers.verified_at", rus.FormatDateTime(*p.CheckedAt, web.Lang(c))), ""
	case p.State == Verified:
		return "", ""
	case p.State == Checking && p.Attempts > 0:
		return t("idp_papers.waiting", p.Attempts), ""
	case p.State == Checking:
		return t("idp_papers.checking"), ""
	case p.State == Refused:
		return t("idp_papers.reason_" + p.Reason), t("idp_papers.advice_" + p.Reason)
	case k.Register == "" || s.Child != "" && k.certificate():
		return t("idp_papers.no_register"), ""
	}
	return t("idp_papers.no_identity"), ""
}
