package lookup

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/rus"
	"tamga/payments/paytest"
)

// TestLookupTellsWhoPaidForAnother: whose name a clerk has read learns of it, also one who paid for another.
func TestLookupTellsWhoPaidForAnother(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.BookFor(t, pool, [3]string{"Сафин", "Ильнур", "Рустамович"}, "Каримов", "Тимур", "", "registered", "paid")
	helper := uuid.New()
	if _, err := pool.Exec(t.Context(), `UPDATE payment SET paid_by = $1`, helper); err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, newDesktop(t, pool, true).find(p.Receipt, "visit"), 200, "Сафин Ильнур Рустамович")
	for _, account := range []uuid.UUID{p.Payer, helper} {
		var n int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE action = 'payments.seen' AND subject = $1`, account.String()).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d entries for one of two people (%v)", n, err)
		}
	}
	var people int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM payment_lookup_seen`).Scan(&people); err != nil || people != 2 {
		t.Errorf("the head would count %d people (%v)", people, err)
	}
}

func TestOwnName(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		payer, own string
		is         bool
	}{
		{"Валеева Гузель Рашитовна", "Валеева Гузель Рашитовна", true}, {"ВАЛЕЕВА Гузәл Рәшитовна", "Валеева Гузал Рашитовна", true},
		{"Валеева Гузель", "Валеева Гузель Рашитовна", true}, {"Валеева Гузель Рашитовна", "Гузель Рашитовна Валеева", true},
		{"Валеева Гузель Маратовна", "Валеева Гузель Рашитовна", false}, {"Валеева Гузель Рашитовна", "Валеева Гузель", false},
		{"Валеева", "Валеева Гузель", false}, {"Валеева Гузель", "", false}, {"", "", false},
	} {
		if ownName(test.payer, test.own) != test.is {
			t.Errorf("%q for %q: %t", test.payer, test.own, !test.is)
		}
	}
}

// TestSlipsAreJournalled: which numbers were given is told for a purpose only, and leaves its mark.
func TestSlipsAreJournalled(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	typed := p.Receipt[:len(p.Receipt)-1] + string('0'+(p.Receipt[len(p.Receipt)-1]-'0'+1)%10)
	d := newDesktop(t, pool, true)
	count := func() (n int) {
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM journal j, payment_lookup l WHERE j.action = 'payments.lookup' AND l.hits = 0`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, fields := range [][]string{{"query", typed}, {"query", typed, "purpose", "visit", "from", "когда-то"}} {
		if got := d.Post("/payments", "/payments", fields...); got.Status != 422 || strings.Contains(got.Text, `id="slips"`) || count() != 0 {
			t.Errorf("without a purpose or with another mistake: %d, %d marks", got.Status, count())
		}
	}
	paytest.Want(t, d.find(typed, "visit"), 422, `id="slips"`, p.Receipt)
	if n := count(); n != 1 {
		t.Errorf("%d marks of what was told", n)
	}
}

// TestLookupLong: what one word is compared with grows by the square of its letters, and a clerk may type a million.
func TestLookupLong(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	d := newDesktop(t, pool, true)
	paytest.Want(t, d.find(strings.Repeat("а", 100_000), "visit"), 422, "не длиннее 200 знаков")
	paytest.Want(t, d.find(strings.Repeat("а", mostQuery), "visit"), 200, "Найдено 0 платежей")
}

// TestExportOfSecondPage: the file has what is on the screen, and numbers that a spreadsheet leaves whole.
func TestExportOfSecondPage(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.BookMany(t, pool, 100)
	d := newDesktop(t, pool, true)
	hidden := func(page paytest.Answer, name string) string {
		_, rest, _ := strings.Cut(page.Text, `name="`+name+`" value="`)
		value, _, _ := strings.Cut(rest, `"`)
		return value
	}
	first := d.find("Общий", "visit")
	second := d.Post("/payments", "/payments", "query", "Общий", "purpose", "visit", "after", hidden(first, "after"))
	file := d.Post("/payments", "/payments", "query", "Общий", "purpose", "visit", "here", hidden(second, "here"), "export", "csv")
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Text, "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 1+pageRows {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		mark := `data-receipt="` + row[0] + `"`
		if !strings.Contains(second.Text, mark) || strings.Contains(first.Text, mark) {
			t.Errorf("%s is not of the page on the screen", row[0])
		}
		if uin := row[len(row)-1]; !strings.Contains(uin, " ") || uin != rus.FormatUIN(strings.ReplaceAll(uin, " ", "")) {
			t.Errorf("УИН %q", uin)
		}
	}
}
