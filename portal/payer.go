package portal

import (
	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/internal/rus"
	"tamga/payments"
)

// Payer returns the numbers by which the charges of whoever is signed in are found: those that ESIA has vouched for at this
// sign-in, and the ИНН of the organisation in whose name the person acts. By phone there are none.
func (p *People) Payer(c *fiber.Ctx) (payments.Identity, error) {
	var id payments.Identity
	a, err := signedIn(c)
	if err != nil || !throughESIA(c) {
		return id, err
	}
	profile, err := a.openProfile(p.box)
	if err != nil {
		return id, err
	}
	if snils, err := rus.SNILS(profile["snils"]); err == nil {
		id.SNILS = snils
	}
	if passport := profile["passport_series"] + profile["passport_number"]; len(passport) == 10 {
		id.Passport = passport
	}
	o, err := p.actingNow(c)
	if err != nil {
		return id, err
	}
	if o != nil && o.May(applications.PowerPay) {
		if inn, err := rus.INN(o.INN); err == nil {
			id.INN = inn
		}
	}
	return id, nil
}
