package confirm

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type levelsPage struct {
	Levels []levelText
	Raise  frontend.Button
}

type levelText struct {
	Name  string
	Needs string
	Opens []string
	Ways  []frontend.Link // how one comes here
	Have  bool
	Since string // when and by which way this account came here
}

// opens counts what each level opens: the ends of locale keys idp_confirm.opens_<level>_<n>.
var opens = map[account.Level]int{account.Simplified: 3, account.Standard: 4, account.Confirmed: 3}

// showLevels explains the state machine of levels as the database has it, and where the reader stands. It is open to everybody.
func (h *Handler) showLevels(c *fiber.Ctx) error {
	t, a := h.Pages.Texts(c), account.Current(c)
	steps, err := account.Steps(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	came := map[account.Level]account.Change{}
	if a != nil {
		changes, err := account.Changes(c.UserContext(), h.DB, a.ID)
		if err != nil {
			return err
		}
		for _, one := range changes {
			came[one.ToLevel] = one
		}
	}
	p := levelsPage{}
	for _, level := range account.Levels {
		name := string(level)
		one := levelText{Name: t("idp.level_" + name), Needs: t("idp.level_" + name + "_needs"), Have: a != nil && a.Level == level}
		for n := range opens[level] {
			one.Opens = append(one.Opens, t("idp_confirm.opens_"+name+"_"+string(rune('1'+n))))
		}
		for _, s := range steps {
			if s.ToLevel == level && h.offered(s.Code) {
				one.Ways = append(one.Ways, frontend.Link{Text: t("idp_confirm.way_" + s.Code), Href: wayPaths[s.Code]})
			}
		}
		if change, ok := came[level]; ok {
			one.Since = t("idp_confirm.since", rus.FormatDate(change.At, web.Lang(c)), t("idp_confirm.by_"+change.Way))
		}
		p.Levels = append(p.Levels, one)
	}
	if a != nil {
		switch a.Level {
		case account.Simplified:
			p.Raise = frontend.Button{Text: t("idp.level_raise"), Href: "/profile/data"}
		case account.Standard:
			p.Raise = frontend.Button{Text: t("idp_confirm.choose"), Href: "/confirm"}
		}
	}
	return levelsFile.Render(c, h.Pages, p)
}

var wayPaths = map[string]string{account.WayChecks: "/profile/data", account.WayCentre: "/confirm/centres", account.WayLetter: "/confirm/letter",
	account.WayBank: "/confirm/bank", account.WaySignature: "/confirm/signature"}

// offered tells whether a way is open here: it may need somebody outside.
func (h *Handler) offered(way string) bool {
	switch way {
	case account.WayLetter:
		return h.Post
	case account.WayBank:
		return h.Bank != nil
	case account.WaySignature:
		return h.Signed != nil
	}
	return true
}

type waysPage struct {
	Opens []string
	Ways  []frontend.Card
	Next  *frontend.Button
}

var wayIcons = map[string]string{account.WayCentre: "passport", account.WayLetter: "document", account.WayBank: "money", account.WaySignature: "lock"}

// showWays offers the ways to the confirmed level, each with how it stands.
func (h *Handler) showWays(c *fiber.Ctx, a *account.Account) error {
	t, request := h.Pages.Texts(c), requestOf(c)
	switch a.Level {
	case account.Simplified:
		p := &page{Title: t("idp_confirm.title"), Lead: []string{t("idp_confirm.standard_first")}, Back: h.backTo(c, "idp.to_profile", "/profile"),
			Next:  frontend.Button{Text: t("idp.level_raise"), Href: withRequest("/profile/data", request)},
			Links: []frontend.Link{{Text: t("idp.levels_link"), Href: "/levels"}}}
		return h.render(c, p)
	case account.Confirmed:
		return c.Redirect(withRequest("/confirm/done", request), fiber.StatusSeeOther)
	}
	steps, err := account.Steps(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	letter, err := letterOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	p := waysPage{Next: h.onward(c, request)}
	for n := range opens[account.Confirmed] {
		p.Opens = append(p.Opens, t("idp_confirm.opens_confirmed_"+string(rune('1'+n))))
	}
	for _, s := range steps {
		if s.ToLevel != account.Confirmed || !h.offered(s.Code) {
			continue
		}
		card := frontend.Card{Title: t("idp_confirm.way_" + s.Code), Text: t("idp_confirm.way_" + s.Code + "_text"),
			Note: t("idp_confirm.way_" + s.Code + "_term"), Href: withRequest(wayPaths[s.Code], request), Icon: wayIcons[s.Code], Kind: "plain"}
		if s.Code == account.WayLetter && letter.outstanding(h.Now()) {
			card.Note = t("idp_confirm.letter_state_"+letter.State, rus.FormatDate(letter.CreatedAt, web.Lang(c)))
		}
		p.Ways = append(p.Ways, card)
	}
	return waysFile.Render(c, h.Pages, p)
}

// showDone says that the account is confirmed, since when, and leads back to who waits for it.
func (h *Handler) showDone(c *fiber.Ctx, a *account.Account) error {
	if a.Level != account.Confirmed {
		return c.Redirect(withRequest("/confirm", requestOf(c)), fiber.StatusSeeOther)
	}
	t := h.Pages.Texts(c)
	changes, err := account.Changes(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	last := changes[len(changes)-1]
	p := &page{Title: t("idp_confirm.done_title"), Back: h.backTo(c, "idp.to_profile", "/profile"),
		Lead: []string{t("idp_confirm.since", rus.FormatDate(last.At, web.Lang(c)), t("idp_confirm.by_"+last.Way)), t("idp_confirm.done_lead")},
		Next: frontend.Button{Text: t("idp.to_profile"), Href: "/profile"}, Links: []frontend.Link{{Text: t("idp.levels_link"), Href: "/levels"}}}
	for n := range opens[account.Confirmed] {
		p.Steps = append(p.Steps, t("idp_confirm.opens_confirmed_"+string(rune('1'+n))))
	}
	if next := h.onward(c, requestOf(c)); next != nil {
		p.Next = *next
	}
	return h.render(c, p)
}
