package organisation

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// people stores n accounts.
func people(t *testing.T, d db.DB, n int) []uuid.UUID {
	t.Helper()
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7())
		_, err := d.Exec(t.Context(), `
			INSERT INTO account (id, last_name, first_name, phone, email, password, level, level_at, created_at)
			VALUES ($1, 'Галиев', 'Искәндәр', '+7917' || $2::int::text, 'a@example.ru', 'x', 'simplified', now(), now())`, ids[i], i+5000000)
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func draft(by uuid.UUID) *Organisation {
	return &Organisation{ID: uuid.Must(uuid.NewV7()), Type: Legal, OGRN: "1201690001237", INN: "1655123453", KPP: "165501001", CreatedBy: &by}
}

// TestStatesFollow holds the database to the table of states: no statement of ours, however wrong, skips the checks.
func TestStatesFollow(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	who := people(t, tx, 1)[0]
	o := draft(who)
	if _, err := putDraft(t.Context(), tx, o, time.Now()); err != nil {
		t.Fatal(err)
	}
	goes := func(to State) error {
		return pgx.BeginFunc(t.Context(), tx, func(sp pgx.Tx) error {
			_, err := sp.Exec(t.Context(), `
				UPDATE organisation
				SET state = $2, full_name = 'Сәйдәш', submitted_at = now(), decided_at = CASE WHEN $2 = 'checking' THEN NULL ELSE now() END
				WHERE id = $1`, o.ID, to)
			return err
		})
	}
	for _, step := range []struct {
		to State
		ok bool
	}{
		{Active, false}, {Refused, false}, {Liquidated, false}, {Checking, true}, {Draft, false}, {Refused, true}, {Active, false},
		{Checking, true}, {Active, true}, {Checking, false}, {Refused, false}, {Liquidated, true}, {Active, false},
	} {
		if err := goes(step.to); (err == nil) != step.ok || err != nil && !db.IsCheck(err, "") {
			t.Errorf("to %s: %v", step.to, err)
		}
	}
}

