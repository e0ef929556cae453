package lookup

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/paytest"
)

// desktop is the staff site with the look-up, for an employee who may use it or not.
type desktop struct {
	*paytest.Browser
	allowed bool
	box     *secret.Box
}

func newDesktop(t *testing.T, pool *pgxpool.Pool, allowed bool) *desktop {
	t.Helper()
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	h := &Handler{DB: pool, Box: box, Pages: p, Actor: func(*fiber.Ctx) string { return "valeeva" }, Allowed: func(*fiber.Ctx) error {
		if allowed {
			return nil
		}
		return fault.New(fault.Forbidden, "web.csrf")
	}}
	app := web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	app.Use((&web.CSRF{Key: paytest.Key, Cookie: "intra_csrf"}).Check)
	h.Mount(app)
	return &desktop{paytest.NewBrowser(t, paytest.Serve(t, app, paytest.Listen(t)), uuid.New()), allowed, box}
}

func (d *desktop) find(query, purpose string) paytest.Answer {
	return d.Post("/payments", "/payments", "query", query, "purpose", purpose)
}

func TestLookup(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paid := paytest.Book(t, pool, "Алексеёв", "Пётр", "Ильич", "registered", "paid")
	failed := paytest.Book(t, pool, "Алексеев", "Павел", "Иванович", "registered", "declined")
	waiting := paytest.Book(t, pool, "Җиһаншина", "Әминә", "Фәрит кызы", "registered")
	wrong := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "amount_differs")
	d := newDesktop(t, pool, true)
	for query, found := range map[string][]*paytest.Payment{
		paid.Receipt: {paid},
		strings.ReplaceAll(paid.Receipt, "-", " "):         {paid},
		"№ " + strings.ReplaceAll(failed.Receipt, "-", ""): {failed},
		"Алексеев Петр Ильич":                              {paid},
		"АЛЕКСЕЁВ ПЁТР ИЛЬИЧ":                              {paid},
		"Пётр Ильич Алексеев":                              {paid},
		"Алексеев П. И.":                                   {paid, failed},
		"П.И. Алексеев":                                    {paid, failed},
		"Алексеев":                                         {paid, failed},
		"алексеев пётр":                                    {paid},
		"Петр Алексеев":                                    {paid},
		"Aлeкceeв Петр":                                    {paid}, // Latin look-alikes
		"Җиһаншина Әминә Фәрит кызы":                       {waiting},
		"Жиханшина Амина Фарит кызы":                       {waiting},
		"Жиханшина Амина Фарит":                            {waiting},
		"Әминә Фәрит кызы Җиһаншина":                       {waiting},
		"Каримов Тимур":                                    {wrong},
		"Алексеева Пётр":                                   {paid}, // one letter too many
		"Алексеев Пёт":                                     {paid},
		"Алксеев Птр Ильич":                                nil, // two typos
		"Пётр Алексеев Ильич":                              {paid},
		"Җиһаншина Энвер":                                  nil,
		"Каримов Тимур Ильич":                              {wrong}, // a patronymic that the payment has not
		"Сафин":                                            nil,
		"Жиханшина Амина Фаритовна":                        {waiting}, // the Russian form of a Tatar patronymic
		"Алексеев Пётр Илья улы":                           nil,
		"Алексеев Павел Иван улы":                          {failed},
		"Алексеев Павел Игорь улы":                         nil,
	} {
		got := d.find(query, "visit")
		paytest.Want(t, got, 200, `id="results"`)
		for _, p := range []*paytest.Payment{paid, failed, waiting, wrong} {
			shown := strings.Contains(got.Text, `data-receipt="`+p.Receipt+`"`)
			expected := false
			for _, f := range found {
				expected = expected || f == p
			}
			if shown != expected {
				t.Errorf("%q: payment %s shown %t, want %t", query, p.Receipt, shown, expected)
			}
		}
	}
	paytest.Want(t, d.find(paid.Receipt, "call"), 200, "Прошёл", "350\u00a0₽", "Госпошлина за регистрацию брака", "Алексеёв Пётр Ильич",
		rus.FormatDateTime(*paid.PaidAt, "ru"), "Найден 1 платёж")
	for _, p := range []*paytest.Payment{failed, waiting, wrong} {
		paytest.Want(t, d.find(p.Receipt, "call"), 200, "Скажите гражданину", "5-114-115")
	}
	if got := d.find(paid.Receipt, "call"); strings.Contains(got.Text, "Скажите гражданину") {
		t.Error("advice on a payment that has passed")
	}
	if _, err := pool.Exec(t.Context(), `UPDATE charge SET paid = amount, status = 'paid', paid_at = $2 WHERE id = $1`, paid.Charge, paid.PaidAt); err != nil {
		t.Fatal(err)
	}
	if err := payments.OweRefund(t.Context(), pool, payments.Origin{Kind: payments.FromApplication, ID: paid.Origin}, paid.CreatedAt); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{paid.Receipt, "Алексеев Петр"} {
		paytest.Want(t, d.find(query, "call"), 200, "Прошёл", "пошлину нужно вернуть", rus.FormatDate(paid.CreatedAt, "ru"))
	}
	paytest.Want(t, d.find("Никто Нигде", "call"), 200, "Найдено 0 платежей", "платёж к нам не поступил", "5-114-115")
}

