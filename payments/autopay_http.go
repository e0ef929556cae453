package payments

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type ruleCard struct {
	Title string
	List  frontend.SummaryList
	Stop  string
	Halt  frontend.Button
}

type orderLine struct {
	Href, Text, State string
}

type autopayPage struct {
	frontend.Errors
	Back   frontend.BackLink
	Rules  []ruleCard
	Orders []orderLine
	NoCard bool   // nothing to pay with yet
	Hidden string // where to sign in to pay with a card, "" when that may be done
	Kinds  frontend.Checkboxes
	Whose  frontend.Checkboxes
	Card   frontend.Radios
	Each   frontend.Input
	Month  frontend.Input
	Agree  frontend.Checkboxes
	Button frontend.Button
}

const autopayView frontend.Page[autopayPage] = "payments/autopay.html"

type orderPage struct {
	Back   frontend.BackLink
	Title  string
	Text   string
	List   frontend.SummaryList
	Action string
	Skip   frontend.Button // without a text there is nothing to refuse any more
	Pay    string          // where one pays by oneself
}

const orderView frontend.Page[orderPage] = "payments/autopay_order.html"

var autopayKinds = []string{FromRegister, FromUtility, FromDepartment}

// ruleForm is a rule as it was typed.
type ruleForm struct {
	kinds, whose      []string
	card, each, month string
	agree             bool
	wrong             [][2]string
}

func (h *Handler) showAutopay(c *fiber.Ctx) error { return h.renderAutopay(c, ruleForm{}) }

func (h *Handler) renderAutopay(c *fiber.Ctx, form ruleForm) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := autopayPage{Back: frontend.BackLink{Href: "/payments"}, Button: frontend.Button{Text: t("payments_auto.make"), PreventDoubleClick: true}}
	for _, w := range form.wrong {
		page.Errors.Add(w[0], t(w[1]))
	}
	rules, err := rulesOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	where, err := h.toldWhere(c)
	if err != nil {
		return err
	}
	whose, err := h.whoseKeys(c, user)
	if err != nil {
		return err
	}
	for _, r := range rules {
		page.Rules = append(page.Rules, ruleCard{Title: kindsText(t, r.Kinds), Stop: "/payments/autopay/" + r.ID.String() + "/stop",
			Halt: frontend.Button{Text: t("payments_auto.stop"), Classes: "govuk-button--warning", PreventDoubleClick: true},
			List: frontend.SummaryOf(t, "payments_auto.whose", whose(r.Keys), "payments_auto.card", orText(r.Card, t("payments_auto.card_gone")), "payments_auto.each_is", rus.FormatRubles(r.PerPayment), "payments_auto.month_is", rus.FormatRubles(r.PerMonth),
				"payments_auto.tell", where, "payments_auto.since", rus.FormatDate(r.CreatedAt, lang))})
	}
	orders, err := ordersOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	for _, o := range orders {
		page.Orders = append(page.Orders, orderLine{"/payments/autopay/orders/" + o.ID.String(), t("payments_auto.line", rus.FormatRubles(o.Total), o.Purpose), t("payments_auto.state_" + o.State)})
	}
	if err := h.autopayForm(c, user, &page, form); err != nil {
		return err
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return autopayView.Render(c, h.Pages, page)
}

// whoseKeys tells in words whose charges a rule pays: the reader's own, and those of templates.
func (h *Handler) whoseKeys(c *fiber.Ctx, user uuid.UUID) (func(keys [][]byte) string, error) {
	r, err := h.reader(c)
	if err != nil {
		return nil, err
	}
	templates, err := templatesOf(c.UserContext(), h.DB, user)
	t := h.Pages.Texts(c)
	return func(keys [][]byte) string {
		has := func(hash []byte) bool {
			return slices.ContainsFunc(keys, func(k []byte) bool { return bytes.Equal(k, hash) })
		}
		var all []string
		if slices.ContainsFunc(r.Keys, has) {
			all = append(all, t("payments_auto.own"))
		}
		for _, tpl := range templates {
			if has(tpl.KeyHash) {
				all = append(all, t("payments_auto.by_template", tpl.Title))
			}
		}
		return orText(strings.Join(all, "; "), t("payments_auto.by_gone"))
	}, err
}

