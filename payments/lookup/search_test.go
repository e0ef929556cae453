package lookup

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tamga/internal/dbtest"
	"tamga/internal/rus"
	"tamga/payments"
	"tamga/payments/paytest"

	"github.com/google/uuid"
)

// TestNamesAreFoundMisspelt measures the recall on a generated set: every one-edit typo, ё for е and capitals of names of Tatarstan.
func TestNamesAreFoundMisspelt(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	rnd := rand.New(rand.NewPCG(1, 2))
	lasts := []string{"Хайруллин", "Семёнов", "Гыйләҗев", "Ким", "Иванова-Петрова", "Мөхәммәтҗанова", "Кузнецов", "Шәрәфиев", "Королёва", "Нуриев", "Сафиуллин", "Зөлфәкаров"}
	firsts := []string{"Артём", "Әминә", "Пётр", "Гүзәл", "Ия", "Ильдар", "Фёдор", "Җәүдәт"}
	middles := []string{"Рәшит улы", "Алексеевна", "Фёдорович", "", "Ильдусович", "Вәли кызы"}
	var people [][3]string
	for i, last := range lasts {
		for j := range 4 {
			p := [3]string{last, firsts[(i+j)%len(firsts)], middles[(i*j+j)%len(middles)]}
			people = append(people, p)
			paytest.Book(t, pool, p[0], p[1], p[2], "registered")
		}
	}
	hit := func(typed string, p [3]string) bool {
		l := query{Kind: byName, Name: typed, After: top}
		for _, similar := range []bool{false, true} { // the second is the button below the results
			l.Similar = similar
			o, err := l.answer(t.Context(), pool)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range o.Found {
				if f.Name == rus.FullName(p[0], p[1], p[2]) {
					return true
				}
			}
		}
		return false
	}
	typos, found := 0, 0
	for _, p := range people {
		whole := rus.FullName(p[0], p[1], p[2])
		plain := strings.NewReplacer("ё", "е").Replace(whole)
		for _, typed := range []string{whole, plain, strings.ToUpper(whole), strings.ToLower(plain), rus.FoldName(whole), p[1] + " " + p[2] + " " + p[0]} {
			if !hit(typed, p) {
				t.Errorf("%q does not find %s", typed, whole)
			}
		}
		for range 12 {
			part := rnd.IntN(2)
			q := p
			q[part] = mistype(rnd, q[part])
			typos++
			if hit(rus.FullName(q[0], q[1], q[2]), p) {
				found++
			} else {
				t.Logf("%q does not find %s", rus.FullName(q[0], q[1], q[2]), whole)
			}
		}
	}
	if found*100 < typos*99 {
		t.Errorf("%d of %d typos found, want 99 %%", found, typos)
	}
}

// mistype makes one edit: a letter wrong, lost, added, or two changed places.
func mistype(rnd *rand.Rand, word string) string {
	letters := []rune("абвгдежзиклмнопрстуфхцчшыюя")
	r := []rune(strings.ToLower(word))
	i, letter := 1+rnd.IntN(len(r)-1), letters[rnd.IntN(len(letters))]
	switch rnd.IntN(4) {
	case 0:
		r[i] = letter
	case 1:
		if len(r) > 2 {
			r = append(r[:i], r[i+1:]...)
		}
	case 2:
		r = append(r[:i], append([]rune{letter}, r[i:]...)...)
	default:
		r[i-1], r[i] = r[i], r[i-1]
	}
	return string(r)
}

func TestOneEdit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		a, b string
		want bool
	}{
		{"сафин", "сафин", false}, {"сафин", "сафина", true}, {"сафин", "афин", true}, {"сафин", "софин", true}, {"сафин", "асфин", true},
		{"сафин", "сафни", true}, {"сафин", "сфани", false}, {"сафин", "соффин", false}, {"ким", "кит", true}, {"", "а", true}, {"аб", "ба", true}, {"аб", "вг", false},
	} {
		if oneEdit(row.a, row.b) != row.want || oneEdit(row.b, row.a) != row.want {
			t.Errorf("%s, %s: want %t", row.a, row.b, row.want)
		}
	}
}

