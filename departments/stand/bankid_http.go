package stand

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// BankIDToken is the machines' path of the service; it is exempt from CSRF.
const BankIDToken = "/bank/id/token"

// Mount registers the routes.
func (b *BankID) Mount(r fiber.Router) {
	r.Get("/bank/id/authorize", b.show)
	r.Post("/bank/id/authorize", b.decide)
	r.Post(BankIDToken, b.token)
	r.Get("/bank/id/jwks.json", b.keys)
}

type bankIDPage struct {
	frontend.Errors
	Hidden   []bankIDField
	Customer frontend.Radios
	Other    []frontend.Field
	Allow    frontend.Button
	Refuse   frontend.Button
}

type bankIDField struct{ Name, Value string }

const bankIDFile frontend.Page[bankIDPage] = "stand/bank_id.html"

// otherCustomer is one whom the registers of the stand do not know: a newcomer of the demo.
const otherCustomer = "other"

func (b *BankID) asked(c *fiber.Ctx) asking {
	return asking{Client: c.FormValue("client_id"), Redirect: c.FormValue("redirect_uri"), State: c.FormValue("state"), Nonce: c.FormValue("nonce"),
		Challenge: c.FormValue("code_challenge")}
}

func (b *BankID) show(c *fiber.Ctx) error {
	a := b.asked(c)
	if !b.valid(a) {
		return fault.New(fault.Invalid, "bank.id_invalid")
	}
	return b.render(c, a, nil)
}

func (b *BankID) render(c *fiber.Ctx, a asking, wrong map[string]string) error {
	frontend.SetLayout(c, bankLayout)
	all, err := customers(c.UserContext(), b.DB)
	if err != nil {
		return err
	}
	t := b.Pages.Texts(c)
	p := bankIDPage{Hidden: []bankIDField{{"client_id", a.Client}, {"redirect_uri", a.Redirect}, {"state", a.State}, {"nonce", a.Nonce}, {"code_challenge", a.Challenge}},
		Customer: frontend.Radios{Name: "customer", Value: c.FormValue("customer"), Fieldset: frontend.Question(t("bank.id_who"))},
		Allow:    frontend.Button{Text: t("bank.id_allow"), Name: "choice", Value: "allow", PreventDoubleClick: true},
		Refuse:   frontend.Button{Text: t("bank.id_refuse"), Name: "choice", Value: "refuse", Classes: "govuk-button--secondary"}}
	for _, one := range all {
		p.Customer.Items = append(p.Customer.Items, frontend.Choice{Value: one.SNILS, Text: rus.FullName(one.LastName, one.FirstName, one.MiddleName)})
	}
	p.Customer.Items = append(p.Customer.Items, frontend.Choice{Value: otherCustomer, Text: t("bank.id_other")})
	for _, name := range []string{"last_name", "first_name", "middle_name", "birth_date", "snils", "passport"} {
		p.Other = append(p.Other, frontend.Field{Input: &frontend.Input{Name: name, Value: c.FormValue(name), Label: frontend.Label{Text: t("bank.id_" + name)},
			Autocomplete: "off", Spellcheck: "false"}})
	}
	for name, key := range wrong {
		p.Errors.Add(name, t(key))
	}
	p.Customer.ErrorMessage = p.Errors.Message("customer")
	if p.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return bankIDFile.Render(c, b.Pages, p)
}

// chosen is the customer that the form names.
func (b *BankID) chosen(c *fiber.Ctx) (*Person, error) {
	if c.FormValue("customer") == otherCustomer {
		passport := digits(c.FormValue("passport"))
		if len(passport) != 10 || c.FormValue("last_name") == "" || !validDate(c.FormValue("birth_date")) {
			return nil, nil
		}
		trim := func(name string) string { return storable(strings.TrimSpace(c.FormValue(name))) }
		return &Person{LastName: trim("last_name"), FirstName: trim("first_name"), MiddleName: trim("middle_name"), BirthDate: c.FormValue("birth_date"),
			SNILS: c.FormValue("snils"), Series: passport[:4], Number: passport[4:]}, nil
	}
	all, err := customers(c.UserContext(), b.DB)
	for _, one := range all {
		if one.SNILS == c.FormValue("customer") {
			return &one, err
		}
	}
	return nil, err
}

// decide sends the browser back to the provider.
func (b *BankID) decide(c *fiber.Ctx) error {
	a := b.asked(c)
	if !b.valid(a) {
		return fault.New(fault.Invalid, "bank.id_invalid")
	}
	back := url.Values{"state": {a.State}}
	if c.FormValue("choice") == "refuse" {
		back.Set("error", "access_denied")
		return c.Redirect(a.Redirect+"?"+back.Encode(), fiber.StatusSeeOther)
	}
	who, err := b.chosen(c)
	if err != nil {
		return err
	}
	if who == nil {
		return b.render(c, a, map[string]string{"customer": "bank.id_missing"})
	}
	claims, err := json.Marshal(claimsOf(*who))
	if err != nil {
		return err
	}
	code := secret.Token(32)
	g := grant{Client: a.Client, Redirect: a.Redirect, Challenge: a.Challenge, Nonce: a.Nonce, Claims: claims}
	if err := saveGrant(c.UserContext(), b.DB, secret.HashToken(code), g, b.Now().Add(bankIDLife)); err != nil {
		return err
	}
	back.Set("code", code)
	return c.Redirect(a.Redirect+"?"+back.Encode(), fiber.StatusSeeOther)
}

// token gives the signed answer for a code, once.
func (b *BankID) token(c *fiber.Ctx) error {
	g, err := takeGrant(c.UserContext(), b.DB, secret.HashToken(c.FormValue("code")), b.Now())
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !g.fits(c.FormValue("client_id"), c.FormValue("redirect_uri"), c.FormValue("code_verifier")) {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "invalid_grant"})
	}
	if err != nil {
		return err
	}
	signed, err := b.answer(g)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"id_token": signed, "token_type": "Bearer"})
}

func (b *BankID) keys(c *fiber.Ctx) error {
	key, err := b.key()
	if err != nil {
		return err
	}
	return c.JSON(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "bank", Algorithm: string(jose.EdDSA), Use: "sig"}}})
}