func orText(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func kindsText(t func(string, ...any) string, kinds []string) (text string) {
	for _, kind := range autopayKinds {
		if slices.Contains(kinds, kind) {
			if text != "" {
				text += ", "
			}
			text += t("payments_auto.kind_" + kind)
		}
	}
	return text
}

// autopayForm is the form of a new rule.
func (h *Handler) autopayForm(c *fiber.Ctx, user uuid.UUID, page *autopayPage, form ruleForm) error {
	t := h.Pages.Texts(c)
	legend := func(key string) *frontend.Fieldset {
		return &frontend.Fieldset{Legend: frontend.Legend{Text: t(key), Classes: "govuk-fieldset__legend--s"}}
	}
	cards, hidden, err := h.readCards(c, "/payments/autopay")
	if err != nil {
		return err
	}
	templates, err := templatesOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	page.NoCard, page.Hidden = len(cards) == 0, hidden
	page.Kinds = frontend.Checkboxes{Name: "kind", Values: form.kinds, Fieldset: legend("payments_auto.kinds"), ErrorMessage: page.Errors.Message("kind")}
	for _, kind := range autopayKinds {
		page.Kinds.Items = append(page.Kinds.Items, frontend.Choice{Value: kind, Text: t("payments_auto.kind_" + kind)})
	}
	page.Whose = frontend.Checkboxes{Name: "whose", Values: form.whose, Fieldset: legend("payments_auto.whose"), Hint: frontend.Hint{Text: t("payments_auto.whose_hint")}, ErrorMessage: page.Errors.Message("whose"),
		Items: []frontend.Choice{{Value: "own", Text: t("payments_auto.own")}}}
	for _, tpl := range templates {
		page.Whose.Items = append(page.Whose.Items, frontend.Choice{Value: tpl.ID.String(), Text: t("payments_auto.by_template", tpl.Title)})
	}
	page.Card = frontend.Radios{Name: "card", Value: form.card, Fieldset: legend("payments_auto.card"), ErrorMessage: page.Errors.Message("card")}
	for _, card := range cards {
		page.Card.Items = append(page.Card.Items, frontend.Choice{Value: card.ID.String(), Text: card.Title})
	}
	sum := func(name, value string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Inputmode: "decimal", Autocomplete: "off", Classes: "govuk-input--width-10", Label: frontend.Label{Text: t("payments_auto." + name)},
			Hint: frontend.Hint{Text: t("payments_auto." + name + "_hint")}, ErrorMessage: page.Errors.Message(name)}
	}
	page.Each, page.Month = sum("each", form.each), sum("month", form.month)
	page.Agree = frontend.Checkboxes{Name: "agree", ErrorMessage: page.Errors.Message("agree"), Items: []frontend.Choice{{Value: "yes", Text: t("payments_auto.agree"), Checked: form.agree}}}
	return nil
}

