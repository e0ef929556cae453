package catalog

import (
	"math"
	"strconv"
	"strings"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// show returns an answer as a person reads it.
func (s *Service) show(q *Question, value any, tr Tr) string {
	if q.Type == "checkboxes" {
		var lines []string
		for _, one := range asStrings(value) {
			lines = append(lines, showOption(s, q, one, tr))
		}
		return strings.Join(lines, "\n")
	}
	if files := asFiles(value); q.Type == "file" && len(files) > 0 {
		return showFiles(files, tr)
	}
	if values, ok := value.(map[string]any); ok && q.compound() {
		return s.showParts(q, values, tr)
	}
	text, _ := value.(string)
	if text == "" {
		return tr.T("catalog.not_given")
	}
	if show := q.kind.show; show != nil {
		return show(s, q, text, tr)
	}
	if unit := q.Suffix.In(tr.Lang); unit != "" {
		return text + " " + unit
	}
	return text
}

func showDate(_ *Service, _ *Question, value string, tr Tr) string {
	t, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return value
	}
	return rus.FormatDate(t, tr.Lang)
}

func showOption(_ *Service, q *Question, value string, tr Tr) string {
	if o := q.option(value); o != nil {
		return o.Label.In(tr.Lang)
	}
	return value
}

func showConsent(_ *Service, _ *Question, _ string, tr Tr) string { return tr.T("catalog.agreed") }

func showMoney(_ *Service, _ *Question, value string, _ Tr) string {
	kopecks, err := rus.ParseRubles(value)
	if err != nil {
		return value
	}
	return rus.FormatRubles(kopecks)
}

func showDecimal(_ *Service, q *Question, value string, tr Tr) string {
	if tr.Lang != i18n.EN {
		value = strings.ReplaceAll(value, ".", ",")
	}
	return strings.TrimSpace(value + " " + q.Suffix.In(tr.Lang))
}

// showUnit writes the result of a calculation.
func showUnit(n float64, unit string, lang i18n.Lang) string {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return ""
	}
	switch unit {
	case "money":
		return rus.FormatRubles(int64(math.Round(n * 100)))
	case "percent":
		return strconv.FormatFloat(n, 'f', -1, 64) + " %"
	}
	text := strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64)
	if lang != i18n.EN {
		text = strings.ReplaceAll(text, ".", ",")
	}
	return text
}
