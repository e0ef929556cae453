package payments

import (
	"context"
	"regexp"
	"testing"
	"time"

	"tamga/internal/dbtest"
	"tamga/internal/rus"
	"tamga/payments/banks"
	"tamga/payments/paytest"
)

func TestCommissionRules(t *testing.T) {
	t.Parallel()
	db := dbtest.DB(t, dbtest.Portal)
	_, err := db.Exec(t.Context(), `INSERT INTO commission_rule (acquirer, method, kind, valid_from, per_myriad, least, most) VALUES
		('b', 'card', '*', '2026-01-01', 70, 100, 150000), ('b', 'card', 'utility', '2026-01-01', 0, 0, NULL), ('b', 'card', 'utility', '2026-07-01', 125, 0, NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	july := time.Date(2026, 7, 1, 0, 0, 0, 0, rus.Moscow) // still June in Greenwich
	for _, c := range []struct {
		bank, kind string
		method     banks.Method
		sum        int64
		at         time.Time
		want       int64
	}{
		{"b", FromRegister, banks.ByCard, 35000, july, 245},
		{"b", FromRegister, banks.ByCard, 35007, july, 245}, // 245.049
		{"b", FromRegister, banks.ByCard, 35072, july, 246}, // 245.504
		{"b", FromRegister, banks.ByCard, 100, july, 100},   // not less
		{"b", FromRegister, banks.ByCard, 1 << 40, july, 150000},
		{"b", FromUtility, banks.ByCard, 35000, july.Add(-time.Second), 0},
		{"b", FromUtility, banks.ByCard, 35000, july, 438},
		{"b", FromRegister, banks.BySBP, 35000, july, 0},
		{"other", FromRegister, banks.ByCard, 35000, july, 0},
	} {
		if got, err := feeOf(context.Background(), db, c.bank, c.method, c.kind, c.sum, c.at); got != c.want || err != nil {
			t.Errorf("%+v: %d, %v", c, got, err)
		}
	}
}

var meansButton = regexp.MustCompile(`name="means" value="([^"]+)"|value="([^"]+)" name="means"`)

// chooses returns the button of a bank and a means on the page of a charge.
func (b *browser) chooses(page, start string) string {
	b.T.Helper()
	for _, m := range meansButton.FindAllStringSubmatch(b.Get(page).Text, -1) {
		if value := m[1] + m[2]; len(value) > len(start) && value[:len(start)] == start {
			return value
		}
	}
	b.T.Fatalf("no button %s on %s", start, page)
	return ""
}

// TestCommissionIsShownAndBooked: what is on the button is what the bank takes; the charge gets its own sum, the ledger the commission,
// and a refund of everything gives both back.
func TestCommissionIsShownAndBooked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rewrite(`INSERT INTO commission_rule (acquirer, method, kind, valid_from, per_myriad) VALUES ('sandbox', 'card', 'application', '2026-02-01', 150)`)
	c := w.partCharge()
	b := w.browser()
	all := b.chooses(c.path(""), "sandbox.card")
	if all != "sandbox.card.525" {
		t.Errorf("the button is %s", all)
	}
	got := b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "100", "means", all)
	paytest.Want(t, got, 200, "101,50", "Итог изменился") // for a part the commission is another one: shown before anything is paid
	if w.count(w.db, `SELECT count(*) FROM payment`) != 0 {
		t.Error("a payment was begun with a commission that nobody has seen")
	}
	got = b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "100", "means", "sandbox.card.150")
	paytest.Want(t, got, 303)
	paytest.Want(t, b.Get(got.To), 200, "101,50")
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "101,50", "1,50", "250")
	got = b.Post(c.path(""), c.path("/pay"), "email", "", "means", b.chooses(c.path(""), "sandbox.card"))
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	w.wantBooks()
	if n := w.count(w.db, `SELECT sum(amount) FROM ledger_posting WHERE account = 'commission'`); n != -525 {
		t.Errorf("the commission is %d in the books", n)
	}
	if n := w.count(w.db, `SELECT paid FROM charge WHERE id = $1`, c.ID); n != 35000 {
		t.Errorf("the charge has %d", n)
	}
}
