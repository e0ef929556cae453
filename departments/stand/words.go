package stand

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// words shows an application to people: known parts in words, all that the message has besides them as it is.
type words struct {
	t    func(key string, args ...any) string
	lang i18n.Lang
}

// cards returns the application in words, and its data for machines.
func (w words) cards(data json.RawMessage) (readable, raw []frontend.SummaryList) {
	var a departments.Application
	if err := json.Unmarshal(data, &a); err != nil {
		return nil, w.tree("", data)
	}
	readable = append(readable, w.signed(&a))
	if o := a.Organisation; o != nil {
		readable = append(readable, card(w.t("stand.organisation_card"), w.row("organisation_name", o.Name), w.row("organisation_ogrn", o.OGRN),
			w.row("organisation_inn", o.INN), w.row("organisation_kpp", o.KPP), w.row("organisation_address", o.Address),
			w.row("organisation_position", o.Position)))
	}
	if a.Slot != nil {
		readable = append(readable, card(w.t("stand.slot"), w.row("slot_place", join(a.Slot.Name, a.Slot.Address)),
			w.row("slot_start", rus.FormatDateTime(a.Slot.Start, w.lang)), w.row("slot_office", a.Slot.Office)))
	}
	if a.Payment != nil {
		readable = append(readable, card(w.t("stand.payment"), w.row("payment_amount", rus.FormatRubles(a.Payment.Amount)),
			w.row("payment_uin", a.Payment.UIN), w.row("payment_receipt", a.Payment.Receipt),
			w.row("payment_at", rus.FormatDateTime(a.Payment.PaidAt, w.lang))))
	}
	for _, s := range a.Sections {
		readable = append(readable, w.section("", s))
	}
	for _, p := range a.Parties {
		readable = append(readable, w.party(&p))
		for _, s := range p.Sections {
			readable = append(readable, w.section(p.Role, s))
		}
	}
	return readable, w.tree("", data)
}

func (w words) signed(a *departments.Application) frontend.SummaryList {
	rows := []frontend.SummaryRow{w.row("submitted", rus.FormatDateTime(a.SubmittedAt, w.lang)), w.row("hash", a.Hash)}
	for _, p := range a.Parties {
		if p.SignedAt == nil {
			continue
		}
		text := w.t("stand.signed_other")
		if p.Hash == a.Hash {
			text = w.t("stand.signed_same")
		}
		rows = append(rows, frontend.Row(join(p.Last, p.First, p.Middle), rus.FormatDateTime(*p.SignedAt, w.lang)+" — "+text))
	}
	return card(w.t("stand.signatures"), rows...)
}

func (w words) party(p *departments.Party) frontend.SummaryList {
	snils := p.SNILS
	if len(snils) == 11 {
		snils = snils[:3] + "-" + snils[3:6] + "-" + snils[6:9] + " " + snils[9:]
	}
	return card(p.Role, w.row("name", strings.Join(nonEmpty(p.Last, p.First, p.Middle), " ")), w.row("snils", snils))
}

func (w words) section(of string, s departments.Section) frontend.SummaryList {
	title := s.Title
	if of != "" {
		title = of + " — " + s.Title
	}
	var rows []frontend.SummaryRow
	for _, r := range s.Rows {
		rows = append(rows, frontend.Row(r.Label, r.Value))
	}
	return card(title, rows...)
}

func (w words) row(key, value string) frontend.SummaryRow {
	return frontend.Row(w.t("stand."+key), value)
}

func card(title string, rows ...frontend.SummaryRow) frontend.SummaryList {
	kept := rows[:0:0]
	for _, r := range rows {
		if r.Value.Text != "" {
			kept = append(kept, r)
		}
	}
	return frontend.SummaryList{Rows: kept, Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: title}}}
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

func join(parts ...string) string { return strings.Join(nonEmpty(parts...), ", ") }

// tree shows any JSON: each object is a card, its plain values are rows. What cannot be parsed is shown as it is.
func (w words) tree(title string, data json.RawMessage) []frontend.SummaryList {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	b := &branches{}
	if err := b.value(d, nil); err != nil {
		return []frontend.SummaryList{card(title, frontend.Row("JSON", string(data)))}
	}
	return b.cards
}

// branches walks tokens, so that fields keep the order in which they were sent.
type branches struct{ cards []frontend.SummaryList }

func (b *branches) value(d *json.Decoder, path []string) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			if err := b.value(d, append(path[:len(path):len(path)], key.(string))); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	case json.Delim('['):
		for n := 1; d.More(); n++ {
			if err := b.value(d, append(path[:len(path):len(path)], strconv.Itoa(n))); err != nil {
				return err
			}
		}
		_, err = d.Token()
		return err
	}
	b.leaf(path, token)
	return nil
}

func (b *branches) leaf(path []string, token json.Token) {
	title, key := "JSON", "="
	if n := len(path); n > 0 {
		key = path[n-1]
		if n > 1 {
			title = strings.Join(path[:n-1], " › ")
		}
	}
	text := ""
	switch v := token.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	}
	if text == "" {
		return
	}
	if n := len(b.cards); n == 0 || b.cards[n-1].Card.Title.Text != title {
		b.cards = append(b.cards, frontend.SummaryList{Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: title}}})
	}
	last := &b.cards[len(b.cards)-1]
	last.Rows = append(last.Rows, frontend.Row(key, text))
}

// serviceName is the service in words when the message has them.
func serviceName(r *received) string {
	var a struct {
		ServiceName string `json:"service_name"`
	}
	if json.Unmarshal(r.Data, &a) == nil && a.ServiceName != "" {
		return a.ServiceName
	}
	return r.Service
}
