package portal

import (
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

func (b *bench) exec(sql string, args ...any) {
	b.Helper()
	if _, err := b.db.Exec(b.Context(), sql, args...); err != nil {
		b.Fatal(err)
	}
}
