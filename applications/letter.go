package applications

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/i18n"
	"tamga/payments"
)

// outgoing is what the department receives: the application in words and as data, and the exact text that was signed, so that
// anybody can count its SHA-256 again.
type outgoing struct {
	departments.Application
	Canonical string                   `json:"canonical"`
	AnswerBy  *time.Time               `json:"answer_by,omitempty"` // the day that the applicant was told
	Files     []departments.Attachment `json:"files,omitempty"`     // what is attached, with addresses to fetch it from
}

func (k *Core) letter(ctx context.Context, tx pgx.Tx, d *dossier) (*outgoing, error) {
	tr := catalog.Tr{Lang: i18n.RU, Texts: k.Texts}
	answers, err := json.Marshal(d.Set)
	if err != nil {
		return nil, err
	}
	l := &outgoing{Canonical: string(d.Form), AnswerBy: d.AnswerBy, Application: departments.Application{SubmittedAt: *d.SubmittedAt,
		ServiceName: d.Definition.Name.RU, Sections: sections(d.Definition.Summary(d.Set, "", tr)),
		Hash: hex.EncodeToString(d.Hash), Answers: answers}}
	l.Files = k.letterFiles(d)
	if o := d.Organisation; o != nil {
		l.Organisation = &departments.Organisation{Kind: o.Audience, Name: o.Name, OGRN: o.OGRN, INN: o.INN, KPP: o.KPP,
			Address: o.Address, Phone: o.Phone, Email: o.Email, Position: o.Position}
	}
	for _, p := range d.Parties {
		role := "applications.filer"
		if p.Position > 0 {
			role = "applications.co_filer"
		}
		l.Parties = append(l.Parties, departments.Party{ID: p.ID, Role: tr.T(role), Last: p.Last,
			First: p.First, Middle: p.Middle, SNILS: p.SNILS, Sections: sections(d.Definition.Summary(d.Set, p.ID, tr)),
			SignedAt: &p.Signature.SignedAt, Hash: hex.EncodeToString(p.Signature.Hash)})
	}
	if b := d.Booking; b != nil {
		l.Slot = &departments.Slot{Office: b.Office, Start: b.StartsAt}
		if o := k.Catalog.Office(b.Office); o != nil {
			l.Slot.Name, l.Slot.Address = o.Name.RU, o.Address.RU
		} else {
			l.Slot.Name = d.chosenName()
		}
	}
	if d.PaidCharge != nil {
		c, err := payments.ChargeOf(ctx, tx, origin(d.ID))
		if err != nil {
			return nil, err
		}
		l.Payment = &departments.Payment{UIN: c.UIN, Receipt: c.Receipt, Amount: c.Amount, PaidAt: *d.PaidAt}
	}
	return l, nil
}

func sections(from []catalog.Section) []departments.Section {
	var to []departments.Section
	for _, s := range from {
		one := departments.Section{Title: s.Title}
		for _, row := range s.Rows {
			one.Rows = append(one.Rows, departments.Row{Label: row.Label, Value: row.Value})
		}
		to = append(to, one)
	}
	return to
}