// TestOneHead: of two applications for one number that are decided at once, one opens it.
func TestOneHead(t *testing.T) {
	t.Parallel()
	d := dbtest.DB(t, dbtest.IDP)
	who := people(t, d, 6)
	box, err := secret.NewBox(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	insert, err := river.NewClient(riverpgxv5.New(d), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	j := &Jobs{account.Clerk{DB: d, Box: box, Pages: pages, Now: time.Now, Notify: &notify.Outbox{River: insert, Box: box, Now: time.Now}}}
	var all sync.WaitGroup
	for _, id := range who {
		all.Go(func() {
			if err := openBy(t.Context(), j, id); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var heads, active, taken int
	err = d.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM organisation_employee WHERE chief), count(*) FILTER (WHERE state = 'active'),
		       count(*) FILTER (WHERE state = 'refused')
		FROM organisation`).Scan(&heads, &active, &taken)
	if err != nil || heads != 1 || active != 1 || taken != len(who)-1 {
		t.Errorf("%d heads of %d, %d refused, %v", heads, active, taken, err)
	}
}

// openBy sends what a person says, and decides as the job does when the register says yes to all.
func openBy(ctx context.Context, j *Jobs, who uuid.UUID) error {
	o := draft(who)
	if _, err := putDraft(ctx, j.DB, o, j.Now()); err != nil {
		return err
	}
	round, _, err := sendDraft(ctx, j.DB, o.ID, j.Now())
	if err != nil {
		return err
	}
	yes := &extract{Found: true, Status: "active", INNMatch: true, KPPMatch: true, NameMatch: true, HeadMatch: true, FullName: "Сәйдәш"}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.decide(ctx, tx, CheckArgs{o.ID, round}, yes) })
}

// TestTimeIsOver: an employment and a power count from their beginning to their end, to the second and without anybody's help.
func TestTimeIsOver(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	who, now := people(t, tx, 1)[0], time.Now().Add(-time.Minute) // the transaction's clock stands still
	o := *draft(who)
	o.OID, o.FullName = 77, "Сәйдәш"
	if err := Put(t.Context(), tx, Seed{Organisation: o, Employees: []SeedEmployee{{Account: who, Powers: map[string]time.Duration{"pay": time.Hour}}}}, now); err != nil {
		t.Fatal(err)
	}
	powers := func() int {
		r, err := RoleIn(t.Context(), tx, who, 77)
		if errors.Is(err, fault.NotFound) {
			return -1
		}
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Powers)
	}
	for _, row := range []struct {
		change string
		want   int
	}{
		{`SELECT 1`, 1},
		{`UPDATE organisation_grant SET from_at = now() + interval '1 minute'`, 0},
		{`UPDATE organisation_grant SET from_at = now() - interval '1 hour', until = now()`, 0},
		{`UPDATE organisation_grant SET until = NULL`, 1},
		{`UPDATE organisation_grant SET revoked_at = now()`, 0},
		{`UPDATE organisation_employee SET until = now() + interval '1 minute'`, 0},
		{`UPDATE organisation_employee SET until = now()`, -1},
	} {
		if _, err := tx.Exec(t.Context(), row.change); err != nil {
			t.Fatal(err)
		}
		if got := powers(); got != row.want {
			t.Errorf("after %s: %d powers, want %d", row.change, got, row.want)
		}
	}
	// Whose time is over may be taken on again.
	if err := endExpiredOf(t.Context(), tx, o.ID, who); err != nil {
		t.Fatal(err)
	}
	if err := insertEmployee(t.Context(), tx, employment{ID: uuid.Must(uuid.NewV7()), Organisation: o.ID, Account: who, JoinedAt: now}); err != nil {
		t.Error(err)
	}
}

func TestMismatch(t *testing.T) {
	t.Parallel()
	box, err := secret.NewBox(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	a := account.Account{LastName: "Җиһаншина", FirstName: "Әминә", MiddleName: "Фәрит кызы", Level: account.Standard}
	data := &account.Identity{SNILS: "16309071550"}
	for name, row := range map[string]struct {
		letter Invitation
		want   string
	}{
		"as clerks spell her":   {Invitation{LastName: "ЖИХАНШИНА", FirstName: "Амина", MiddleName: "Фарит кызы"}, ""},
		"without a patronymic":  {Invitation{LastName: "Җиһаншина", FirstName: "Әминә"}, ""},
		"her СНИЛС":             {Invitation{LastName: "Җиһаншина", FirstName: "Әминә", SNILSKey: snilsKey(box, "16309071550")}, ""},
		"another's СНИЛС":       {Invitation{LastName: "Җиһаншина", FirstName: "Әминә", SNILSKey: snilsKey(box, "11211244575")}, "snils"},
		"a sister":              {Invitation{LastName: "Җиһаншина", FirstName: "Алия"}, "name"},
		"another patronymic":    {Invitation{LastName: "Җиһаншина", FirstName: "Әминә", MiddleName: "Илдар кызы"}, "name"},
		"a part of the surname": {Invitation{LastName: "Җиһан", FirstName: "Әминә"}, "name"},
	} {
		if got := row.letter.mismatch(box, &a, data); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
	a.Level = account.Simplified
	if got := (&Invitation{LastName: "Җиһаншина", FirstName: "Әминә"}).mismatch(box, &a, nil); got != "level" {
		t.Errorf("an account that nobody has checked: %q", got)
	}
}

// TestGrantForm: a day counts from its midnight in Moscow to its end.
func TestGrantForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, rus.Moscow)
	powers := []power{{Code: "pay"}, {Code: "sign", Chief: true}}
	read := func(f grantForm, e *Employee) (grant, *reading) {
		r := newReading(func(key string, _ ...any) string { return key })
		return f.read(r, e, powers, now), r
	}
	g, r := read(grantForm{Power: "pay", From: [3]string{"23", "11", "2026"}, Until: [3]string{"23", "ноября", "2026"}}, &Employee{})
	if r.Any() || !g.FromAt.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, rus.Moscow)) || g.Until.Sub(g.FromAt) != 24*time.Hour {
		t.Errorf("%+v, %v", g, r.Problems())
	}
	if _, r := read(grantForm{Power: "pay", Until: [3]string{"22", "11", "2026"}}, &Employee{}); r.Any() {
		t.Errorf("until the end of today: %v", r.Problems())
	}
	for want, f := range map[string]grantForm{
		"idp_org.until_past":    {Power: "pay", Until: [3]string{"21", "11", "2026"}},
		"idp_org.until_before":  {Power: "pay", From: [3]string{"25", "11", "2026"}, Until: [3]string{"24", "11", "2026"}},
		"idp_org.power_missing": {Power: "sign"}, // has it by office
	} {
		if _, r := read(f, &Employee{Chief: true}); len(r.Problems()) != 1 || r.Problems()[0].Text != want {
			t.Errorf("%+v: %v, want %s", f, r.Problems(), want)
		}
	}
}
