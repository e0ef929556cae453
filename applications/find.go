package applications

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"tamga/catalog"
)

// Finder asks a department's system for records: bills, doctors, free times.
type Finder func(context.Context, catalog.Query) ([]catalog.Record, error)

var errNoFinder = errors.New("applications: no way to ask departments for records")

// errAsk ends the reading of a form whose answers must be looked up first: nobody waits for a department while holding a lock.
var errAsk = errors.New("a department has to be asked first")

// finder returns how pages ask. Times that somebody else holds here are left out.
func (h *Handler) finder(ctx context.Context, d *dossier) func(catalog.Query) ([]catalog.Record, error) {
	return func(q catalog.Query) ([]catalog.Record, error) {
		if h.Find == nil {
			return nil, errNoFinder
		}
		records, err := h.Find(ctx, q)
		if err != nil {
			slog.WarnContext(ctx, "records of a department", "department", q.Department, "source", q.Source, "err", err)
			return nil, err
		}
		_, asks := slotQuestion(d.Definition)
		if asks == nil || asks.Find == nil || asks.Find.Source != q.Source {
			return records, nil
		}
		return h.withoutTaken(ctx, d, asks, records)
	}
}

func (h *Handler) withoutTaken(ctx context.Context, d *dossier, q *catalog.Question, records []catalog.Record) ([]catalog.Record, error) {
	from := h.Now()
	taken, err := takenTimes(ctx, h.DB, d.ID, d.answer(q.Office), from, from.AddDate(1, 0, 0), from)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(records, func(r catalog.Record) bool {
		at, err := time.Parse(time.RFC3339, r.ID)
		return err != nil || taken[at.Unix()]
	}), nil
}

// said are answers of departments that were asked for beforehand.
type said map[string]reply

type reply struct {
	records []catalog.Record
	err     error
}

func keyOf(q catalog.Query) string { return fmt.Sprint(q.Department, q.Source, q.Keys) } // maps are printed in the order of keys

func (a said) find(q catalog.Query) ([]catalog.Record, error) {
	r, ok := a[keyOf(q)]
	if !ok {
		return nil, errNoFinder
	}
	return r.records, r.err
}

// ask asks all that a form needs.
func (h *Handler) ask(ctx context.Context, d *dossier, queries []catalog.Query) said {
	find, answers := h.finder(ctx, d), said{}
	for _, q := range queries {
		records, err := find(q)
		answers[keyOf(q)] = reply{records, err}
	}
	return answers
}

// chosenName says in words to whom or where the chosen time is, when a department's record says it.
func (d *dossier) chosenName() string {
	_, q := slotQuestion(d.Definition)
	if q == nil {
		return ""
	}
	return d.Definition.Fact(d.Set, d.filer().ID, q.Office, "title")
}
