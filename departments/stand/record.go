package stand

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/calendar"
	"tamga/internal/db"
	"tamga/internal/rus"
)

// Record is one thing that a departmental system can be asked for: a bill, a fine, a doctor, a vacancy.
type Record struct {
	Department string
	Source     string
	ID         string
	Keys       []string // "account=1600000017": it is found by a question that has only such keys
	Title      string
	Text       string
	Amount     int64 // kopecks
	Fields     map[string]string
}

// found is a record as it is answered.
type found struct {
	ID     string            `json:"id"`
	Title  string            `json:"title"`
	Text   string            `json:"text,omitempty"`
	Amount int64             `json:"amount,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// SeedRecords puts the demo's records into the systems. It may run again: what was paid stays paid.
func SeedRecords(ctx context.Context, d db.DB, records []Record) error {
	for i, r := range records {
		if r.Fields == nil {
			r.Fields = map[string]string{}
		}
		if err := saveRecord(ctx, d, r, i+1); err != nil {
			return fmt.Errorf("record %s %s: %w", r.Source, r.ID, err)
		}
	}
	return nil
}

// visits is when a system receives people.
type visits struct {
	source      string // how the portal asks for free times
	key         string // which key of the question names whom one comes to
	from, until int    // minutes of the day
	minutes     int    // of one visit
	days        int    // how far ahead
	ticket      string // letter before the number of a ticket
}

// free returns the times of a resource that can still be taken. Some are taken by people who came in person: which ones, depends
// on nothing but the resource and the time.
func (v *visits) free(resource string, now time.Time, taken map[int64]bool) []found {
	var all []found
	cal := calendar.Default()
	today := now.In(rus.Moscow)
	for n := range v.days + 1 {
		y, m, d := today.AddDate(0, 0, n).Date()
		midnight := time.Date(y, m, d, 0, 0, 0, 0, rus.Moscow)
		if !cal.IsWorking(midnight) {
			continue
		}
		for at := v.from; at+v.minutes <= v.until; at += v.minutes {
			start := midnight.Add(time.Duration(at) * time.Minute)
			if start.Before(now.Add(time.Hour)) || taken[start.Unix()] || inPerson(resource, start) {
				continue
			}
			all = append(all, found{ID: start.Format(time.RFC3339), Title: start.Format("15:04")})
		}
	}
	return all
}

func inPerson(resource string, at time.Time) bool {
	sum := fnv.New32a()
	fmt.Fprint(sum, resource, at.Unix())
	return sum.Sum32()%3 == 0
}

// records answers a question of the portal.
func (s *System) records(ctx context.Context, ask departments.Ask) ([]found, error) {
	if s.visits != nil && ask.Source == s.visits.source {
		resource := ask.Keys[s.visits.key]
		if resource == "" {
			return []found{}, nil
		}
		taken, err := takenVisits(ctx, s.cfg.DB, s.Code, resource, s.cfg.Now())
		if err != nil {
			return nil, err
		}
		return s.visits.free(resource, s.cfg.Now(), taken), nil
	}
	keys := make([]string, 0, len(ask.Keys))
	for name, value := range ask.Keys {
		keys = append(keys, name+"="+plainKey(value))
	}
	slices.Sort(keys)
	return recordsBy(ctx, s.cfg.DB, s.Code, ask.Source, keys)
}

// plainKey brings what people type in several ways to one: no spaces and hyphens, capital letters.
func plainKey(text string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
}

// refusal is why a system does not take an application: the portal gets it as the reason of a rejection.
type refusal struct{ reason string }

func (r refusal) Error() string { return r.reason }

// settle does what the application asks of the system's own books: takes the visit, marks the bill as paid. The text is told to
// the applicant. An application that comes again finds what it did before.
func (s *System) settle(ctx context.Context, tx pgx.Tx, r *received) (text string, err error) {
	var a departments.Application
	if err := json.Unmarshal(r.Data, &a); err != nil {
		return "", nil // the tests of the protocol send other things
	}
	if s.visits != nil && a.Slot != nil {
		return s.settleVisit(ctx, tx, r, a.Slot)
	}
	if question := s.settles[r.Service]; question != "" {
		return s.settleBill(ctx, tx, r, &a, question)
	}
	return "", nil
}

func (s *System) settleVisit(ctx context.Context, tx pgx.Tx, r *received, slot *departments.Slot) (string, error) {
	ticket, err := takeVisit(ctx, tx, s.Code, slot.Office, slot.Start, r.ApplicationID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", refusal{"Это время только что занял другой человек. Выберите другое: подайте заявление ещё раз"}
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Талон %s-%03d, %s. Приходите за 10 минут с документом, который указан в заявлении", s.visits.ticket, ticket,
		rus.FormatDateTime(slot.Start, "ru")), nil
}

func (s *System) settleBill(ctx context.Context, tx pgx.Tx, r *received, a *departments.Application, question string) (string, error) {
	var answers struct {
		Shared map[string]any `json:"shared"`
	}
	if err := json.Unmarshal(a.Answers, &answers); err != nil {
		return "", err
	}
	id, _ := answers.Shared[question].(string)
	if id == "" {
		return "", nil
	}
	if a.Payment == nil {
		return "", refusal{"Нет сведений об оплате"}
	}
	by, err := settleRecord(ctx, tx, s.Code, id, r.ApplicationID, s.cfg.Now())
	if err != nil {
		return "", err
	}
	if by != r.ApplicationID {
		return "", refusal{"Это уже оплачено другим платежом. Деньги вернутся на ваш счёт"}
	}
	return "Оплата " + rus.FormatRubles(a.Payment.Amount) + " зачтена. Квитанция " + a.Payment.Receipt, nil
}
