package utility

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
)

// Handler serves the utility accounts of somebody's cabinet.
type Handler struct {
	DB      db.DB
	River   *river.Client[pgx.Tx] // may be insert-only
	Pages   *frontend.Pages
	Box     *secret.Box
	Now     func() time.Time
	User    func(*fiber.Ctx) (uuid.UUID, error) // the signed-in person, or a SignIn fault
	Limiter *web.Limiter                        // nil does not limit
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/utilities", h.list)
	r.Post("/utilities", h.add)
	r.Get("/utilities/:id<guid>", h.show)
	r.Post("/utilities/:id<guid>/readings", h.takeReadings)
	r.Get("/utilities/:id<guid>/readings", func(c *fiber.Ctx) error { return c.Redirect("/utilities/"+c.Params("id"), fiber.StatusSeeOther) }) // in another language
	r.Post("/utilities/:id<guid>/remove", h.remove)
}

// How often one may name accounts: an address is that of many people, an account is one person.
var (
	addPerAddress = web.Rate{Burst: 20, Every: 30 * time.Second}
	addPerPerson  = web.Rate{Burst: 10, Every: 2 * time.Minute}
)

type accountCard struct{ Href, Number, Place, Due string }

type listPage struct {
	frontend.Errors
	Back     frontend.BackLink
	Accounts []accountCard
	Number   frontend.Input
	Holder   frontend.Input
	Button   frontend.Button
}

const listView frontend.Page[listPage] = "payments/utilities.html"

func (h *Handler) list(c *fiber.Ctx) error { return h.renderList(c, "", "", nil) }

func (h *Handler) renderList(c *fiber.Ctx, number, holder string, wrong [][2]string) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	all, err := accountsOf(c.UserContext(), h.DB, user, nil)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := listPage{Back: frontend.BackLink{Href: "/payments"}, Button: frontend.Button{Text: t("payments_utility.add"), PreventDoubleClick: true}}
	for _, w := range wrong {
		page.Errors.Add(w[0], t(w[1]))
	}
	field := func(name, value string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Autocomplete: "off", Spellcheck: "false", Classes: "govuk-input--width-20", Label: frontend.Label{Text: t("payments_utility." + name)},
			Hint: frontend.Hint{Text: t("payments_utility." + name + "_hint")}, ErrorMessage: page.Errors.Message(name)}
	}
	page.Number, page.Holder = field("number", number), field("holder", holder)
	for i := range all {
		number, place, err := h.open(&all[i])
		if err != nil {
			return err
		}
		bills, err := h.bills(c, user, number)
		if err != nil {
			return err
		}
		var due int64
		for _, b := range bills {
			due += b.Rest()
		}
		card := accountCard{Href: "/utilities/" + all[i].ID.String(), Number: t("payments_utility.account", number), Place: place, Due: t("payments_utility.nothing_due")}
		if due > 0 {
			card.Due = t("payments_utility.due", rus.FormatRubles(due))
		}
		page.Accounts = append(page.Accounts, card)
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return listView.Render(c, h.Pages, page)
}

// open unseals what an account is called.
func (h *Handler) open(a *Account) (number, place string, err error) {
	n, err1 := h.Box.Open(a.Number, numberSeal(a.ID))
	p, err2 := h.Box.Open(a.Place, placeSeal(a.ID))
	return string(n), string(p), errors.Join(err1, err2)
}

// bills are the open charges of an account; whoever has the account may pay them.
func (h *Handler) bills(c *fiber.Ctx, user uuid.UUID, number string) ([]*payments.Charge, error) {
	return payments.ClaimByNumber(c.UserContext(), h.DB, h.Box, user, payments.Identity{Account: number}, h.Now())
}