func TestLookupForm(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	d := newDesktop(t, pool, true)
	paytest.Want(t, d.Get("/payments"), 200, "Найти", "телефон или ФИО", "Зачем ищете")
	paytest.Want(t, d.find("", "visit"), 422, "Введите номер квитанции или ФИО")
	paytest.Want(t, d.find(" . ", "visit"), 422, "Введите номер квитанции или ФИО")
	paytest.Want(t, d.find("Каримов", ""), 422, "Выберите, зачем вы ищете платёж", `value="Каримов"`)
	paytest.Want(t, d.find("Каримов", "curiosity"), 422, "Выберите, зачем вы ищете платёж")
	paytest.Want(t, d.find("1000-0000-0017", "visit"), 422, "В номере квитанции ошибка")
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM journal`).Scan(&n); err != nil || n != 1 { // that of the mistyped number
		t.Errorf("%d entries of look-ups that were none (%v)", n, err)
	}
}

func TestLookupIsJournalled(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	seen := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	paytest.Book(t, pool, "Каримов", "Ильдар", "", "registered", "paid")
	d := newDesktop(t, pool, true)
	d.find("Каримов", "application")
	d.find("Сафин", "call")
	rows, _ := pool.Query(t.Context(), `
		SELECT concat_ws(' ', actor, action, purpose), coalesce(details->>'query', ''), coalesce(details->>'hits', '')
		FROM journal ORDER BY id`)
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		var what, query, hits string
		if err := row.Scan(&what, &query, &hits); err != nil || query == "" {
			return what, err
		}
		sealed, err := base64.StdEncoding.DecodeString(query)
		if err != nil {
			return "", err
		}
		plain, err := d.box.Open(sealed, querySeal)
		return what + " " + string(plain) + " " + hits, err
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"valeeva payments.lookup Рассматриваю заявление Каримов 2", "valeeva payments.seen Рассматриваю заявление",
		"valeeva payments.seen Рассматриваю заявление", "valeeva payments.lookup Гражданин звонит в контакт-центр Сафин 0"}
	if strings.Join(entries, "\n") != strings.Join(want, "\n") {
		t.Errorf("journal:\n%s", strings.Join(entries, "\n"))
	}
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE subject = $1`, seen.Payer.String()).Scan(&n); err != nil || n != 1 {
		t.Errorf("the payer sees %d entries (%v)", n, err)
	}
}

func TestLookupWithoutRight(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	token := newDesktop(t, pool, true).Token("/payments")
	d := newDesktop(t, pool, false)
	for _, got := range []paytest.Answer{d.Get("/payments"), d.Send("POST", "/payments", paytest.Values(token, "query", p.Receipt, "purpose", "visit"))} {
		if got.Status != 403 || strings.Contains(got.Text, "Найти") || strings.Contains(got.Text, p.Receipt) {
			t.Errorf("status %d: %s", got.Status, paytest.Main(got.Text))
		}
	}
}

