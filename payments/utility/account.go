package utility

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/internal/secret"
)

// accountData is a utility account as its register says it.
type accountData struct {
	Account  string      `json:"account"`
	Holder   string      `json:"holder"` // surname
	Place    string      `json:"place"`  // address
	FirstDay int         `json:"first_day"`
	LastDay  int         `json:"last_day"`
	Meters   []meterData `json:"meters"`
}

type meterData struct {
	Number        string `json:"number"`
	Title         string `json:"title"`
	Unit          string `json:"unit"`
	Value         string `json:"value"` // 123.456
	ValueOn       string `json:"value_on"`
	Typical       string `json:"typical,omitempty"` // of a month
	VerifiedUntil string `json:"verified_until,omitempty"`
}

// Account is a utility account in somebody's cabinet.
type Account struct {
	ID       uuid.UUID
	Source   string
	Number   []byte // sealed
	Place    []byte // sealed
	FirstDay int
	LastDay  int
}

// Meter is a meter with what is known of it before this month.
type Meter struct {
	ID            uuid.UUID
	Number        string
	Title         string
	Unit          string
	Last          int64 // the highest of what the register knows and what was typed in earlier months
	LastOn        time.Time
	Typical       int64
	VerifiedUntil *time.Time
	Now           *int64     // typed this month
	NowAt         *time.Time // when
	Sent          bool
	Refusal       string
}

const valueScale = 1000

var valueForm = regexp.MustCompile(`^\d{1,9}([.,]\d{1,3})?$`)

var errValue = errors.New("want a number with at most three places")

// readValue reads what a meter shows into thousandths.
func readValue(s string) (int64, error) {
	s = strings.NewReplacer(" ", "", "\u00a0", "").Replace(s)
	if !valueForm.MatchString(s) {
		return 0, errValue
	}
	whole, rest, _ := strings.Cut(strings.ReplaceAll(s, ",", "."), ".")
	n, err := strconv.ParseInt(whole+(rest + "000")[:3], 10, 64)
	if err != nil {
		return 0, errValue
	}
	return n, nil
}

func valueText(n int64) string {
	whole := strings.TrimSuffix(rus.FormatRubles(n/valueScale*100), "\u00a0₽") // 18 390
	text := fmt.Sprintf("%s,%03d", whole, n%valueScale)
	return strings.TrimRight(strings.TrimRight(text, "0"), ",")
}

// muchMore is how many usual months' use at once is asked about again.
const muchMore = 3

// judge says what is wrong with a reading: the end of a locale key, "" when nothing is. Doubtful ones may be confirmed.
func (m *Meter) judge(value int64) (wrong string, doubtful bool) {
	switch used := value - m.Last; {
	case used < 0:
		return "lower", false
	case m.Typical > 0 && used > m.Typical*muchMore, m.Typical == 0 && m.Last > 0 && used > m.Last:
		return "much", true
	}
	return "", false
}

// open tells whether readings are taken on a day, and until which.
func (a *Account) open(now time.Time) (from, until time.Time, open bool) {
	day := now.In(rus.Moscow)
	first := monthOf(now)
	end := first.AddDate(0, 1, -1).Day()
	from, until = first.AddDate(0, 0, a.FirstDay-1), first.AddDate(0, 0, min(a.LastDay, end)-1)
	return from, until, day.Day() >= from.Day() && day.Day() <= until.Day()
}

// monthOf is the first day of a moment's month in Moscow.
func monthOf(now time.Time) time.Time {
	day := now.In(rus.Moscow)
	return time.Date(day.Year(), day.Month(), 1, 0, 0, 0, 0, rus.Moscow)
}

// numberForm brings the number of an account to the form in which it is hashed, as package payments does.
func numberForm(s string) (string, error) {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s))
	if len(s) < 5 || len(s) > 20 || strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", errors.New("want 5 to 20 digits or letters")
	}
	return s, nil
}

func numberHash(box *secret.Box, number string) []byte { return box.Blind("utility.number:" + number) }

// holderHash is of the number as well, so that equal surnames do not show.
func holderHash(box *secret.Box, number, surname string) []byte {
	return box.Blind("utility.holder:" + number + ":" + rus.FoldName(surname))
}

func numberSeal(id uuid.UUID) []byte { return []byte("utility number " + id.String()) }
func placeSeal(id uuid.UUID) []byte  { return []byte("utility place " + id.String()) }

// told is an account that was read from a message.
type told struct {
	Account
	number string
	holder string
	place  string
	meters []Meter
}

// read checks what a register says of an account.
func (in accountData) read() (*told, error) {
	a := &told{holder: strings.TrimSpace(in.Holder), place: strings.TrimSpace(in.Place)}
	var err error
	if a.number, err = numberForm(in.Account); err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	a.FirstDay, a.LastDay = in.FirstDay, in.LastDay
	switch {
	case a.holder == "" || utf8.RuneCountInString(a.holder) > 100:
		return nil, errors.New("holder: want a surname")
	case utf8.RuneCountInString(a.place) > 300:
		return nil, errors.New("place: at most 300 characters")
	case in.FirstDay < 1 || in.FirstDay > 28 || in.LastDay < in.FirstDay || in.LastDay > 31:
		return nil, errors.New("first_day, last_day: days of a month, in order")
	case len(in.Meters) > 30:
		return nil, errors.New("meters: at most 30")
	}
	seen := map[string]bool{}
	for i, said := range in.Meters {
		m, err := said.read()
		if err == nil && seen[m.Number] {
			err = errors.New("number: stands twice")
		}
		if err != nil {
			return nil, fmt.Errorf("meters[%d]: %w", i, err)
		}
		seen[m.Number] = true
		a.meters = append(a.meters, m)
	}
	return a, nil
}

func (in meterData) read() (Meter, error) {
	m := Meter{ID: uuid.Must(uuid.NewV7()), Number: strings.TrimSpace(in.Number), Title: strings.TrimSpace(in.Title), Unit: strings.TrimSpace(in.Unit)}
	for _, field := range []struct {
		name, value string
		most        int
	}{{"number", m.Number, 40}, {"title", m.Title, 120}, {"unit", m.Unit, 20}} {
		if n := utf8.RuneCountInString(field.value); n < 1 || n > field.most {
			return m, fmt.Errorf("%s: 1 to %d characters", field.name, field.most)
		}
	}
	var err error
	if m.Last, err = readValue(in.Value); err != nil {
		return m, fmt.Errorf("value: %w", err)
	}
	if m.LastOn, err = time.Parse(time.DateOnly, in.ValueOn); err != nil {
		return m, fmt.Errorf("value_on: %w", err)
	}
	if in.Typical != "" {
		if m.Typical, err = readValue(in.Typical); err != nil {
			return m, fmt.Errorf("typical: %w", err)
		}
	}
	if in.VerifiedUntil != "" {
		day, err := time.Parse(time.DateOnly, in.VerifiedUntil)
		if err != nil {
			return m, fmt.Errorf("verified_until: %w", err)
		}
		m.VerifiedUntil = &day
	}
	return m, nil
}
