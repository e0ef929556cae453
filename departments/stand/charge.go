package stand

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Charge is what a register has charged somebody with. Data is the message to the portal.
type Charge struct {
	Department string
	Reference  string
	Purpose    string
	Amount     int64
	Data       map[string]any
}

// SeedCharges gives the registers charges, of which they tell the portal. It may run again: what is there stays.
func SeedCharges(ctx context.Context, d db.DB, all []Charge, now time.Time) error {
	for _, c := range all {
		c.Data["reference"], c.Data["purpose"], c.Data["amount"] = c.Reference, c.Purpose, c.Amount
		if err := saveCharge(ctx, d, c, now); err != nil {
			return fmt.Errorf("charge %s %s: %w", c.Department, c.Reference, err)
		}
	}
	return nil
}

// DemoCharges are, of the one named, fines by the car's certificate and the licence, a tax by СНИЛС, and the bill of a flat. Days count from now.
func DemoCharges(now time.Time, last, first, middle, snils string) []Charge {
	whom := func(more map[string]any) map[string]any {
		more["last_name"], more["first_name"], more["middle_name"] = last, first, middle
		return more
	}
	other := func(more map[string]any) map[string]any { // whose charges others pay
		more["last_name"], more["first_name"], more["middle_name"] = "Сафиуллин", "Рустам", "Наилевич"
		return more
	}
	own := whom(map[string]any{"sts": "1629123456", "licence": "9918123456"})
	road := func(n, daysAgo int, title string, amount int64, payer map[string]any) Charge {
		number := uin(fmt.Sprintf("18810116%011d", n))
		due, _ := time.Parse(time.DateOnly, ago(now, daysAgo-70))
		return Charge{"traffic", number, title, amount, map[string]any{"uin": number, "payee": "gibdd", "discount": "fine", "decided": ago(now, daysAgo),
			"due": due.Format(time.DateOnly), "payer": payer}}
	}
	month := now.In(rus.Moscow).AddDate(0, -1, 0).Format("01.2006")
	day := now.In(rus.Moscow)
	due := time.Date(day.Year(), day.Month(), 15, 0, 0, 0, 0, rus.Moscow)
	if due.Before(day) {
		due = due.AddDate(0, 1, 0)
	}
	flat := func(number string, lines func() (int64, []map[string]any), payer map[string]any) Charge {
		sum, all := lines()
		return Charge{"housing", number + "-" + month, "Жильё и коммунальные услуги за " + month + ", лицевой счёт " + number, sum,
			map[string]any{"payee": "utility", "part": true, "due": due.Format(time.DateOnly), "lines": all, "payer": payer}}
	}
	return []Charge{
		road(703, 5, "Штраф: превышение скорости на 20–40 км/ч, Казань, ул. Сибгата Хакима, 30", 75000, other(map[string]any{"sts": "1629777777"})),
		road(701, 7, "Штраф: превышение скорости на 20–40 км/ч, Казань, пр. Победы, 100", 75000, own),
		road(702, 50, "Штраф: не выполнено требование знака, Казань, ул. Декабристов, 2", 75000, own),
		{"tax", "tax-2025-17", "Транспортный налог за 2025 год", 342000, map[string]any{"payee": "fns", "part": true,
			"due": fmt.Sprintf("%d-12-01", day.Year()), "payer": whom(map[string]any{"snils": snils})}},
		flat(demoFlat, demoBill, whom(map[string]any{"account": demoFlat})),
		flat(demoFlatTwo, demoFlatTwoBill, other(map[string]any{"account": demoFlatTwo})),
	}
}

// charges are what the registers have charged. The portal gives each its number.
func (s *System) charges() telling {
	return telling{claim: claimCharges, end: endCharge,
		news: func(w *waiting) news {
			return news{Type: "tamga.charge.created", ID: "charge-" + w.Key, Subject: w.Key, Path: "charges", At: w.At, Body: w.Body}
		},
		keep: func(ctx context.Context, w *waiting, uin string) error {
			if uin == "" {
				return errors.New("the answer has no УИН")
			}
			return setUIN(ctx, s.cfg.DB, s.Code, w.Key, uin)
		}}
}