// TestLookupUsesIndex holds the plan, for parameters that are not known, as a cached statement has it after five runs.
func TestLookupUsesIndex(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.BookMany(t, pool, 5000)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	const types = ` (text[], text[], text[], text[], text[], smallint[], smallint, timestamptz, uuid, int) AS `
	for _, sql := range []string{`ANALYZE payment`, `ANALYZE payment_name`, `ANALYZE charge`, `SET plan_cache_mode = force_generic_plan`,
		`PREPARE named` + types + namedSQL, `PREPARE surname` + types + surnameSQL,
		`PREPARE numbered (text) AS SELECT id FROM payment WHERE receipt = $1`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	const rest = `, '{0}', 0, '9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)`
	named := paytest.Explain(t, conn, `EXPLAIN (ANALYZE, COSTS OFF) EXECUTE named ('{вв}', '{и}', '{й}', '{п}', '{р}'`+rest)
	if !strings.Contains(named, "payment_name_whole") || strings.Contains(named, "Seq Scan on payment") {
		t.Errorf("look-up by name does not use its index:\n%s", named)
	}
	cond := named[max(strings.Index(named, "Index Cond"), 0):]
	if line, _, _ := strings.Cut(cond, "\n"); !strings.Contains(line, "first_n") || !strings.Contains(line, "middle_n") {
		t.Errorf("the index is used for the surname only: %s", line)
	}
	surname := paytest.Explain(t, conn, `EXPLAIN (ANALYZE, COSTS OFF) EXECUTE surname ('{общий}', '{""}', '{я}', '{""}', '{я}'`+rest)
	if !strings.Contains(surname, "Backward using payment_name_newest") || strings.Contains(surname, "Seq Scan on payment") {
		t.Errorf("look-up by surname does not read the newest first:\n%s", surname)
	}
	many := paytest.Explain(t, conn, `EXPLAIN (ANALYZE, COSTS OFF) EXECUTE named ('{общий}', '{и}', '{й}', '{""}', '{я}'`+rest)
	if !strings.Contains(many, "Backward using payment_name_newest") || strings.Contains(many, "Seq Scan on payment") {
		t.Errorf("a frequent name is sorted whole:\n%s", many)
	}
	if numbered := paytest.Explain(t, conn, `EXPLAIN EXECUTE numbered ('1')`); !strings.Contains(numbered, "payment_receipt") {
		t.Errorf("look-up by number does not use its index:\n%s", numbered)
	}
	paytest.Want(t, newDesktop(t, pool, true).find("Общий", "visit"), 200, "Показаны 20 последних", "Дальше")
}

// TestLookupPages walks the pages of a name that everybody has: each payment once, newest first.
func TestLookupPages(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.BookMany(t, pool, 600)
	for _, typed := range []string{"Общий", "Общий И.", "Общей"} { // the last with a typo
		l, seen, last := query{Kind: byName, Name: typed, After: top}, map[uuid.UUID]bool{}, time.Now()
		for {
			o, err := l.answer(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range o.Found {
				if seen[f.ID] || f.CreatedAt.After(last) {
					t.Fatalf("%s: a payment twice or out of order", typed)
				}
				seen[f.ID], last = true, f.CreatedAt
			}
			if !o.More {
				break
			}
			end := o.Found[len(o.Found)-1]
			l.After, l.Similar = parsePlace(formatPlace(place{end.Rank, end.CreatedAt, end.ID})), o.Close
		}
		if len(seen) != 300 {
			t.Errorf("%s: %d payments on all pages, want 300", typed, len(seen))
		}
	}
}

// TestPaymentFindsItsWordsByIndex: a new payment of a known name must not read all words there are. The names stand in columns of the order
// "C", which a call passes on to its other parameters: an index of another order is of no use then.
func TestPaymentFindsItsWordsByIndex(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.Book(t, pool, "Гарипова", "Алия", "Рашитовна", "registered", "declined")
	for _, sql := range []string{`INSERT INTO name_word (part, word, loose) SELECT 'last', 'с' || i, 'с' || i FROM generate_series(1, 20000) i`, `ANALYZE name_word`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `
			INSERT INTO payment (id, charge_id, receipt, acquirer, amount, last_n, first_n, middle_n, created_at)
			SELECT gen_random_uuid(), charge_id, '0000-0000-0000', acquirer, amount, last_n, first_n, middle_n, now() FROM payment`); err != nil {
			return err
		}
		var scans int
		err := tx.QueryRow(t.Context(), `SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'name_word'`).Scan(&scans)
		if scans > 0 {
			t.Errorf("the table of words was read whole %d times", scans)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
