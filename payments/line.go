package payments

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Line is one line of a bill: volume by tariff, and what was recalculated.
type Line struct {
	Position     int
	Code         string
	Title        string
	Unit         string
	Volume       int64 // ten-thousandths of the unit, 0 when nothing was measured
	Tariff       int64 // kopecks for a unit
	Charged      int64 // kopecks
	Recalculated int64 // kopecks, below nothing when too much was charged before
	Paid         int64 // what has come for it
}

// Total is what the line asks for.
func (l Line) Total() int64 { return l.Charged + l.Recalculated }

// Rest is what is still owed for it.
func (l Line) Rest() int64 { return max(l.Total()-l.Paid, 0) }

// LineData is a line of a bill as its register says it. Volume is a decimal, "3.4215"; money is kopecks.
type LineData struct {
	Code         string `json:"code"`
	Title        string `json:"title"`
	Unit         string `json:"unit,omitempty"`
	Volume       string `json:"volume,omitempty"`
	Tariff       int64  `json:"tariff,omitempty"`
	Charged      int64  `json:"charged"`
	Recalculated int64  `json:"recalculated,omitempty"`
}

const (
	volumeScale = 10000
	mostVolume  = 10_000_000 * volumeScale
	mostTariff  = 100_000_000     // a million rubles for a unit
	mostLine    = 100_000_000_000 // a milliard rubles
)

var (
	lineCode = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)
	decimal  = regexp.MustCompile(`^\d{1,8}(\.\d{1,4})?$`)
)

// ReadLines reads the lines of a bill: each has to be its volume by its tariff, and together they are the amount.
func ReadLines(all []LineData, amount int64) ([]Line, error) {
	if len(all) > 100 {
		return nil, errors.New("lines: at most 100")
	}
	var lines []Line
	var sum int64
	seen := map[string]bool{}
	for i, in := range all {
		l, err := in.line(i + 1)
		if err != nil {
			return nil, fmt.Errorf("lines[%d]: %w", i, err)
		}
		if seen[l.Code] {
			return nil, fmt.Errorf("lines[%d]: code %s stands twice", i, l.Code)
		}
		seen[l.Code] = true
		sum += l.Total() // at most 100 lines of mostLine: no overflow
		lines = append(lines, l)
	}
	if len(lines) > 0 && sum != amount {
		return nil, fmt.Errorf("lines: they add up to %d, the amount is %d", sum, amount)
	}
	return lines, nil
}

func (in LineData) line(position int) (Line, error) {
	l := Line{Position: position, Code: in.Code, Title: strings.TrimSpace(in.Title), Unit: in.Unit, Tariff: in.Tariff, Charged: in.Charged, Recalculated: in.Recalculated}
	switch n := utf8.RuneCountInString(l.Title); {
	case !lineCode.MatchString(l.Code):
		return l, errors.New("code: small Latin letters, digits, _ and -, at most 40")
	case n < 1 || n > 120 || utf8.RuneCountInString(l.Unit) > 20:
		return l, errors.New("title: 1 to 120 characters, unit: at most 20")
	case l.Tariff < 0 || l.Tariff > mostTariff || l.Charged < 0 || l.Charged > mostLine || l.Recalculated < -mostLine || l.Recalculated > mostLine:
		return l, errors.New("tariff, charged, recalculated: kopecks within reason")
	case l.Total() < 0:
		return l, errors.New("charged and recalculated are together less than nothing")
	}
	if in.Volume == "" {
		return l, nil
	}
	var err error
	if l.Volume, err = readVolume(in.Volume); err != nil {
		return l, err
	}
	if by := byTariff(l.Volume, l.Tariff); l.Tariff > 0 && (l.Charged > by+1 || l.Charged < by-1) {
		return l, fmt.Errorf("volume by tariff is %d kopecks, charged is %d", by, l.Charged)
	}
	return l, nil
}

// readVolume reads a decimal of at most four places into ten-thousandths.
func readVolume(s string) (int64, error) {
	if !decimal.MatchString(s) {
		return 0, errors.New("volume: a decimal like 3.4215")
	}
	whole, rest, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+(rest + "0000")[:4], 10, 64)
	if err == nil && n > mostVolume {
		err = errors.New("volume: too much")
	}
	return n, err
}

// byTariff is what a volume costs, a half kopeck upwards. Both are bounded: the product is at most 10^19, in 64 bits without sign.
func byTariff(volume, tariff int64) int64 {
	high, low := bits.Mul64(uint64(volume), uint64(tariff))
	low, carry := bits.Add64(low, volumeScale/2, 0)
	quotient, _ := bits.Div64(high+carry, low, volumeScale)
	return int64(quotient)
}

// VolumeText shows ten-thousandths as people read them: 3,4215.
func VolumeText(volume int64) string {
	text := fmt.Sprintf("%d,%04d", volume/volumeScale, volume%volumeScale)
	return strings.TrimRight(strings.TrimRight(text, "0"), ",")
}

// share is a part of a payment that belongs to a line.
type share struct {
	Position int
	Amount   int64
}

// spread divides a sum among what is left of lines in proportion; kopecks that do not divide go to the largest remainders, the
// first of them first. More than all of it is not spread: the lines get what they need.
func spread(sum int64, lines []Line) []share {
	var total int64
	for _, l := range lines {
		total += l.Rest()
	}
	if total == 0 || sum <= 0 {
		return nil
	}
	sum = min(sum, total)
	shares, remainders, left := make([]share, len(lines)), make([]uint64, len(lines)), sum
	for i, l := range lines {
		high, low := bits.Mul64(uint64(sum), uint64(l.Rest()))
		quotient, remainder := bits.Div64(high, low, uint64(total)) // high < total, for sum <= total
		shares[i], remainders[i] = share{l.Position, int64(quotient)}, remainder
		left -= int64(quotient)
	}
	for ; left > 0; left-- {
		best := 0
		for i := range remainders {
			if remainders[i] > remainders[best] {
				best = i
			}
		}
		shares[best].Amount++
		remainders[best] = 0
	}
	var some []share
	for _, s := range shares {
		if s.Amount > 0 {
			some = append(some, s)
		}
	}
	return some
}

// chosen are the lines of these positions; all of them when there is none.
func chosen(lines []Line, positions []int) []Line {
	if len(positions) == 0 {
		return lines
	}
	var some []Line
	for _, l := range lines {
		for _, p := range positions {
			if l.Position == p {
				some = append(some, l)
				break
			}
		}
	}
	return some
}

func restOf(lines []Line) (sum int64) {
	for _, l := range lines {
		sum += l.Rest()
	}
	return sum
}
