package stand

import (
	"context"
	"fmt"
	"time"

	"tamga/internal/db"
)

// Utility is a utility account of the register of housing. Data is the message to the portal.
type Utility struct {
	Department string
	Number     string
	Data       map[string]any
}

// SeedUtilities gives the register accounts, of which it tells the portal. It may run again: what is there stays.
func SeedUtilities(ctx context.Context, d db.DB, all []Utility, now time.Time) error {
	for _, u := range all {
		if err := saveUtility(ctx, d, u, now); err != nil {
			return fmt.Errorf("utility account %s %s: %w", u.Department, u.Number, err)
		}
	}
	return nil
}

// The demo's utility accounts: Алия's, whose readings are taken from the 15th to the 25th, and one that takes them all month.
const (
	demoFlat    = "1600000017"
	demoFlatTwo = "1600000025"
)

// DemoUtilities are the accounts of the demo's bills, with their meters. Days count from now.
func DemoUtilities(now time.Time, last string) []Utility {
	meter := func(number, title, unit, value, typical string) map[string]any {
		return map[string]any{"number": number, "title": title, "unit": unit, "value": value, "value_on": ago(now, 33), "typical": typical,
			"verified_until": fmt.Sprintf("%d-06-30", now.Year()+2)}
	}
	flat := func(number, holder, place string, first, last int, meters ...map[string]any) Utility {
		return Utility{"housing", number, map[string]any{"account": number, "holder": holder, "place": place, "first_day": first, "last_day": last, "meters": meters}}
	}
	return []Utility{
		flat(demoFlat, last, "Казань, ул. Баумана, д. 1, кв. 5", 15, 25, meter("07342218", "Холодная вода", "м³", "312.480", "4"),
			meter("07342219", "Горячая вода", "м³", "204.150", "3.2"), meter("011789-16", "Электроэнергия", "кВт·ч", "18240", "143")),
		flat(demoFlatTwo, "Сафиуллин", "Казань, пр. Победы, д. 100, кв. 12", 1, 31, meter("55120034", "Холодная вода", "м³", "87.300", "5"),
			meter("55120035", "Электроэнергия", "кВт·ч", "9120", "180")),
	}
}

// billLine is a line of a bill: volume in ten-thousandths by a tariff in kopecks, and a recalculation.
func billLine(code, title, unit string, volume, tariff, recalculated int64) map[string]any {
	line := map[string]any{"code": code, "title": title, "unit": unit, "volume": fmt.Sprintf("%d.%04d", volume/10000, volume%10000), "tariff": tariff,
		"charged": (volume*tariff + 5000) / 10000}
	if recalculated != 0 {
		line["recalculated"] = recalculated
	}
	return line
}

// bill adds up lines.
func bill(lines ...map[string]any) (sum int64, all []map[string]any) {
	for _, l := range lines {
		more, _ := l["recalculated"].(int64)
		sum += l["charged"].(int64) + more //nolint:forcetypeassert // billLine made it
	}
	return sum, lines
}

func demoBill() (sum int64, lines []map[string]any) {
	return bill(billLine("housing", "Содержание жилья", "м²", 542000, 3150, 0), billLine("heating", "Отопление", "Гкал", 6512, 221548, 0),
		billLine("cold", "Холодная вода", "м³", 40000, 3120, 0), billLine("hot", "Горячая вода", "м³", 32000, 21544, 0),
		billLine("sewage", "Водоотведение", "м³", 72000, 2610, 0), billLine("power", "Электроэнергия", "кВт·ч", 1430000, 512, -1500),
		billLine("waste", "Обращение с отходами", "чел.", 10000, 6459, 0))
}

func demoFlatTwoBill() (sum int64, lines []map[string]any) {
	return bill(billLine("housing", "Содержание жилья", "м²", 380000, 3150, 0), billLine("cold", "Холодная вода", "м³", 50000, 3120, -3120),
		billLine("power", "Электроэнергия", "кВт·ч", 1800000, 512, 0))
}

// utilities are the accounts of a register.
func (s *System) utilities() telling {
	return telling{claim: claimUtilities, end: endUtility,
		news: func(w *waiting) news {
			return news{Type: "tamga.utility.account", ID: fmt.Sprintf("account-%s-%d", w.Key, w.At.UnixMilli()), Subject: w.Key, Path: "accounts", At: w.At, Body: w.Body}
		}}
}
