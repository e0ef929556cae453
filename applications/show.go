package applications

import (
	"context"
	"errors"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/payments"
)

// What pages, papers and the copy for the person themselves show alike.

// parts lists the answers that the reader may see: the own and the shared ones, and all of them once there is a whole to sign.
func (k *Core) parts(d *dossier, tr catalog.Tr) []partView {
	var all []partView
	change := func(s catalog.Section) []frontend.Action {
		return []frontend.Action{{Text: tr.T("applications.change"), Href: stepPath(d.ID, s.Step, true)}}
	}
	if !d.editable() {
		change = nil
	}
	shared := change
	if d.Me.Position != 0 {
		shared = nil
	}
	file := func(f catalog.File) string { return applicationPath(d.ID, "/files/"+f.ID) }
	add := func(title string, from []catalog.Section, change func(catalog.Section) []frontend.Action) {
		if len(from) > 0 {
			all = append(all, partView{title, summaryLists(from, tr, change, file)})
		}
	}
	common := "applications.shared"
	if len(d.Parties) == 1 {
		common = "applications.answers"
	}
	add(tr.T(common), d.Definition.Summary(d.Set, "", tr), shared)
	for _, p := range d.Parties {
		title := p.Name()
		switch {
		case p == d.Me:
			add(title, d.Definition.Summary(d.Set, p.ID, tr), change)
		case d.complete():
			add(title, d.Definition.Summary(d.Set, p.ID, tr), nil)
		}
	}
	return all
}

func (k *Core) placeOf(d *dossier) *placeView {
	if d.Booking == nil {
		return nil
	}
	v := &placeView{Office: d.Booking.Office, At: d.Booking.StartsAt, Booked: d.Booking.State == "booked", Until: d.Booking.HoldUntil}
	if o := k.Catalog.Office(d.Booking.Office); o != nil {
		v.Office, v.Address = o.Name.RU, o.Address.RU // places are written as their signs are
	} else if name := d.chosenName(); name != "" {
		v.Office = name
	}
	return v
}

// chargeOf returns the charge of the duty, or nil when there is none that counts.
func (k *Core) chargeOf(ctx context.Context, on db.DB, d *dossier) (*payments.Charge, error) {
	if d.Definition.Duty == nil {
		return nil, nil
	}
	charge, err := payments.ChargeOf(ctx, on, origin(d.ID))
	if errors.Is(err, fault.NotFound) || err == nil && charge.Status == payments.Cancelled {
		return nil, nil
	}
	return charge, err
}