func TestDoubleSurnames(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.Book(t, pool, "Иванова-Петрова", "Анна", "Ильинична", "registered")
	for _, typed := range []string{"Петрова Анна", "Иванова А. И.", "Петрова-Иванова Анна", "Иванова Петрова Анна Ильинична", "Анна Иванова - Петрова", "Анна Ильинична Петрова"} {
		l := query{Kind: byName, Name: typed, After: top}
		if o, err := l.answer(t.Context(), pool); err != nil || len(o.Found) != 1 || o.Found[0].Receipt != p.Receipt {
			t.Errorf("%s: %d found, %v", typed, len(o.Found), err)
		}
	}
}

func TestNumbersAndReasons(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	n := payments.NewCharge{Origin: payments.Origin{Kind: payments.FromApplication, ID: uuid.New()}, Payer: uuid.New(), Last: "Гарипова", First: "Алия", Amount: 35000,
		Purpose: "Госпошлина за регистрацию брака", Service: "marriage", Payee: "zags", Phone: "+79171234567"}
	c, err := payments.CreateCharge(t.Context(), pool, n)
	if err != nil {
		t.Fatal(err)
	}
	d := newDesktop(t, pool, true)
	paytest.Want(t, d.find(c.UIN, "visit"), 200, "никто ещё не начинал платить", rus.FormatRubles(c.Amount))
	paytest.Want(t, d.find("+7 917 123-45-67", "visit"), 200, "Телефон указывают не все")
	paytest.Want(t, d.find(rus.NewReceipt(777), "visit"), 200, "ещё не выдавали")
	if err := payments.CancelCharge(t.Context(), pool, c.Origin()); err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, d.find(c.UIN, "visit"), 200, "Начисление отменено")
	p := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	for amount, shown := range map[string]bool{"350": true, "351": false} {
		got := d.Post("/payments", "/payments", "query", "Каримов", "purpose", "visit", "amount", amount, "from", time.Now().In(rus.Moscow).Format("02.01.2006"))
		if strings.Contains(got.Text, `data-receipt="`+p.Receipt) != shown {
			t.Errorf("narrowed to %s ₽: shown %t, want %t", amount, !shown, shown)
		}
	}
	paytest.Want(t, d.Post("/payments", "/payments", "query", "Каримов", "purpose", "visit", "from", "31.02.2026"), 422, "Введите дату", `value="31.02.2026"`)
}

