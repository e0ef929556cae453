package access

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// demoHeads are, in the demo, the heads with the staff for whom they asked. Нуриев, of the ministry, approved.
var demoHeads = []struct {
	head  string
	staff []string
}{
	{"Шарипова", []string{"Валеева", "Кузнецов", "Шарипова"}},
	{"Нуриев", []string{"Нуриев"}},
}

// SeedDemo gives the demo's staff access to payment control, as an approved request of their head would, unless they have it.
func SeedDemo(ctx context.Context, d db.DB, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		var seeded bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM payment_access_request)`).Scan(&seeded); err != nil || seeded {
			return err
		}
		people, err := demoStaff(ctx, tx)
		if err != nil {
			return err
		}
		ministry, known := people["Нуриев"]
		if !known {
			return nil
		}
		if err := insertRole(ctx, tx, ministry.id, RightAccess); err != nil {
			return err
		}
		for _, x := range demoHeads {
			if err := seedRequest(ctx, tx, people[x.head], ministry, x.staff, people, now); err != nil {
				return err
			}
		}
		return nil
	})
}

type demoEmployee struct {
	id, organisation          uuid.UUID
	last, first, middle, post string
}

func demoStaff(ctx context.Context, d db.DB) (map[string]demoEmployee, error) {
	rows, err := d.Query(ctx, `
		SELECT id, organisation_id, last_name, first_name, middle_name, post
		FROM employee
		WHERE blocked_at IS NULL`)
	if err != nil {
		return nil, err
	}
	people, e := map[string]demoEmployee{}, demoEmployee{}
	_, err = pgx.ForEachRow(rows, []any{&e.id, &e.organisation, &e.last, &e.first, &e.middle, &e.post}, func() error {
		people[e.last] = e
		return nil
	})
	return people, err
}

func seedRequest(ctx context.Context, tx pgx.Tx, head, ministry demoEmployee, staff []string, people map[string]demoEmployee, now time.Time) error {
	if head.id == uuid.Nil {
		return nil
	}
	if err := insertRole(ctx, tx, head.id, RightHead); err != nil {
		return err
	}
	r := &request{ID: uuid.Must(uuid.NewV7()), OrganisationID: head.organisation, HeadID: head.id, HeadName: rus.FullName(head.last, head.first, head.middle),
		HeadPost: head.post, Purpose: "Проверка госпошлины при приёме заявлений граждан", StartsOn: dayOf(now), EndsOn: dayOf(now).AddDate(1, 0, 0), AskedAt: now}
	var list []person
	for _, name := range staff {
		e := people[name]
		list = append(list, person{RequestID: r.ID, Position: len(list) + 1, LastName: e.last, FirstName: e.first, MiddleName: e.middle, Post: e.post, Phone: "+78432223344"})
	}
	if err := insertRequest(ctx, tx, r, list); err != nil {
		return err
	}
	if err := decideRequest(ctx, tx, r.ID, ministry.id, now); err != nil {
		return err
	}
	for i := range list {
		id, yes := people[staff[i]].id, true
		list[i].Approved, list[i].EmployeeID = &yes, &id
		if err := decidePerson(ctx, tx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}
