package portal

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/payments"
)

// TestCabinet shows an application that waits for money, marks what has changed since the last look, and nobody else's.
func TestCabinet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.catalog.Publish(t.Context(), b.db); err != nil {
		t.Fatal(err)
	}
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "Маратовна", "")
	w.want(200, "/cabinet", "Здесь будут ваши заявления", "Привяжите кабинет к ЕСИА")
	stranger := b.citizen("+79172000002", "Хабибуллин", "Тимур", "", "")

	id, me := uuid.Must(uuid.NewV7()), b.account(aliyaPhone).ID
	b.exec(`INSERT INTO application (id, service, service_version, state, kept_until, created_at, updated_at)
		VALUES ($1, 'marriage', 1, 'paying', now() + interval '1 day', now(), now() + interval '1 second')`, id)
	b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ($1, 'first', 0, $2, 'Гарипова', 'Алия', now())`, id, me)
	charge, err := payments.CreateCharge(t.Context(), b.db, payments.NewCharge{Origin: payments.Origin{Kind: "application", ID: id},
		Payer: me, Last: "Гарипова", First: "Алия", Amount: 35000, Purpose: "Госпошлина за регистрацию брака", Service: "marriage",
		Payee: "zags", Due: time.Now().Add(24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	w.get("/cabinet").want(200, "/cabinet", "Регистрация брака", "Ждёт оплаты", "Есть новости по 1 заявлению", "Госпошлина за регистрацию брака")
	if !w.Page.Has(`a[href="/payments/` + charge.ID.String() + `"]`) {
		t.Error("no way to pay")
	}
	b.exec(`UPDATE application SET updated_at = now() - interval '1 minute'`)
	if w.get("/cabinet"); w.Page.Has(".govuk-inset-text") {
		t.Error("old news is told again")
	}
	stranger.get("/cabinet").want(200, "/cabinet", "Здесь будут ваши заявления")
	b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ($1, 'second', 1, $2, 'Хабибуллин', 'Тимур', now())`, id, b.account("+79172000002").ID)
	if stranger.get("/cabinet").want(200, "/cabinet", "Регистрация брака"); stranger.Page.Has("#duties") {
		t.Error("the second party is asked to pay")
	}
}

// TestCabinetAsksForWhatIsAwaited: a request and an appointment of an application that has ended wait for nobody, and what has no day
// comes after what has one.
func TestCabinetAsksForWhatIsAwaited(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.catalog.Publish(t.Context(), b.db); err != nil {
		t.Fatal(err)
	}
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "Маратовна", "")
	me := b.account(aliyaPhone).ID
	for i, until := range []string{"now() + interval '5 days'", "NULL", "now() + interval '1 day'"} {
		id := uuid.Must(uuid.NewV7())
		b.exec(`INSERT INTO application (id, service, service_version, state, number, kept_until, created_at, updated_at, submitted_at, hash)
			VALUES ($1, 'marriage', 1, 'accepted', $2, now() + interval '1 year', now(), now(), now(), sha256('x'))`, id, strconv.Itoa(i))
		b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at) VALUES ($1, 'first', 0, $2, 'Гарипова', 'Алия', now())`, id, me)
		b.exec(`INSERT INTO application_message (id, application, kind, body, at, until) VALUES ($1, $1, 'request', 'x', now(), `+until+`)`, id)
		b.exec(`INSERT INTO application_appointment (application, place, at, told_at) VALUES ($1, 'Зал торжеств', now() + interval '9 days', now())`, id)
	}
	var want []string
	for _, i := range []string{"2", "0", "1"} {
		var id string
		if err := b.db.QueryRow(t.Context(), `SELECT id FROM application WHERE number = $1`, i).Scan(&id); err != nil {
			t.Fatal(err)
		}
		want = append(want, "/applications/"+id)
	}
	w.get("/cabinet").want(200, "/cabinet", "Зал торжеств")
	if got := w.Page.Attrs("section[aria-labelledby=waiting] a", "href"); !slices.Equal(got, want) {
		t.Errorf("what waits is %v, want %v", got, want)
	}
	b.exec(`UPDATE application SET state = 'refused'`)
	if w.get("/cabinet"); w.Page.Has("section[aria-labelledby=waiting] a") || strings.Contains(w.Page.Text("main"), "Зал торжеств") {
		t.Errorf("what has ended waits for the reader: %s", w.Page.Text("main"))
	}
}

func (b *bench) exec(sql string, args ...any) {
	b.Helper()
	if _, err := b.db.Exec(b.Context(), sql, args...); err != nil {
		b.Fatal(err)
	}
}
