package checks

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/departments"
)

// corrected is what the applicants have mended since a check was asked: the register's answer is about something else now.
type corrected struct {
	Fields []string // of the question
	Party  string
	Item   int // of a repeated step; -1 without one
}

// again is where the same is asked of what stands in the application now.
func (d *corrected) again(one *Check) string {
	href := "/checks/new?application=" + one.Application.String() + "&kind=" + one.Kind + "&party=" + d.Party
	if d.Item >= 0 {
		href += "&item=" + strconv.Itoa(d.Item)
	}
	return href
}

// corrections are what was corrected since each of an application's checks was asked, unless it was asked again since.
func (h *Handler) corrections(ctx context.Context, department string, application uuid.UUID, list []*Check) (map[uuid.UUID]*corrected, error) {
	now, err := departments.LetterOf(ctx, h.DB, h.Box, department, application)
	if err != nil || now == nil {
		return nil, err
	}
	found := map[uuid.UUID]*corrected{}
	for _, one := range list {
		if !one.AskedAt.Before(now.SentAt) {
			continue
		}
		then, err := departments.LetterAt(ctx, h.DB, h.Box, department, application, &one.AskedAt)
		if err != nil {
			return nil, err
		}
		if then == nil || then.Message == now.Message {
			continue
		}
		if d, err := h.correctedSince(one, list, then, now); err != nil {
			return nil, err
		} else if d != nil {
			found[one.ID] = d
		}
	}
	return found, nil
}

// correctedSince compares what a check asked with what the letter said then and says now; nil when that is the same, or was asked since.
func (h *Handler) correctedSince(one *Check, list []*Check, then, now *departments.Letter) (*corrected, error) {
	k, err := kindOf(one.Kind)
	if err != nil {
		return nil, err
	}
	asked, err := h.askedFields(one, k)
	if err != nil || asked == nil {
		return nil, err
	}
	about := nearest(h.subjects(then, k, one.AskedAt), k, asked)
	if about == nil {
		return nil, nil
	}
	subjects := h.subjects(now, k, one.AskedAt)
	is := slices.IndexFunc(subjects, func(s catalog.Asked) bool { return s.Party == about.Party && s.Item == about.Item })
	if is < 0 {
		return nil, nil
	}
	was, will := k.plain(about.Values), k.plain(subjects[is].Values)
	d := &corrected{Party: about.Party, Item: about.Item}
	for _, f := range k.typ.fields {
		name := strings.TrimSuffix(f, "?")
		if asked[name] == was[name] && asked[name] != will[name] && will[name] != "" {
			d.Fields = append(d.Fields, name)
		}
	}
	if len(d.Fields) == 0 {
		return nil, nil
	}
	done, err := h.askedSince(one, list, now.SentAt, d.Fields, will)
	if err != nil || done {
		return nil, err
	}
	return d, nil
}

// askedSince tells whether the same was asked since a moment with what the fields hold now.
func (h *Handler) askedSince(one *Check, list []*Check, since time.Time, fields []string, will map[string]string) (bool, error) {
	k, err := kindOf(one.Kind)
	if err != nil {
		return false, err
	}
	for _, other := range list {
		if other.Kind != one.Kind || other.AskedAt.Before(since) {
			continue
		}
		later, err := h.askedFields(other, k)
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(fields, func(name string) bool { return later[name] != will[name] }) {
			return true, nil
		}
	}
	return false, nil
}

// askedFields are the fields of a check's question; nil when it is kept no longer.
func (h *Handler) askedFields(one *Check, k *Kind) (map[string]string, error) {
	q, err := one.question(h.Box, k)
	if err != nil || q == nil {
		return nil, err
	}
	return fieldsOf(q)
}

// plain are fields as a question has them.
func (k *Kind) plain(fields map[string]string) map[string]string {
	q, _, err := k.makeQuestion(fields)
	if err != nil {
		return nil
	}
	same, _ := fieldsOf(q)
	return same
}

// subjects are all whom a question of a kind may be about, with what a letter says of each.
func (h *Handler) subjects(l *departments.Letter, k *Kind, now time.Time) []catalog.Asked {
	list := slices.DeleteFunc(h.ruled(l, now), func(p catalog.Asked) bool { return p.Kind != k.ID })
	for _, p := range l.Parties {
		if !slices.ContainsFunc(list, func(o catalog.Asked) bool { return o.Party == p.ID }) {
			list = append(list, h.suggested(l, k.ID, p.ID, -1, now))
		}
	}
	return list
}

// nearest is the subject of whom the letter says most of what was asked; nil when it says nothing of it.
func nearest(list []catalog.Asked, k *Kind, asked map[string]string) (best *catalog.Asked) {
	most := 0
	for i := range list {
		n := 0
		for name, value := range k.plain(list[i].Values) {
			if value != "" && asked[name] == value {
				n++
			}
		}
		if n > most {
			most, best = n, &list[i]
		}
	}
	return best
}
