package portal

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/web"
)

// placeCookie remembers where somebody lives who is not signed in. It names a district, and no address.
const placeCookie = "tamga_portal_place"

type placePage struct {
	frontend.Errors
	Typed  frontend.Input
	Choice frontend.Select
	Next   string
}

type officesPage struct {
	Place   string // "" when not told
	Offices []officeLine
	Rest    bool // there are offices elsewhere that are not shown
}

type officeLine struct {
	Name, Department, Address, Phone, Dial, Map string
	Hours                                       []string
	Tag                                         *frontend.Tag // open now or not; nil when not known
	Services                                    []frontend.Link
}

const (
	placeTemplate   frontend.Page[placePage]   = "portal/place.html"
	officesTemplate frontend.Page[officesPage] = "portal/offices.html"
)

// place returns where the reader lives, or nil.
func (h *Handler) place(c *fiber.Ctx) (*catalog.District, error) {
	code := c.Cookies(placeCookie)
	if a := current(c); a != nil {
		kept, err := districtOf(c.UserContext(), h.DB, a.ID)
		if err != nil {
			return nil, err
		}
		if kept != "" {
			code = kept
		}
	}
	return h.Catalog.District(code), nil
}

func (h *Handler) placeForm(c *fiber.Ctx, now *catalog.District) placePage {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := placePage{Next: localPath(c.Query("next", c.FormValue("next"))),
		Typed:  frontend.Input{Name: "typed", Label: frontend.Label{Text: t("cabinet.place_typed")}, Hint: frontend.Hint{Text: t("cabinet.place_typed_hint")}},
		Choice: frontend.Select{Name: "district", Label: frontend.Label{Text: t("cabinet.place_choose")}}}
	page.Choice.Items = append(page.Choice.Items, frontend.Option{Value: "", Text: t("cabinet.place_any")})
	for _, d := range h.Catalog.Districts() {
		page.Choice.Items = append(page.Choice.Items, frontend.Option{Value: d.Code, Text: d.Name.In(lang)})
	}
	if now != nil {
		page.Choice.Value = now.Code
	}
	return page
}

func (h *Handler) showPlace(c *fiber.Ctx) error {
	now, err := h.place(c)
	if err != nil {
		return err
	}
	return placeTemplate.Render(c, h.Pages, h.placeForm(c, now))
}

// savePlace takes what was typed, else what was chosen; "" forgets it.
func (h *Handler) savePlace(c *fiber.Ctx) error {
	chosen := h.Catalog.District(c.FormValue("district"))
	if typed := c.FormValue("typed"); typed != "" {
		if chosen = districtTyped(h.Catalog, typed); chosen == nil {
			page := h.placeForm(c, nil)
			page.Typed.Value = typed
			page.Errors.Add("typed", h.Pages.Texts(c)("cabinet.place_unknown"))
			page.Typed.ErrorMessage = page.Errors.Message("typed")
			return placeTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
		}
	}
	code, age := "", -time.Second
	if chosen != nil {
		code, age = chosen.Code, 365*24*time.Hour
	}
	if a := current(c); a != nil {
		if err := setDistrict(c.UserContext(), h.DB, a.ID, code); err != nil {
			return err
		}
	} else {
		c.Cookie(h.cookie(placeCookie, code, age))
	}
	if next := localPath(c.FormValue("next")); next != "" {
		return seeOther(c, next)
	}
	return seeOther(c, "/offices")
}

// showOffices lists the offices of the reader's district, all of them where it is not told or has none.
func (h *Handler) showOffices(c *fiber.Ctx) error {
	now, err := h.place(c)
	if err != nil {
		return err
	}
	var page officesPage
	district := ""
	if now != nil {
		page.Place, district = now.Name.In(web.Lang(c)), now.Code
	}
	everywhere := c.Query("all") != "" || now == nil
	for _, department := range h.Catalog.Departments() {
		for i := range department.Offices {
			o := &department.Offices[i]
			if !everywhere && !h.Catalog.Serving(o, district) {
				page.Rest = true
				continue
			}
			page.Offices = append(page.Offices, h.officeLine(c, &department, o, district))
		}
	}
	return officesTemplate.Render(c, h.Pages, page)
}

// officeLine tells of an office; a service that is not given where the reader lives says so.
func (h *Handler) officeLine(c *fiber.Ctx, d *catalog.Department, o *catalog.Office, district string) officeLine {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	line := officeLine{Name: o.Name.In(lang), Department: d.Short.In(lang), Address: o.Address.In(lang), Phone: o.PhoneText(), Dial: o.Phone,
		Map: o.MapHref()}
	for _, hours := range o.Hours {
		line.Hours = append(line.Hours, hours.In(lang))
	}
	switch open, until, known := openNow(o, h.Now()); {
	case open:
		line.Tag = &frontend.Tag{Text: t("cabinet.office_open", until), Classes: "govuk-tag--green"}
	case known:
		line.Tag = &frontend.Tag{Text: t("cabinet.office_closed"), Classes: "govuk-tag--grey"}
	}
	for _, s := range h.Catalog.Services() {
		if s.Department == d.Code {
			link := frontend.Link{Text: s.Name.In(lang), Href: "/services/" + s.ID}
			if !s.GivenIn(district) {
				link.Text = t("organisations.only_in", link.Text, s.Where().In(lang))
			}
			line.Services = append(line.Services, link)
		}
	}
	return line
}
