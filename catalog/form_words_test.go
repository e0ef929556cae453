package catalog

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"tamga/internal/i18n"
)

// TestDatesToComeHaveAnExampleToCome: who chooses a day of next year is not shown a birthday as the example.
func TestDatesToComeHaveAnExampleToCome(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("born", "date, past: true")+ask("wanted", "date"))
	fields := s.Fields(s.Step("all"), Set{Today: now}, "first", nil, nil, Env{Now: now}, tr(t, i18n.RU))
	next := now.AddDate(1, 0, 0).Format("2006")
	if past, ahead := fields[0].DateInput.Hint.Text, fields[1].DateInput.Hint.Text; !strings.Contains(past, "1998") || !strings.Contains(ahead, "15 марта "+next) {
		t.Errorf("%q, %q", past, ahead)
	}
}

// TestNothingFoundLeadsOn: where a department knows of nothing, the only answer left is chosen, and leads to the page that helps.
func TestNothingFoundLeadsOn(t *testing.T) {
	t.Parallel()
	s := service(t, "utilities")
	env := Env{Now: now, Find: func(Query) ([]Record, error) { return nil, nil }}
	a, _ := answering(t, s, env, "which: account=1600000017")
	fields := s.Fields(s.Step("bills"), a, "applicant", url.Values{}, nil, env, tr(t, i18n.RU))
	if got := fields[0].Radios.Value; got != "none" {
		t.Errorf("chosen is %q", got)
	}
}

// TestFormsRepeatNothing: a label that repeats the order to choose makes the error read «Выберите ответ: «Выберите …»»; a hint of
// a file need not say what the field says itself.
func TestFormsRepeatNothing(t *testing.T) {
	t.Parallel()
	c := load(t)
	for _, s := range c.Services() {
		for _, step := range s.Steps {
			indices, again := 0, false
			said := map[string]string{}
			for _, q := range step.Questions {
				if strings.HasPrefix(q.Label.RU, "Выберите") {
					t.Errorf("%s: %s: label %q", s.ID, q.ID, q.Label.RU)
				}
				if other, same := said[q.Invalid.RU]; same && q.Invalid.RU != "" {
					t.Errorf("%s: %s and %s are told of mistakes in the same words, and the list above the page does not tell them apart", s.ID, other, q.ID)
				}
				said[q.Invalid.RU] = q.ID
				if q.Type == "file" && (strings.Contains(q.Hint.RU, "МБ") || strings.Contains(q.Hint.TT, "МБ") || strings.Contains(q.Hint.EN, "MB")) {
					t.Errorf("%s: %s: hint %q", s.ID, q.ID, q.Hint.RU)
				}
				switch {
				case q.Type == "postal_index":
					indices++
				case q.Type == "address" && !slices.Contains(q.Without, "index"):
					again = again || indices > 0
				}
			}
			if again {
				t.Errorf("%s: %s asks for the postal index twice", s.ID, step.ID)
			}
		}
	}
}

func TestHintAndLimitsAreTwoSentences(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("plan", "file", `hint: {ru: "Виды фасадов", tt: "Фасадлар", en: "Façades"}`)+ask("war", "flag", `hint: {ru: "Тогда бесплатно", tt: "Түләүсез", en: "Free"}`))
	fields := s.Fields(s.Step("all"), Set{Today: now}, "first", nil, nil, Env{Now: now}, tr(t, i18n.RU))
	if got := fields[0].Files.Upload.Hint.Text; !strings.HasPrefix(got, "Виды фасадов. ") {
		t.Errorf("%q", got)
	}
	if box := fields[1].Checkboxes; !box.Hint.Empty() || box.Items[0].Hint.Text != "Тогда бесплатно" {
		t.Errorf("the hint of a box stands before it: %+v", box)
	}
}

// TestTypedAddressBeatsTheKnownOne: whoever fills the parts in has moved, and the line that the page had filled in, folded away, is
// not what is meant.
func TestTypedAddressBeatsTheKnownOne(t *testing.T) {
	t.Parallel()
	s := typesService(t, ask("home", "address", "prefill: me"))
	env := Env{Now: now, Prefill: map[string]string{"address": "422010, Кырлай авылы,  5 нче йорт"}}
	values := url.Values{"home": {"422010, Кырлай авылы, 5 нче йорт"}}
	read := func() map[string]any {
		answers, problems := s.Parse(s.Step("all"), values, Set{Today: now}, "first", env)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return answers["home"].(map[string]any)
	}
	if got := read(); got["text"] != "422010, Кырлай авылы, 5 нче йорт" {
		t.Errorf("untouched: %v", got)
	}
	values.Set("home-locality", "Казань")
	values.Set("home-street", "ул. Баумана")
	values.Set("home-house", "1")
	if got := read(); got["locality"] != "Казань" || !strings.Contains(got["text"].(string), "Баумана") {
		t.Errorf("typed anew: %v", got)
	}
}
