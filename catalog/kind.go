package catalog

import (
	"slices"
	"strconv"

	"tamga/internal/rus"
)

// kind is what a type of question knows: how its answer is read, checked, drawn and shown.
type kind struct {
	zero   any    // what conditions see before an answer: "", 0.0 or []string(nil)
	format string // a tag of rus.Normalize
	read   func(*reading, *Question, string) (any, *Problem)
	draw   func(*drawing, *Question, string) Field
	show   func(*Service, *Question, string, Tr) string // as a person reads it; the answer itself when nil

	width     string // of the input: a class of govuk-frontend
	inputmode string
	complete  string // autocomplete
}

// kinds are all types of questions. Functions reach their own entry through Question.kind.
var kinds = map[string]kind{
	"text":              {read: readText, draw: drawInput},
	"textarea":          {read: readText, draw: drawTextarea},
	"name":              {format: "runame", read: readFormat, draw: drawInput},
	"address":           {read: readAddress, draw: drawAddress},
	"date":              {read: readDate, draw: drawDate, show: showDate},
	"snils":             {format: "snils", read: readFormat, draw: drawInput, show: showSNILS, width: "10", inputmode: "numeric"},
	"inn":               {format: "inn", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"inn_org":           {format: "inn10", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"inn_person":        {format: "inn12", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"ogrn":              {format: "ogrn", read: readFormat, draw: drawInput, width: "20", inputmode: "numeric"},
	"ogrnip":            {format: "ogrnip", read: readFormat, draw: drawInput, width: "20", inputmode: "numeric"},
	"passport_series":   {read: readPassportPart, draw: drawInput, width: "4", inputmode: "numeric"},
	"passport_number":   {read: readPassportPart, draw: drawInput, width: "5", inputmode: "numeric"},
	"division_code":     {format: "divisioncode", read: readFormat, draw: drawInput, width: "5"},
	"birth_certificate": {format: "birthcert", read: readFormat, draw: drawInput, width: "20"},
	"postal_index":      {format: "postalindex", read: readFormat, draw: drawInput, width: "5", inputmode: "numeric", complete: "postal-code"},
	"cadastral":         {format: "cadastral", read: readFormat, draw: drawInput, width: "20"},
	"phone":             {format: "ruphone", read: readFormat, draw: drawInput, show: showPhone, width: "20", inputmode: "tel", complete: "tel"},
	"email":             {read: readEmail, draw: drawInput, inputmode: "email", complete: "email"},
	"number":            {zero: 0.0, read: readNumber, draw: drawInput, width: "5", inputmode: "numeric"},
	"decimal":           {zero: 0.0, read: readDecimal, draw: drawInput, show: showDecimal, width: "5", inputmode: "decimal"},
	"money":             {zero: 0.0, read: readMoney, draw: drawInput, show: showMoney, width: "10", inputmode: "decimal"},
	"bik":               {format: "bik", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"account":           {read: readAccount, draw: drawInput, width: "20", inputmode: "numeric"},
	"radios":            {read: readOption, draw: drawRadios, show: showOption},
	"select":            {read: readOption, draw: drawSelect, show: showOption},
	"checkboxes":        {zero: []string(nil), read: readOptions, draw: drawCheckboxes},
	"consent":           {read: readConsent, draw: drawConsent, show: showConsent},
	"office":            {read: readOffice, draw: drawOffice, show: showOffice},
	"slot":              {read: readSlot, draw: drawSlot, show: showSlot},
	"calculation":       {draw: drawCalculation},
	"flag":              {read: readFlag, draw: drawConsent, show: showConsent},
	"plate":             {format: "plate", read: readFormat, draw: drawInput, width: "10"},
	"sts":               {format: "sts", read: readFormat, draw: drawInput, width: "10"},
	"driving_licence":   {format: "licence", read: readFormat, draw: drawInput, width: "10"},
	"oms_policy":        {format: "policy", read: readFormat, draw: drawInput, width: "20", inputmode: "numeric"},
	"foreign_passport":  {format: "foreignpassport", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"residence_permit":  {format: "residencepermit", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"military_id":       {format: "militaryid", read: readFormat, draw: drawInput, width: "10"},
	"kpp":               {format: "kpp", read: readFormat, draw: drawInput, width: "10"},
	"ogrn_any":          {format: "ogrnany", read: readFormat, draw: drawInput, width: "20", inputmode: "numeric"},
	"uin":               {format: "uin", read: readFormat, draw: drawInput, width: "20", inputmode: "numeric"},
	"oktmo":             {format: "oktmo", read: readFormat, draw: drawInput, width: "10", inputmode: "numeric"},
	"file":              {zero: []any(nil), read: readFiles, draw: drawFiles},
	"names":             {read: readParts, draw: drawParts},
	"passport":          {read: readParts, draw: drawParts},
	"bank_account":      {read: readBankAccount, draw: drawParts},
	"child":             {read: readParts, draw: drawParts},
	"spouse":            {read: readParts, draw: drawParts},
	"organisation":      {read: readParts, draw: drawParts},
	"whole":             {},
	"found":             {read: readFound, draw: drawFound, show: showOption},
	"fact":              {show: showOption},
	"fact_money":        {zero: 0.0, show: showMoney},
	"fact_date":         {show: showDate},
	"fact_number":       {zero: 0.0},
}

func zeroOf(q *Question) any {
	if q.compound() {
		return zeroParts(q)
	}
	if q.kind != nil && q.kind.zero != nil {
		return q.kind.zero
	}
	return ""
}

// clean returns a stored answer in the type that its question has, or false when there is none. Answers out of a database come
// as []any and float64.
func clean(q *Question, raw any) (any, bool) {
	switch {
	case q.Type == "checkboxes":
		list := asStrings(raw)
		return list, len(list) > 0
	case q.Type == "file":
		files := asFiles(raw)
		return fileValues(files), len(files) > 0
	case q.compound():
		return cleanParts(q, raw)
	}
	text, _ := raw.(string)
	return text, text != "" && q.Type != "calculation"
}

// envValue turns a stored answer into what conditions see.
func envValue(q *Question, value any) any {
	if q.compound() {
		return envParts(q, value)
	}
	if _, number := zeroOf(q).(float64); number {
		text, _ := value.(string)
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0.0
		}
		return n
	}
	return value
}

func asStrings(raw any) []string {
	switch list := raw.(type) {
	case []string:
		return list
	case []any:
		var all []string
		for _, one := range list {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

func asGroups(raw any) []map[string]any {
	switch list := raw.(type) {
	case []map[string]any:
		return list
	case []any:
		groups := make([]map[string]any, 0, len(list))
		for _, one := range list {
			group, _ := one.(map[string]any)
			groups = append(groups, group)
		}
		return groups
	}
	return nil
}

func (q *Question) option(value string) *Option {
	i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == value })
	if i < 0 {
		return nil
	}
	return &q.Options[i]
}

func showSNILS(_ *Service, _ *Question, value string, _ Tr) string { return rus.FormatSNILS(value) }
func showPhone(_ *Service, _ *Question, value string, _ Tr) string { return rus.FormatPhone(value) }
