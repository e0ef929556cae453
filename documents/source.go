package documents

import (
	"slices"
	"strconv"
	"strings"

	"tamga/catalog"
)

// Sources are what forms take from documents, by the keys of catalog.Question.Prefill. What a register has confirmed goes before what
// the person typed, and that before what ESIA was told by the same person and nobody has checked. Of
// children and cars "child_snils.0" is that of the first, and so on; "child_snils" alone is there only when there is one child, so
// that no form is filled with a wrong one.
func Sources(all []Document) map[string]string {
	found := map[string]string{}
	count := map[string]int{}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Document) int { return a.rank() - b.rank() })
	for _, d := range all {
		n := count[d.Kind]
		count[d.Kind]++
		for key, value := range sourcesOf(&d) {
			if Many(d.Kind) {
				found[key+"."+strconv.Itoa(n)] = value
			} else if n == 0 {
				found[key] = value
			}
		}
	}
	for kind, n := range count {
		if n != 1 || !Many(kind) {
			continue
		}
		for _, d := range all {
			if d.Kind == kind {
				for key, value := range sourcesOf(&d) {
					found[key] = value
				}
			}
		}
	}
	return found
}

// rank orders documents by who vouches for them.
func (d *Document) rank() int {
	switch {
	case d.Verified:
		return 0
	case d.Own():
		return 1
	}
	return 2
}

// from says which answer each source is: "question" or "question.part".
var from = map[string]map[string]string{
	Passport: {"passport_series": "identity.series", "passport_number": "identity.number", "passport_issued_on": "identity.issued_on",
		"passport_issued_by": "identity.issued_by", "passport_code": "identity.code"},
	SNILS:   {"snils": "snils_number"},
	INN:     {"inn": "inn_number"},
	Address: {"address": "home.text"},
	Child: {"child_last_name": "kid.last_name", "child_first_name": "kid.first_name", "child_middle_name": "kid.middle_name",
		"child_birth_date": "kid.birth_date", "child_certificate": "kid.certificate", "child_snils": "kid_snils"},
	Licence: {"driving_licence": "licence_number"},
	Vehicle: {"vehicle_plate": "plate", "vehicle_sts": "sts"},
	Policy:  {"oms_policy": "policy_number"},
	Bank:    {"bank_name": "payout.bank", "bank_bik": "payout.bik", "bank_account": "payout.account"},
}

func sourcesOf(d *Document) map[string]string {
	found := map[string]string{}
	for source, at := range from[d.Kind] {
		if value := answerAt(d.Answers, at); value != "" {
			found[source] = value
		}
	}
	return found
}

func answerAt(answers catalog.Answers, at string) string {
	question, part, inside := strings.Cut(at, ".")
	if !inside {
		text, _ := answers[question].(string)
		return text
	}
	parts, _ := answers[question].(map[string]any)
	text, _ := parts[part].(string)
	return text
}

// kindOf returns the kind that a source belongs to, "" for what is no document: a name, a phone.
func kindOf(source string) string {
	for kind, sources := range from {
		if _, ok := sources[source]; ok {
			return kind
		}
	}
	return ""
}
