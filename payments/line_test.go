package payments

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/payments/paytest"
)

// TestSpread: whatever is spread comes out to the kopeck, no line gets more than it needs, and none is passed over.
func TestSpread(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 5000 {
		var lines []Line
		for i := range 1 + r.IntN(12) {
			lines = append(lines, Line{Position: i + 1, Charged: r.Int64N([]int64{3, 100_000, mostLine}[r.IntN(3)])})
		}
		sum := 1 + r.Int64N(max(restOf(lines), 1)+50)
		got, spent := spread(sum, lines), int64(0)
		for _, s := range got {
			spent += s.Amount
			if s.Amount <= 0 || s.Amount > lines[s.Position-1].Rest() {
				t.Fatalf("line %+v gets %d of %d", lines[s.Position-1], s.Amount, sum)
			}
		}
		if spent != min(sum, restOf(lines)) {
			t.Fatalf("%d of %d are spread: %+v", spent, sum, got)
		}
	}
	if got := spread(100, []Line{{Position: 1, Charged: 100}, {Position: 2, Charged: 100}, {Position: 3, Charged: 100}}); len(got) != 3 || got[0].Amount != 34 || got[2].Amount != 33 {
		t.Errorf("thirds of 100: %+v", got)
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	good := []LineData{{Code: "cold", Title: "Вода", Unit: "м³", Volume: "4.5", Tariff: 3120, Charged: 14040, Recalculated: -40}, {Code: "waste", Title: "Отходы", Charged: 100}}
	lines, err := ReadLines(good, 14100)
	if err != nil || len(lines) != 2 || lines[0].Volume != 45000 || lines[0].Total() != 14000 || VolumeText(lines[0].Volume) != "4,5" {
		t.Errorf("%+v, %v", lines, err)
	}
	for name, spoil := range map[string]func(*LineData){
		"another sum": func(l *LineData) { l.Recalculated = 0 }, "not volume by tariff": func(l *LineData) { l.Charged, l.Recalculated = 14100, -100 },
		"less than nothing": func(l *LineData) { l.Recalculated = -20000 }, "a volume with signs": func(l *LineData) { l.Volume = "-4.5" },
		"five places": func(l *LineData) { l.Volume = "4.50000" }, "no code": func(l *LineData) { l.Code = "Cold" }, "a code twice": func(l *LineData) { l.Code = "waste" },
		"a volume that would overflow": func(l *LineData) { l.Volume, l.Tariff = "99999999", mostTariff },
	} {
		bad := append([]LineData{}, good...)
		spoil(&bad[0])
		if _, err := ReadLines(bad, 14100); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	if got := byTariff(mostVolume, mostTariff); got != mostVolume/volumeScale*mostTariff {
		t.Errorf("the largest product is %d", got)
	}
}

// TestPayByLine: a bill is paid by one of its lines, then a part of the rest, then the rest; each line hears what came for it.
func TestPayByLine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := newCharge(w.payer)
	n.Origin, n.Source, n.Reference, n.Payee, n.Part, n.Amount = Outside(FromUtility, "housing", "b1"), "housing", "b1", "utility", true, 60000
	n.Lines = []Line{{Position: 1, Code: "cold", Title: "Холодная вода", Unit: "м³", Volume: 40000, Tariff: 2500, Charged: 10000},
		{Position: 2, Code: "heat", Title: "Отопление", Charged: 41000, Recalculated: -1000}, {Position: 3, Code: "waste", Title: "Отходы", Charged: 10000}}
	c, err := CreateCharge(t.Context(), w.db, n)
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	paytest.Want(t, b.Get(c.path("")), 200, "Холодная вода: 100", "4 м³ × 25", "перерасчёт −10")
	paytest.Want(t, b.Post(c.path(""), c.path("/pay"), "email", "", "line", "1", "sum", "150"), 422, "по выбранным строкам")
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "line", "1").To, "choice", "pay")
	w.deliver()
	rests := func() (got [3]int64) {
		lines, err := LinesOf(t.Context(), w.db, c.ID)
		if err != nil || len(lines) != 3 {
			t.Fatal(len(lines), err)
		}
		for i := range got {
			got[i] = lines[i].Rest()
		}
		return got
	}
	if got := rests(); got != [3]int64{0, 40000, 10000} {
		t.Errorf("after the first line %v is left", got)
	}
	paytest.Want(t, b.Get(c.path("")), 200, "Холодная вода: оплачено", "К оплате")
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "За: Холодная вода")
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "100").To, "choice", "pay")
	w.deliver()
	if got := rests(); got != [3]int64{0, 32000, 8000} {
		t.Errorf("a part is spread as %v", got)
	}
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "").To, "choice", "pay")
	w.deliver()
	if got := rests(); got != [3]int64{} {
		t.Errorf("at the end %v is left", got)
	}
	if n := w.count(w.db, `SELECT count(*) FROM charge WHERE id = $1 AND status = 'paid'`, c.ID); n != 1 {
		t.Errorf("the bill is not paid: %s", w.history(c))
	}
	id := uuid.Nil
	if err := w.db.QueryRow(t.Context(), `SELECT q.id FROM quittance q ORDER BY q.at LIMIT 1`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if q, err := quittanceByID(t.Context(), w.db, id); err != nil || len(q.Lines) != 1 || q.Lines[0] != (PaidLine{"cold", "Холодная вода", 10000}) {
		t.Errorf("the register hears %+v, %v", q, err)
	}
	faults, err := CheckBooks(t.Context(), w.db)
	if err != nil || len(faults) > 0 {
		t.Errorf("%v %v", faults, err)
	}
	if paper := b.Get(c.path("/receipt.pdf")); !strings.HasPrefix(string(paper.Raw), "%PDF") {
		t.Errorf("receipt on paper: %d", paper.Status)
	}
}
