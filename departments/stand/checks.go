package stand

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
	"tamga/internal/rus"
)

// gateway is the registers as departments ask them through the portal: signed questions, signed answers (docs/registers.md). It knows the
// portal by its keys and nothing of how the portal is made.
type gateway struct {
	cfg    *Config
	people *registers
	keys   map[string]*departments.Keys
	trust  *departments.Trust
}

// registerCodes are the registers, in the order of the page, with what each answers.
var registerCodes = []string{"pension", "interior", "tax", "civil"}

var registerKinds = map[string]string{"snils": "pension", "person": "interior", "passport": "interior", "residence": "interior", "inn": "tax",
	"income": "tax", "organisation": "tax", "marriage": "civil", "birth": "civil"}

var registerModes = []string{"normal", "slow", "silent", "down", "later", "empty", "garbage", "forged"}

// laterTimes is how often the mode «later» says that it is still looking.
const laterTimes = 2

// registerAsk is a question of the portal.
type registerAsk struct {
	ID         uuid.UUID `json:"id"`
	Audience   string    `json:"audience"`
	Kind       string    `json:"kind"`
	Department string    `json:"department"`
	Number     string    `json:"number"`
	Question   registerQuestion
}

// registerQuestion has the fields of all kinds.
type registerQuestion struct {
	Person
	INN         string `json:"inn"`
	OGRN        string `json:"ogrn"`
	Certificate string `json:"certificate"`
	From        string `json:"from"`
	Until       string `json:"until"`
}

// nameKey finds a person without a number.
func nameKey(p Person) string {
	return rus.FoldName(rus.FullName(p.LastName, p.FirstName, p.MiddleName)) + "|" + p.BirthDate
}

// find answers a question; nil has found nothing.
func (g *gateway) find(ctx context.Context, kind string, q registerQuestion) (any, error) {
	if strings.HasPrefix(rus.FoldName(q.LastName), rus.FoldName("Ошибкин")) {
		return nil, nil
	}
	switch kind {
	case "snils":
		v, err := g.people.pension(ctx, q.plain())
		if err != nil || v.Reason == "not_found" {
			return nil, err
		}
		differs := []string{}
		if !v.Match {
			differs = append(differs, v.Reason)
		}
		return map[string]any{"differs": differs}, nil
	case "passport":
		return g.passport(ctx, q)
	case "birth":
		return g.birth(ctx, q)
	case "organisation":
		return g.organisation(ctx, q)
	case "person":
		return g.record(ctx, kind, nameKey(q.Person), map[string]any{"state": "alive"})
	case "marriage":
		return g.record(ctx, kind, nameKey(q.Person), map[string]any{"state": "none"})
	case "inn":
		if q.INN != "" {
			return g.record(ctx, kind, nameKey(q.Person), map[string]any{"inn": q.INN})
		}
		return g.record(ctx, kind, nameKey(q.Person), nil)
	case "income":
		return g.income(ctx, q)
	}
	return g.record(ctx, kind, nameKey(q.Person), nil)
}

// record is what stands in the books, else the answer by rule, so that newcomers of the demo get on.
func (g *gateway) record(ctx context.Context, kind, key string, rule any) (any, error) {
	raw, err := registerRecord(ctx, g.cfg.DB, kind, key)
	if err != nil || raw != nil {
		return raw, err
	}
	if rule == nil {
		return nil, nil
	}
	return rule, nil
}

// passport answers by the book of passports; series 9999 is one that was reported lost.
func (g *gateway) passport(ctx context.Context, q registerQuestion) (any, error) {
	if q.Series == "9999" {
		return map[string]any{"state": "lost", "since": "2026-05-20"}, nil
	}
	known, err := personByPassport(ctx, g.cfg.DB, digits(q.Series), digits(q.Number))
	switch {
	case errors.Is(err, pgx.ErrNoRows) && q.Number == "000000":
		return nil, nil
	case errors.Is(err, pgx.ErrNoRows):
		return map[string]any{"state": "valid"}, nil
	case err != nil:
		return nil, err
	}
	differs := []string{}
	if q.BirthDate == "" {
		q.BirthDate = known.BirthDate
	}
	if v := compare(known, q.Person); !v.Match {
		differs = append(differs, v.Reason)
	}
	if q.IssuedOn != "" && q.IssuedOn != known.IssuedOn {
		differs = append(differs, "issued_on")
	}
	return map[string]any{"state": "valid", "differs": differs, "since": known.IssuedOn}, nil
}

func (g *gateway) birth(ctx context.Context, q registerQuestion) (any, error) {
	known, err := birthByNumber(ctx, g.cfg.DB, q.Certificate)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{"record": digits(known.Number), "last_name": known.LastName, "first_name": known.FirstName, "middle_name": known.MiddleName,
		"birth_date": known.BirthDate, "parents": known.Parents, "office": "Отдел ЗАГС Вахитовского района г. Казани"}, nil
}

func (g *gateway) organisation(ctx context.Context, q registerQuestion) (any, error) {
	o, err := organisationByINN(ctx, g.cfg.DB, digits(q.INN))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state := "active"
	if o.Status == "liquidated" {
		state = "closed"
	}
	return map[string]any{"name": o.FullName, "inn": o.INN, "ogrn": o.OGRN, "kpp": o.KPP, "state": state, "address": o.Address, "head": o.Head}, nil
}

// income is what the book says for the months that were asked, or the same wage in each.
func (g *gateway) income(ctx context.Context, q registerQuestion) (any, error) {
	from, err := time.Parse("2006-01", q.From)
	until, err2 := time.Parse("2006-01", q.Until)
	if errors.Join(err, err2) != nil {
		return nil, nil //nolint:nilerr // a question that cannot be answered
	}
	wage := struct {
		Amount int64  `json:"amount"`
		Payer  string `json:"payer"`
	}{Amount: 4_150_000, Payer: "ООО «Учебное предприятие»"}
	raw, err := registerRecord(ctx, g.cfg.DB, "income", digits(q.SNILS))
	if err != nil {
		return nil, err
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &wage); err != nil {
			return nil, err
		}
	}
	months := []map[string]any{}
	for at := from; !at.After(until); at = at.AddDate(0, 1, 0) {
		months = append(months, map[string]any{"month": at.Format("2006-01"), "amount": wage.Amount, "payer": wage.Payer})
	}
	return map[string]any{"months": months}, nil
}

// RegisterRecord is something that a register knows.
type RegisterRecord struct {
	Kind   string
	About  Person // found by name and date of birth; by SNILS when that is all
	Answer any
}

// SeedRegisterRecords puts records into the registers. It may run again.
func SeedRegisterRecords(ctx context.Context, d db.DB, list []RegisterRecord) error {
	for _, r := range list {
		key := nameKey(r.About)
		if r.About.LastName == "" {
			key = digits(r.About.SNILS)
		}
		raw, err := json.Marshal(r.Answer)
		if err != nil {
			return err
		}
		if err := saveRegisterRecord(ctx, d, r.Kind, key, raw); err != nil {
			return err
		}
	}
	return nil
}