// makeRule keeps a rule.
func (h *Handler) makeRule(c *fiber.Ctx) error {
	user, err := h.holder(c)
	if err != nil {
		return err
	}
	var form ruleForm
	for _, v := range c.Request().PostArgs().PeekMulti("kind") {
		form.kinds = append(form.kinds, string(v))
	}
	for _, v := range c.Request().PostArgs().PeekMulti("whose") {
		form.whose = append(form.whose, string(v))
	}
	form.card, form.each, form.month, form.agree = c.FormValue("card"), c.FormValue("each"), c.FormValue("month"), c.FormValue("agree") == "yes"
	r, hashes, err := h.readRule(c, user, &form)
	if err != nil {
		return err
	}
	if len(form.wrong) > 0 {
		return h.renderAutopay(c, form)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		fresh, err := insertRule(c.UserContext(), tx, r, hashes)
		if err == nil && fresh {
			_, err = h.River.InsertTx(c.UserContext(), tx, AutopayArgs{Rule: r.ID}, nil)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.Redirect("/payments/autopay", fiber.StatusSeeOther)
}

// mostAutopay is what a rule may pay at once, and ten times that in a month.
const mostAutopay = 100_000_000

func (h *Handler) readRule(c *fiber.Ctx, user uuid.UUID, form *ruleForm) (*autopayRule, [][]byte, error) {
	r := &autopayRule{ID: uuid.Must(uuid.NewV7()), Owner: user, CreatedAt: h.Now()}
	bad := func(field, key string) { form.wrong = append(form.wrong, [2]string{field, "payments_auto." + key}) }
	for _, kind := range autopayKinds {
		if slices.Contains(form.kinds, kind) {
			r.Kinds = append(r.Kinds, kind)
		}
	}
	if len(r.Kinds) == 0 {
		bad("kind", "kinds_empty")
	}
	hashes, err := h.ruleKeys(c, user, form.whose)
	if err != nil {
		return nil, nil, err
	}
	if len(hashes) == 0 {
		bad("whose", "whose_empty")
	}
	if r.CardID, err = uuid.Parse(form.card); err != nil {
		bad("card", "card_empty")
	}
	if r.PerPayment, err = rus.ParseRubles(form.each); err != nil || r.PerPayment < leastPart || r.PerPayment > mostAutopay {
		bad("each", "each_wrong")
	}
	if r.PerMonth, err = rus.ParseRubles(form.month); err != nil || r.PerMonth < r.PerPayment || r.PerMonth > 10*mostAutopay {
		bad("month", "month_wrong")
	}
	if !form.agree {
		bad("agree", "agree_empty")
	}
	if where, err := h.toldWhere(c); err != nil {
		return nil, nil, err
	} else if where == "" {
		bad("agree", "no_contact")
	}
	return r, hashes, nil
}

// toldWhere is where notices go now, for the eyes of whoever is signed in.
func (h *Handler) toldWhere(c *fiber.Ctx) (string, error) {
	if h.Person == nil {
		return "", nil
	}
	who, err := h.Person(c)
	return orText(who.Email, rus.FormatPhone(who.Phone)), err
}

// ruleKeys are the numbers whose charges a rule pays: the own ones and those of the person's templates.
func (h *Handler) ruleKeys(c *fiber.Ctx, user uuid.UUID, whose []string) (hashes [][]byte, err error) {
	if slices.Contains(whose, "own") {
		r, err := h.reader(c)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, r.Keys...)
	}
	templates, err := templatesOf(c.UserContext(), h.DB, user)
	for _, tpl := range templates {
		if slices.Contains(whose, tpl.ID.String()) {
			hashes = append(hashes, tpl.KeyHash)
		}
	}
	return hashes, err
}

func (h *Handler) haltRule(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	if err := stopRule(c.UserContext(), h.DB, user, uuid.MustParse(c.Params("id")), h.Now()); err != nil {
		return err
	}
	return c.Redirect("/payments/autopay", fiber.StatusSeeOther)
}

// showOrder is the page to which a notice leads.
func (h *Handler) showOrder(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	o, err := orderOf(c.UserContext(), h.DB, user, uuid.MustParse(c.Params("id")))
	if err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := orderPage{Back: frontend.BackLink{Href: "/payments/autopay"}, Title: t("payments_auto.state_" + o.State), Text: t("payments_auto.about_" + o.State),
		Action: "/payments/autopay/orders/" + o.ID.String() + "/skip",
		List:   frontend.SummaryOf(t, "payments.amount", rus.FormatRubles(o.Total), "payments.purpose", o.Purpose, "payments_auto.due", rus.FormatDateTime(o.DueAt, lang))}
	if o.State == "announced" {
		page.Skip = frontend.Button{Text: t("payments_auto.skip"), PreventDoubleClick: true}
	}
	if o.State == "failed" && o.Reason != "" && o.Reason != "changed" {
		page.Text += " " + reasonText(h.Pages, lang, o.Reason)
	}
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	if ch, err := chargeFor(c.UserContext(), h.DB, r, o.ChargeID); err == nil && ch.Status == Open && o.State != "paying" {
		page.Pay = ch.path("")
	}
	return orderView.Render(c, h.Pages, page)
}

func (h *Handler) refuseOrder(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	id := uuid.MustParse(c.Params("id"))
	if _, err := orderOf(c.UserContext(), h.DB, user, id); err != nil {
		return err
	}
	if err := skipOrder(c.UserContext(), h.DB, user, id); err != nil {
		return err
	}
	return c.Redirect("/payments/autopay/orders/"+id.String(), fiber.StatusSeeOther)
}
