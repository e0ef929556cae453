package applications

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"tamga/catalog"
	"tamga/internal/paper"
	"tamga/internal/rus"
	"tamga/payments"
)

// paper writes the application down.
func (k *Core) paper(d *dossier, charge *payments.Charge, tr catalog.Tr) ([]byte, error) {
	service := d.Definition.Name.In(tr.Lang)
	title := tr.T("catalog_editor.paper_draft")
	if d.Number != "" {
		title = tr.T("catalog_editor.paper_number", d.Number)
	}
	doc := paper.New(paper.Head{Title: service + ". " + title, Lang: string(tr.Lang), Foot: service + ". " + title,
		Page: tr.T("catalog_editor.paper_page"), At: d.UpdatedAt.In(rus.Moscow)})
	doc.Small(tr.T("catalog_editor.paper_portal"))
	doc.Title(service)
	doc.Text(title)
	k.paperHead(doc, d, tr)
	doc.Rule()
	for _, part := range k.parts(d, tr) {
		doc.Section(part.Title)
		for _, list := range part.Lists {
			doc.Sub(list.Card.Title.Text)
			for _, row := range list.Rows {
				doc.Row(row.Key.Text, row.Value.Text)
			}
		}
	}
	if err := k.paperDuty(doc, d, charge, tr); err != nil {
		return nil, err
	}
	k.paperSignatures(doc, d, tr)
	if err := k.paperCode(doc, d, tr); err != nil {
		return nil, err
	}
	return doc.Bytes()
}

func (k *Core) paperHead(doc *paper.Document, d *dossier, tr catalog.Tr) {
	if dep := k.Catalog.Department(d.Definition.Goes(d.Set)); dep != nil {
		doc.Row(tr.T("catalog_editor.paper_to"), dep.Name.In(tr.Lang))
	}
	if place := k.placeOf(d); place != nil {
		doc.Row(tr.T("applications.slot_title"), strings.TrimSpace(rus.FormatDateTime(place.At, tr.Lang)+"\n"+place.Office+"\n"+place.Address))
	}
	if d.Organisation != nil {
		doc.Row(tr.T("catalog_editor.paper_for"), d.Organisation.Name)
	}
	if d.SubmittedAt == nil {
		doc.Row(tr.T("catalog_editor.paper_state"), tr.T("catalog_editor.paper_not_sent"))
		return
	}
	doc.Row(tr.T("catalog_editor.paper_sent"), rus.FormatDateTime(*d.SubmittedAt, tr.Lang))
	if by := d.answerBy(k.Now()); by != nil {
		doc.Row(tr.T("catalog_editor.paper_answer"), rus.FormatDate(*by, tr.Lang))
	}
}

func (k *Core) paperDuty(doc *paper.Document, d *dossier, charge *payments.Charge, tr catalog.Tr) error {
	if d.Definition.Duty == nil || !d.complete() {
		return nil
	}
	doc.Section(tr.T("catalog_editor.paper_duty"))
	switch bill, err := d.duty(dutyDay(d, k.Now())); {
	case err != nil:
		return err
	case charge != nil:
		doc.Row(tr.T("catalog_editor.paper_amount"), rus.FormatRubles(charge.Amount))
	case bill.Exempt != nil:
		doc.Text(tr.T("catalog_editor.duty_exempt") + ". " + tr.T("catalog_editor.duty_why", bill.Exempt.Text.In(tr.Lang)))
	default:
		doc.Row(tr.T("catalog_editor.paper_amount"), rus.FormatRubles(bill.Amount))
	}
	if charge != nil && charge.Receipt != "" {
		doc.Row(tr.T("catalog_editor.paper_receipt"), charge.Receipt)
	}
	return nil
}

// dutyDay is the day whose rates count: that of the submission once it was sent.
func dutyDay(d *dossier, now time.Time) time.Time {
	if d.SubmittedAt != nil {
		return *d.SubmittedAt
	}
	return now
}

func (k *Core) paperSignatures(doc *paper.Document, d *dossier, tr catalog.Tr) {
	if !d.anySignature() {
		return
	}
	doc.Section(tr.T("catalog_editor.paper_signatures"))
	for _, p := range d.Parties {
		if p.Signature == nil || !bytes.Equal(p.Signature.Hash, d.hash()) && !bytes.Equal(p.Signature.Hash, d.Hash) {
			continue
		}
		text := tr.T("catalog_editor.paper_signed", rus.FormatDateTime(p.Signature.SignedAt, tr.Lang), tr.T("catalog.level_"+string(p.Signature.Level)))
		if declares := d.Definition.Party(p.ID).Signs.In(tr.Lang); declares != "" {
			text = declares + "\n" + text
		}
		doc.Row(p.Signature.Name, text)
	}
	hash := d.Hash
	if hash == nil {
		hash = d.hash()
	}
	doc.Row(tr.T("catalog_editor.paper_hash"), grouped(hash))
	doc.Small(hex.EncodeToString(hash))
}