// add puts an account into the cabinet by its number and its holder's surname. Which of the two is wrong, it does not say.
func (h *Handler) add(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	typed, holder := strings.TrimSpace(c.FormValue("number")), strings.TrimSpace(c.FormValue("holder"))
	var wrong [][2]string
	number, err := numberForm(typed)
	if err != nil {
		wrong = append(wrong, [2]string{"number", "payments_payer.account_format"})
	}
	if holder == "" {
		wrong = append(wrong, [2]string{"holder", "payments_utility.holder_empty"})
	}
	if len(wrong) > 0 {
		return h.renderList(c, typed, holder, wrong)
	}
	if h.Limiter != nil {
		if err := h.Limiter.Allow(c.UserContext(), "utility.add", c.IP(), addPerAddress); err != nil {
			return err
		}
		if err := h.Limiter.Allow(c.UserContext(), "utility.add-account", user.String(), addPerPerson); err != nil {
			return err
		}
	}
	id, err := link(c.UserContext(), h.DB, h.Box, user, number, holder, h.Now())
	found := !errors.Is(err, fault.NotFound)
	if err != nil && found {
		return err
	}
	e := journal.Entry{Actor: user.String(), ActorRole: "citizen", Action: "utility.add", Details: map[string]any{"found": found}}
	e.Address, _ = netip.ParseAddr(c.IP())
	if err := journal.Write(c.UserContext(), h.DB, e); err != nil {
		return err
	}
	if !found {
		return h.renderList(c, typed, holder, [][2]string{{"number", "payments_utility.no_account"}})
	}
	return c.Redirect("/utilities/"+id.String(), fiber.StatusSeeOther)
}

// account is the one of the address, if the person has it.
func (h *Handler) account(c *fiber.Ctx) (*Account, uuid.UUID, error) {
	user, err := h.User(c)
	if err != nil {
		return nil, user, err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, user, fault.New(fault.NotFound, "payments_utility.no_account")
	}
	a, err := accountOf(c.UserContext(), h.DB, user, id)
	return a, user, err
}

func (h *Handler) remove(c *fiber.Ctx) error {
	a, user, err := h.account(c)
	if err != nil {
		return err
	}
	if err := unlink(c.UserContext(), h.DB, user, a.ID, h.Now()); err != nil {
		return err
	}
	return c.Redirect("/utilities", fiber.StatusSeeOther)
}

type billCard struct {
	Title, Due string
	Lines      []billLine
	Part       bool // something of it is paid
	Pay        frontend.Button
}

type billLine struct{ Title, How, Sum, Rest string }

type historyLine struct{ Title, When, Value, State string }

type meterCard struct {
	Title, Number, Last, Verified string
	Now, Refusal                  string
	Input                         *frontend.Input
}

type accountPage struct {
	frontend.Errors
	Back    frontend.BackLink
	Title   string
	Place   string
	Bills   []billCard
	Meters  []meterCard
	When    string // when readings are taken
	Action  string
	Sure    *frontend.Checkboxes // of readings that are far above what is usual
	Send    frontend.Button
	History []historyLine
	Again   bool // a reading may be corrected
	Remove  string
	Drop    frontend.Button
}

const accountView frontend.Page[accountPage] = "payments/utility.html"

func (h *Handler) show(c *fiber.Ctx) error {
	a, user, err := h.account(c)
	if err != nil {
		return err
	}
	return h.renderAccount(c, user, a, typedReadings{})
}

// typedReadings is what somebody has typed on the form of meters, and what is wrong with it.
type typedReadings struct {
	values map[uuid.UUID]string
	wrong  [][3]string // field, key, and a value for the text
	doubt  bool
}

