package confirm

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// letterPage shows how a letter stands, and what can be done about it.
func (h *Handler) letterPage(c *fiber.Ctx, a *account.Account) (*page, error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	l, err := letterOf(c.UserContext(), h.DB, a.ID)
	if err != nil {
		return nil, err
	}
	p := &page{Title: t("idp_confirm.letter_title"), Back: h.backTo(c, "idp_confirm.to_ways", "/confirm")}
	if l.outstanding(h.Now()) {
		p.Lead = []string{t("idp_confirm.letter_state_"+l.State, rus.FormatDate(l.CreatedAt, lang)), t("idp_confirm.letter_wait")}
		p.Facts.Rows = []frontend.SummaryRow{frontend.Row(t("idp_confirm.letter_until"), rus.FormatDate(l.ExpiresAt, lang)),
			frontend.Row(t("idp_confirm.letter_left"), strconv.Itoa(letterTries-l.Attempts))}
		field := line("code", t("idp_confirm.letter_code"), t("idp_confirm.letter_code_hint"), "")
		field.Input.Classes, field.Input.Autocapitalize = "govuk-input--width-10", "characters"
		p.Forms = append(p.Forms, form{Action: "/confirm/letter/code", Fields: []frontend.Field{field}, Send: send(t("idp_confirm.letter_use"))})
		return p, nil
	}
	if l != nil && h.Now().Before(l.nextAt()) {
		p.Lead = []string{t("idp_confirm.letter_over"), t("idp_confirm.letter_next", rus.FormatDate(l.nextAt(), lang))}
		p.Links = []frontend.Link{{Text: t("idp_confirm.to_ways"), Href: "/confirm"}}
		return p, nil
	}
	order, err := h.orderForm(c, a)
	if err != nil {
		return nil, err
	}
	p.Lead = []string{t("idp_confirm.letter_lead"), t("idp_confirm.letter_terms")}
	p.Forms = append(p.Forms, *order)
	return p, nil
}

const otherAddress = "other"

// orderForm offers the addresses that the person has entered before, and another.
func (h *Handler) orderForm(c *fiber.Ctx, a *account.Account) (*form, error) {
	t := h.Pages.Texts(c)
	known, err := h.Addresses(c.UserContext(), a.ID)
	if err != nil {
		return nil, err
	}
	f := &form{Action: "/confirm/letter", Send: send(t("idp_confirm.letter_order"))}
	typed := frontend.Field{Textarea: &frontend.Textarea{Name: "address", Rows: "3", Value: c.FormValue("address"), Autocomplete: "street-address",
		Label: frontend.Label{Text: t("idp_confirm.letter_address")}, Hint: frontend.Hint{Text: t("idp_confirm.letter_address_hint")}}}
	if len(known) == 0 {
		f.Fields = []frontend.Field{typed}
		return f, nil
	}
	radios := &frontend.Radios{Name: "known", Value: c.FormValue("known"), Fieldset: frontend.Question(t("idp_confirm.letter_where"))}
	for i, address := range known {
		radios.Items = append(radios.Items, frontend.Choice{Value: strconv.Itoa(i), Text: address})
	}
	radios.Items = append(radios.Items, frontend.Choice{Value: otherAddress, Text: t("idp_confirm.letter_other")})
	if radios.Value == "" {
		radios.Value = "0"
	}
	f.Fields = []frontend.Field{{Radios: radios}, typed}
	return f, nil
}

func (h *Handler) showLetter(c *fiber.Ctx, a *account.Account) error {
	p, err := h.letterPage(c, a)
	if err != nil {
		return err
	}
	return h.render(c, p)
}

// addressOf is the address that the form names, and what is wrong with it.
func (h *Handler) addressOf(c *fiber.Ctx, a *account.Account) (address, problem string, err error) {
	known, err := h.Addresses(c.UserContext(), a.ID)
	if err != nil {
		return "", "", err
	}
	if n, err := strconv.Atoi(c.FormValue("known")); err == nil && n >= 0 && n < len(known) {
		return known[n], "", nil
	}
	address, err = account.PlainText(c.FormValue("address"))
	switch t := h.Pages.Texts(c); {
	case err != nil:
		return "", account.ProblemOf(t, err), nil
	case len([]rune(address)) < 10 || !strings.ContainsAny(address, "0123456789"):
		return "", t("idp_confirm.letter_address_missing"), nil
	}
	return address, "", nil
}

// orderLetter queues a letter. The second of two clicks finds it ordered, and shows the same page.
func (h *Handler) orderLetter(c *fiber.Ctx, a *account.Account) error {
	address, problem, err := h.addressOf(c, a)
	if err != nil {
		return err
	}
	if problem != "" {
		p, err := h.letterPage(c, a)
		if err != nil {
			return err
		}
		p.Errors.Add("address", problem)
		return h.render(c, p)
	}
	err = h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		return h.order(ctx, tx, a, address, ownEntry(c, a, "letter_ordered", nil))
	})
	if err != nil && !errors.Is(err, fault.Conflict) {
		return err
	}
	return c.Redirect("/confirm/letter", fiber.StatusSeeOther)
}

var codeRate = web.Rate{Burst: 10, Every: time.Minute}

func (h *Handler) enterCode(c *fiber.Ctx, a *account.Account) error {
	t := h.Pages.Texts(c)
	err := h.Limit.Allow(c.UserContext(), "idp-letter", a.ID.String(), codeRate)
	if err == nil {
		err = h.useCode(c.UserContext(), a, c.FormValue("code"), ownEntry(c, a, "letter_code", nil))
	}
	if err == nil {
		return c.Redirect("/confirm/done", fiber.StatusSeeOther)
	}
	p, failed := h.letterPage(c, a)
	if failed != nil {
		return failed
	}
	switch {
	case errors.Is(err, errCodeWrong):
		p.Errors.Add("code", t("idp_confirm.letter_code_wrong"))
	case errors.Is(err, errCodeSpent):
		p.Errors.Add("code", t("idp_confirm.letter_over"))
	default:
		return h.limited(c, p, "code", err)
	}
	return h.render(c, p)
}
