package payments

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// Person is who pays, by name, and where notices go.
type Person struct {
	Last, First, Middle string
	Email, Phone        string // E.164
}

// Name is the whole name.
func (p Person) Name() string { return rus.FullName(p.Last, p.First, p.Middle) }

// payerOf is the name that a payment for another keeps: the account's, or what a guest has typed of the own name.
func (h *Handler) payerOf(c *fiber.Ctx, ch *Charge, typed string) (Person, error) {
	if ch.Mine {
		return Person{}, nil
	}
	if _, err := h.User(c); errors.Is(err, fault.SignIn) {
		return typedName(typed), nil
	}
	if h.Person == nil {
		return Person{}, nil
	}
	return h.Person(c)
}

// typedName reads «Иванов Иван Иванович»; what is too long to be a name is none.
func typedName(typed string) Person {
	words := strings.Fields(typed)
	if len(words) == 0 || utf8.RuneCountInString(typed) > 150 {
		return Person{}
	}
	p := Person{Last: words[0]}
	if len(words) > 1 {
		p.First = words[1]
	}
	if len(words) > 2 {
		p.Middle = strings.Join(words[2:], " ")
	}
	return p
}

// askPayer tells whoever pays for another whose name the receipt will have; a guest may type the own one.
func (h *Handler) askPayer(c *fiber.Ctx, page *chargePage, ch *Charge, form payForm) error {
	if ch.Mine {
		return nil
	}
	t := h.Pages.Texts(c)
	if _, err := h.User(c); errors.Is(err, fault.SignIn) {
		page.For = t("payments_for.guest")
		page.Payer = frontend.Input{Name: "payer", Value: form.payer, Autocomplete: "name", Spellcheck: "false", Label: frontend.Label{Text: t("payments_for.name")},
			Hint: frontend.Hint{Text: t("payments_for.name_hint")}}
		return nil
	}
	who, err := h.payerOf(c, ch, "")
	if err == nil && who.Name() != "" {
		page.For = t("payments_for.notice", who.Name())
	}
	return err
}

// paidBy is who paid for another: in full for that person, by initials for anybody else who may see the receipt.
func (h *Handler) paidBy(c *fiber.Ctx, ch *Charge, p *Payment) string {
	if !p.forAnother() {
		return ""
	}
	r, err := h.reader(c)
	if err == nil && r.Account == p.PaidBy {
		return p.payerName()
	}
	return initials(p.PayerLast, p.PayerFirst, p.PayerMiddle)
}

// forWhom names the debtor on a receipt of somebody else's money: in full for the debtor alone.
func forWhom(ch *Charge, p *Payment) string {
	if !p.forAnother() {
		return ""
	}
	if ch.Mine {
		return payerName(ch)
	}
	return initials(ch.LastName, ch.FirstName, ch.MiddleName)
}

// ownName is the payer of a receipt when nobody paid for another.
func ownName(ch *Charge, p *Payment) string {
	if p.forAnother() {
		return ""
	}
	return shownName(ch)
}

// initials are what strangers may read of a name: «Алия Г.» stays with its owner, «А. М. Г.» tells nobody who it is.
func initials(last, first, middle string) string {
	var all []string
	for _, name := range []string{first, middle, last} {
		if r, size := utf8.DecodeRuneInString(name); size > 0 {
			all = append(all, strings.ToUpper(string(r))+".")
		}
	}
	return strings.Join(all, " ")
}