// TestUnpaidChargeThatIsAlive: of two charges of one УИН, of which one was cancelled, staff are told of the other.
func TestUnpaidChargeThatIsAlive(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	n := payments.NewCharge{Last: "Гарипова", First: "Алия", Amount: 35000, Purpose: "Штраф", Payee: "gibdd", UIN: "18810116000000000048"}
	for i, reference := range []string{"1", "2"} {
		n.Origin, n.Source, n.Reference = payments.Outside(payments.FromRegister, "gibdd", reference), "gibdd", reference
		if _, err := payments.CreateCharge(t.Context(), pool, n); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			if err := payments.CancelCharge(t.Context(), pool, n.Origin); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, err := chargeByNumber(t.Context(), pool, n.UIN, uuid.Nil); err != nil || got == nil || got.Status != payments.Open {
		t.Errorf("staff are told %v, %v", got, err)
	}
}

// TestPaidForAnotherIsFound: staff find the payment by the name of who paid and by the name of whom it was paid for, even of one surname.
func TestPaidForAnotherIsFound(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.BookFor(t, pool, [3]string{"Гарипова", "Ләйсән", "Фәрит кызы"}, "Гарипова", "Алия", "Маратовна", "registered", "paid")
	d, row := newDesktop(t, pool, true), `data-receipt="`+p.Receipt+`"`
	for _, query := range []string{"Гарипова Алия", "Алия Маратовна Гарипова", "Гарипова Ләйсән", "Гарипова Лейсан", "Гарипова Л. Ф.", "Ләйсән Фәрит кызы Гарипова", "Гарыпова Ләйсән"} {
		paytest.Want(t, d.find(query, "visit"), 200, row, "Гарипова Алия", "Гарипова Ләйсән")
	}
	if page := d.find("Гарипова Мадина", "visit"); strings.Contains(page.Text, row) {
		t.Error("found by a name that is neither's")
	}
}

func TestCallIsRecordedFirst(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	d := newDesktop(t, pool, true)
	paytest.Want(t, d.Post("/payments/calls", "/payments/calls", "caller", "Сафина"), 422, "Запишите фамилию и имя звонящего", "Запишите ведомство", `value="Сафина"`)
	d.Post("/payments/calls", "/payments/calls", "caller", "Сафина Ляйсан", "department", "ЗАГС", "call_purpose", "приём")
	var id uuid.UUID
	var sealed []byte
	if err := pool.QueryRow(t.Context(), `SELECT id, caller FROM payment_call`).Scan(&id, &sealed); err != nil || strings.Contains(string(sealed), "Сафина") {
		t.Fatalf("the call: %v", err)
	}
	path := "/payments/calls/" + id.String()
	paytest.Want(t, d.Post(path, path, "query", p.Receipt), 200, p.Receipt, "Сафина Ляйсан")
	var n int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM payment_lookup WHERE call_id = $1 AND hits = 1`, id).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d look-ups of the call (%v)", n, err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE payment_call SET operator = 'another'`); err != nil {
		t.Fatal(err)
	}
	if got := d.Get(path); got.Status != 404 {
		t.Errorf("another operator's call: %d, want 404", got.Status)
	}
}

func TestExportIsNoFormula(t *testing.T) {
	t.Parallel()
	for in, out := range map[string]string{"=1+1": "'=1+1", " +7": "' +7", "@x": "'@x", "Иванов": "Иванов", "\t=1": "'\t=1", "": ""} {
		if got := noFormula(in); got != out {
			t.Errorf("%q becomes %q, want %q", in, got, out)
		}
	}
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	d := newDesktop(t, pool, true)
	for i, format := range formats {
		got := d.Post("/payments", "/payments", "query", "Каримов", "purpose", "visit", "export", format)
		if format == "csv" && !strings.Contains(got.Text, "Каримов Тимур") || format == "xlsx" && !strings.HasPrefix(got.Text, "PK") {
			t.Errorf("%s: %d %.80q", format, got.Status, got.Text)
		}
		var n int
		if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM payment_lookup WHERE exported`).Scan(&n); err != nil || n != i+1 {
			t.Error(fmt.Errorf("%d exports written, want %d: %w", n, i+1, err))
		}
	}
}

func TestLookupTemplates(t *testing.T) {
	t.Parallel()
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{findView.Check(p), callView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestWhyNot tells which narrowing keeps a payment away, and which digit may be wrong.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	p := paytest.Book(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	d := newDesktop(t, pool, true)
	for _, x := range []struct{ field, value, why string }{{"from", "01.01.2090", "в другие дни"}, {"amount", "1", "на другую сумму"}, {"payee", "bti", "в другое ведомство"}, {"service", "none", "за другую услугу"}} {
		for _, query := range []string{p.Receipt, "Каримов Тимур", "Каримав Тимур"} {
			paytest.Want(t, d.Post("/payments", "/payments", "query", query, "purpose", "visit", x.field, x.value), 200, "Найдено 0", x.why)
		}
	}
	digits := onlyDigits(p.Receipt)
	wrong := []byte(digits)
	wrong[10] = '0' + (wrong[10]-'0'+1)%10
	paytest.Want(t, d.find(string(wrong), "visit"), 422, "В номере квитанции ошибка", p.Receipt, "11-я цифра")
}
