package stand

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/departments"
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

// chargeTicks is how seldom a register looks for charges to tell of: there are few.
const chargeTicks = 10

// tellCharges tells the portal of what it has not heard of yet.
func (s *System) tellCharges(ctx context.Context) error {
	now := s.cfg.Now()
	due, err := claimCharges(ctx, s.cfg.DB, s.Code, now, now.Add(callbackLease))
	if err != nil {
		return err
	}
	for _, c := range due {
		uin, retry, problem := s.tell(ctx, news{Type: "tamga.charge.created", ID: "charge-" + c.Reference, Subject: c.Reference, Path: "charges", At: c.At, Body: c.Body})
		if problem == nil && uin == "" {
			retry, problem = true, errors.New("the answer has no УИН")
		}
		if ctx.Err() != nil {
			return nil
		}
		var next *time.Time
		if problem != nil && retry {
			at := now.Add(min(callbackMost, time.Second<<min(c.Attempts, 6)))
			next = &at
		}
		if err := endCharge(ctx, s.cfg.DB, s.Code, c.Reference, uin, next, problem); err != nil {
			return err
		}
	}
	return nil
}

// news is a message of a register to the portal. Its id is made of what it is about: one that comes twice counts once.
type news struct {
	Type, ID, Subject, Path string
	At                      time.Time
	Body                    json.RawMessage
}

// tell makes one attempt. The portal's no is final; anything else may be better next time.
func (s *System) tell(ctx context.Context, n news) (uin string, retry bool, err error) {
	e, err := departments.NewEvent(n.Type, n.ID, departments.Source(s.Code), s.cfg.Portal, n.Subject, n.At, n.Body)
	if err != nil {
		return "", false, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return "", false, err
	}
	signature, err := s.keys.Sign(body, s.cfg.Now())
	if err != nil {
		return "", false, err
	}
	answer, err := s.client.PostEvent(ctx, s.cfg.PortalAPI+"/api/departments/"+s.Code+"/"+n.Path, signature, body)
	if err != nil {
		return "", true, err
	}
	var said struct {
		UIN  string `json:"uin"`
		Text string `json:"text"`
	}
	_ = json.Unmarshal(answer.Body, &said) // an answer that is no JSON has neither
	switch {
	case answer.Status == 200:
		return said.UIN, false, nil
	case answer.Status == 409 || answer.Status == 422 || answer.Status == 403:
		return "", false, fmt.Errorf("answer %d: %s", answer.Status, said.Text)
	}
	return "", true, errors.Join(fmt.Errorf("answer %d", answer.Status))
}