func (h *Handler) renderAccount(c *fiber.Ctx, user uuid.UUID, a *Account, typed typedReadings) error {
	number, place, err := h.open(a)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	_, until, open := a.open(h.Now())
	page := accountPage{Back: frontend.BackLink{Href: "/utilities"}, Title: t("payments_utility.account", number), Place: place,
		Action: "/utilities/" + a.ID.String() + "/readings", Send: frontend.Button{Text: t("payments_utility.send"), PreventDoubleClick: true},
		Remove: "/utilities/" + a.ID.String() + "/remove", Drop: frontend.Button{Text: t("payments_utility.remove"), Classes: "govuk-button--secondary", PreventDoubleClick: true},
		When: t("payments_utility.closed", a.FirstDay, a.LastDay, rus.FormatDate(nextWindow(a, h.Now()), lang))}
	if open {
		page.When = t("payments_utility.open", rus.FormatDate(until, lang))
	}
	for _, w := range typed.wrong {
		text := t(w[1])
		if w[2] != "" {
			text = t(w[1], w[2])
		}
		page.Errors.Add(w[0], text)
	}
	meters, err := metersOf(c.UserContext(), h.DB, a.ID, h.Now())
	if err != nil {
		return err
	}
	for i := range meters {
		page.Errors.Name(fieldOf(meters[i].ID), meters[i].Title)
		page.Meters = append(page.Meters, h.meterCard(c, &meters[i], typed, &page.Errors, open))
		page.Again = page.Again || open && meters[i].Now != nil
	}
	if typed.doubt {
		page.Sure = &frontend.Checkboxes{Name: "sure", Items: []frontend.Choice{{Value: "yes", Text: t("payments_utility.sure")}}}
	}
	if page.Bills, err = h.billCards(c, user, number); err != nil {
		return err
	}
	if err := h.addHistory(c, a, &page); err != nil {
		return err
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return accountView.Render(c, h.Pages, page)
}

// nextWindow is the day from which readings are taken again.
func nextWindow(a *Account, now time.Time) time.Time {
	from, _, _ := a.open(now)
	if now.In(rus.Moscow).Day() >= from.Day() {
		from, _, _ = a.open(monthOf(now).AddDate(0, 1, 0))
	}
	return from
}

func (h *Handler) meterCard(c *fiber.Ctx, m *Meter, typed typedReadings, wrong *frontend.Errors, open bool) meterCard {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	card := meterCard{Title: m.Title, Number: t("payments_utility.meter", m.Number),
		Last: t("payments_utility.last", valueText(m.Last), m.Unit, rus.FormatDate(m.LastOn, lang))}
	if m.VerifiedUntil != nil {
		card.Verified = t("payments_utility.verified", rus.FormatDate(*m.VerifiedUntil, lang))
		if h.Now().After(m.VerifiedUntil.AddDate(0, 0, 1)) {
			card.Verified = t("payments_utility.unverified", rus.FormatDate(*m.VerifiedUntil, lang))
		}
	}
	value := typed.values[m.ID]
	if m.Now != nil {
		card.Now = t("payments_utility.now", valueText(*m.Now), m.Unit, rus.FormatDateTime(*m.NowAt, lang))
		if m.Refusal != "" {
			card.Now, card.Refusal = "", t("payments_utility.refused", valueText(*m.Now), m.Refusal)
		}
	}
	if !open {
		return card
	}
	name := fieldOf(m.ID)
	card.Input = &frontend.Input{Name: name, ID: name, Value: value, Inputmode: "decimal", Autocomplete: "off", Classes: "govuk-input--width-10",
		Label: frontend.Label{Text: t("payments_utility.reading", m.Title)}, Suffix: frontend.Affix{Text: m.Unit}, ErrorMessage: wrong.Message(name)}
	return card
}

func fieldOf(meter uuid.UUID) string { return "meter-" + meter.String() }

func (h *Handler) billCards(c *fiber.Ctx, user uuid.UUID, number string) ([]billCard, error) {
	bills, err := h.bills(c, user, number)
	if err != nil {
		return nil, err
	}
	t := h.Pages.Texts(c)
	var cards []billCard
	for _, b := range bills {
		lines, err := payments.LinesOf(c.UserContext(), h.DB, b.ID)
		if err != nil {
			return nil, err
		}
		card := billCard{Title: b.Purpose, Pay: frontend.Button{Text: t("payments_payer.pay", rus.FormatRubles(b.Rest())), Href: "/payments/" + b.ID.String()}}
		if b.Due != nil {
			card.Due = t("payments_payer.until", rus.FormatDateTime(*b.Due, web.Lang(c)))
		}
		for _, l := range lines {
			card.Part = card.Part || l.Paid > 0
			card.Lines = append(card.Lines, billLine{l.Title, payments.LineText(t, l), rus.FormatRubles(l.Total()), rus.FormatRubles(l.Rest())})
		}
		cards = append(cards, card)
	}
	return cards, nil
}

func (h *Handler) addHistory(c *fiber.Ctx, a *Account, page *accountPage) error {
	all, err := historyOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	for _, r := range all {
		state := t("payments_utility.state_waits")
		switch {
		case r.Refusal != "":
			state = t("payments_utility.state_refused", r.Refusal)
		case r.Sent:
			state = t("payments_utility.state_sent")
		}
		page.History = append(page.History, historyLine{r.Title, rus.FormatDate(r.GivenAt, web.Lang(c)), valueText(r.Value) + "\u00a0" + r.Unit, state})
	}
	return nil
}

// takeReadings keeps what was typed, all or nothing: a meter without an answer is left for another day.
func (h *Handler) takeReadings(c *fiber.Ctx) error {
	a, user, err := h.account(c)
	if err != nil {
		return err
	}
	if _, _, open := a.open(h.Now()); !open {
		return fault.New(fault.Conflict, "payments_utility.not_now")
	}
	var typed typedReadings
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := lockMeters(c.UserContext(), tx, a.ID); err != nil {
			return err
		}
		meters, err := metersOf(c.UserContext(), tx, a.ID, h.Now())
		if err != nil {
			return err
		}
		var values []int64
		typed, values = readTyped(c, meters)
		if len(typed.wrong) > 0 {
			return nil
		}
		for i := range meters {
			if values[i] < 0 || meters[i].Now != nil && *meters[i].Now == values[i] && meters[i].Refusal == "" {
				continue // nothing typed, or the same once more: a second click
			}
			id, err := insertReading(c.UserContext(), tx, meters[i].ID, values[i], user, h.Now())
			if err != nil {
				return err
			}
			if _, err := h.River.InsertTx(c.UserContext(), tx, ReadingArgs{id}, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(typed.wrong) > 0 {
		return h.renderAccount(c, user, a, typed)
	}
	return c.Redirect("/utilities/"+a.ID.String()+"#readings", fiber.StatusSeeOther)
}

// readTyped reads the form; a value of -1 is none.
func readTyped(c *fiber.Ctx, meters []Meter) (typed typedReadings, values []int64) {
	typed.values = map[uuid.UUID]string{}
	sure := c.FormValue("sure") == "yes"
	for i := range meters {
		m := &meters[i]
		text := strings.TrimSpace(c.FormValue(fieldOf(m.ID)))
		typed.values[m.ID], values = text, append(values, -1)
		if text == "" {
			continue
		}
		value, err := readValue(text)
		if err != nil {
			typed.wrong = append(typed.wrong, [3]string{fieldOf(m.ID), "payments_utility.value_format"})
			continue
		}
		values[i] = value
		wrong, doubtful := m.judge(value)
		if wrong == "" || doubtful && sure {
			continue
		}
		typed.doubt = typed.doubt || doubtful
		typed.wrong = append(typed.wrong, [3]string{fieldOf(m.ID), "payments_utility.value_" + wrong, valueText(m.Last)})
	}
	if !slices.ContainsFunc(values, func(v int64) bool { return v >= 0 }) && len(typed.wrong) == 0 && len(meters) > 0 {
		typed.wrong = append(typed.wrong, [3]string{fieldOf(meters[0].ID), "payments_utility.value_none"})
	}
	return typed, values
}
