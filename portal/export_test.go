package portal

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/notify"
	"tamga/internal/paper/papertest"
	"tamga/payments"
	"tamga/portal/notices"
)

// archive is what the export gives, by the paths of its files.
func (w *browser) archive() map[string]string {
	w.Helper()
	form := w.get("/settings/export").Page.Form(`form[action="/settings/export"]`)
	form.Values.Set("password", password)
	got := w.one(http.MethodPost, "/settings/export", form.Values)
	raw, _ := io.ReadAll(got.Body)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		w.Fatalf("%d: %v", got.StatusCode, err)
	}
	names := map[string]string{}
	for _, f := range z.File {
		r, _ := f.Open()
		text, _ := io.ReadAll(r)
		names[f.Name] = string(text)
	}
	return names
}

// paid makes a charge of a person and a payment that the bank has told to be done.
func (b *bench) paid(payer uuid.UUID, purpose, receipt string) {
	b.Helper()
	c, err := payments.CreateCharge(b.Context(), b.db, payments.NewCharge{Origin: payments.Origin{Kind: "application", ID: uuid.Must(uuid.NewV7())},
		Payer: payer, Last: "Гарипова", First: "Алия", Amount: 35000, Purpose: purpose, Service: "marriage", Payee: "zags"})
	if err != nil {
		b.Fatal(err)
	}
	b.exec(`INSERT INTO payment (id, charge_id, receipt, acquirer, amount, received,
		last_n, first_n, middle_n, created_at) VALUES ($1, $2, $3, 'sandbox', 35000, 35000, 'ГАРИПОВА', 'АЛИЯ', '', now())`, c.ID, c.ID, receipt)
	for i, step := range [][3]string{{"none", "create", "created"}, {"created", "paid", "succeeded"}} {
		b.exec(`INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, at) VALUES ($1, $2, $3, $4, $5, 'poll', now())`,
			c.ID, i+1, step[0], step[1], step[2])
	}
}

// TestExport: the archive has everything that is held, to be read: conversations, notices and receipts too, and nothing of anybody else.
func TestExport(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	stranger := b.citizen("+79172000002", "Хабибуллин", "Тимур", "", "")
	me, other := b.account(aliyaPhone).ID, b.account("+79172000002").ID
	w.get("/documents/new/inn").fill("/documents/new/inn", "inn_number", "165504321780").want(200, "/documents")
	b.paid(me, "Госпошлина за брак", "1000-0000-0017")
	b.paid(other, "Госпошлина Тимура", "1000-0000-0025")
	for _, asked := range []struct {
		who  *browser
		text string
	}{{w, "Не пришёл код на мой телефон"}, {stranger, "Вопрос Тимура"}} {
		asked.who.get("/support/new").fill("/support/new", "kind", "question", "topic", "account", "text", asked.text).want(200, asked.who.Path, "Обращение принято")
	}
	inbox := &notices.Inbox{Box: b.box, Now: time.Now}
	for phone, text := range map[string]string{aliyaPhone: "Заявление Алии принято", "+79172000002": "Заявление Тимура принято"} {
		err := pgx.BeginFunc(t.Context(), b.db, func(tx pgx.Tx) error {
			_, err := inbox.Take(t.Context(), tx, notify.Message{Channel: notify.SMS, To: phone, Kind: "applications.notice_accepted", Body: text})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	w.get("/settings/export").fill("/settings/export", "password", "wrong").want(422, "/settings/export")
	got := w.archive()
	for name, want := range map[string]string{"account.json": aliyaPhone, "documents.json": "165504321780", "journal.json": "document.add",
		"payments.json": "Госпошлина за брак", "support.json": "Не пришёл код на мой телефон", "notices.json": "Заявление Алии принято", "bundles.json": "[]"} {
		if !strings.Contains(got[name], want) {
			t.Errorf("%s has no %q: %q", name, want, got[name])
		}
	}
	if text := papertest.Text(t, []byte(got["receipts/1000-0000-0017.pdf"])); !strings.Contains(text, "1000-0000-0017") || !strings.Contains(text, "350") {
		t.Errorf("the receipt says %q", text)
	}
	for name, text := range got {
		if strings.Contains(text, "Тимура") || strings.Contains(name, "0025") {
			t.Errorf("%s tells of somebody else", name)
		}
	}
}

// TestDelete: the cabinet goes, its drafts too as their own button would erase them, and what was filed stays.
func TestDelete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.catalog.Publish(t.Context(), b.db); err != nil {
		t.Fatal(err)
	}
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	other := b.browser().signIn(aliyaPhone, password)
	w.get("/documents/new/inn").fill("/documents/new/inn", "inn_number", "165504321780").want(200, "/documents")
	me := b.account(aliyaPhone).ID
	for i, state := range []string{"draft", "submitted", "filling"} {
		id := "01900000-0000-7000-8000-00000000000" + string(rune('1'+i))
		b.exec(`INSERT INTO application (id, service, service_version, state, kept_until, created_at, updated_at, number, submitted_at, hash)
			SELECT $1, 'marriage', 1, $2, now() + interval '1 day', now(), now(), CASE WHEN $2 = 'submitted' THEN '1' END,
				CASE WHEN $2 = 'submitted' THEN now() END, CASE WHEN $2 = 'submitted' THEN sha256('x') END`, id, state)
		b.exec(`INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
			VALUES ($1, 'first', 0, $2, 'Гарипова', 'Алия', now())`, id, me)
	}
	if _, err := payments.CreateCharge(t.Context(), b.db, payments.NewCharge{Origin: payments.Origin{Kind: "application",
		ID: uuid.MustParse("01900000-0000-7000-8000-000000000001")}, Payer: me, Last: "Гарипова", First: "Алия", Amount: 35000,
		Purpose: "Госпошлина за брак", Service: "marriage", Payee: "zags"}); err != nil {
		t.Fatal(err)
	}
	w.get("/settings/delete").want(200, "/settings/delete", "Сначала завершите")
	b.exec(`UPDATE application SET state = 'cancelled' WHERE state = 'filling'`)
	w.get("/settings/delete").fill("/settings/delete", "agree", "yes", "password", "wrong").want(422, "/settings/delete")
	w.get("/settings/delete").fill("/settings/delete", "password", password).want(422, "/settings/delete", "понимаете последствия")
	w.get("/settings/delete").fill("/settings/delete", "agree", "yes", "password", password).want(200, "/goodbye", "Кабинет удалён")
	w.get("/cabinet").want(200, "/sign-in")
	other.get("/cabinet").want(200, "/sign-in")
	var drafts, filed, papers, journalled, erased, owed int
	err := b.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM application WHERE state = 'draft'), (SELECT count(*) FROM application WHERE state = 'submitted'),
		(SELECT count(*) FROM document), (SELECT count(*) FROM journal WHERE action = 'account.delete'),
		(SELECT count(*) FROM journal WHERE action = 'application.erased'), (SELECT count(*) FROM charge WHERE status = 'open')`).
		Scan(&drafts, &filed, &papers, &journalled, &erased, &owed)
	if err != nil || drafts != 0 || filed != 1 || papers != 0 || journalled != 1 || erased != 1 || owed != 0 {
		t.Errorf("drafts %d, filed %d, documents %d, journal %d and %d, owed %d: %v", drafts, filed, papers, journalled, erased, owed, err)
	}
}
