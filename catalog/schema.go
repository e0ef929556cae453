package catalog

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"tamga/internal/i18n"
)

// The JSON Schemas of the files, for editors: "# yaml-language-server: $schema=../schema/service.schema.json" in the first line of a
// definition makes them complete keys and mark mistakes. They say what a file looks like; what it refers to, and whether its
// expressions compile, "tamga catalog check" knows.

// Schemas returns the schemas by the names of their files.
func Schemas() map[string][]byte {
	return map[string][]byte{
		"service.schema.json": schemaOf(reflect.TypeFor[Service](), "A service of Tamga"),
		"parameters.schema.json": schemaOf(reflect.TypeFor[struct {
			Parameters []Parameter `yaml:"parameters"`
		}](), "Dated parameters of Tamga"),
	}
}

// about says what keys are for, by type and key. Editors show it.
var about = map[string]string{
	"Service.id":         "Small Latin letters, digits and hyphens; the name of the file without .yaml",
	"Service.summary":    "One sentence for lists",
	"Service.action":     "Text of the start button, instead of «Подать заявление»",
	"Service.keywords":   "What people type when they mean this service",
	"Service.audience":   "citizen, entrepreneur, organisation",
	"Service.department": "Code of a department of organisations.yaml",
	"Service.level":      "How well the applicant must be known",
	"Service.who":        "Who may apply",
	"Service.before":     "What to know before the start",
	"Service.offices_in": "Ask for the district first, and offer only its offices",
	"Service.region":     "Where the service is given; everywhere when left out",
	"Service.route":      "Where applications go when not to the department: the first that holds",
	"Service.checks":     "What is asked of state registers when an application is submitted",
	"RegisterCheck.each": "A repeated step: asked for each of its groups",
	"RegisterCheck.with": "Field of the question: the id of an answer, or a part of it, as org.inn",
	"Service.statuses":   "What each state allows; the usual when left out",
	"Service.keep":       "How many days drafts and finished applications are kept; 90 and five years when left out",
	"Duty.amount":        `An expression in rubles, param("duty_…"), or a whole number of kopecks`,
	"Duty.exempt":        "The first that holds makes the service free",
	"Duty.discount":      "The greatest that holds counts; they are not added up",
	"Duty.payee":         "Code of a department",
	"Duty.paid_by":       "Id of a party",
	"Duty.uin":           "Id of the fact that holds the authority's УИН; the portal gives one of its own when left out",
	"Region.only":        "Codes of districts.yaml; a city stands for all of its districts",
	"Party.signs":        "What this party declares by the signature",
	"Party.invited":      "Comes by invitation of the first party",
	"Step.party":         `Empty: asked once, of the filer; "each"; or the id of a party`,
	"Step.when":          "Expression over the answers of earlier steps",
	"Step.stops":         "Pages for those who cannot go on: what to do instead",
	"Question.when":      "Expression over the answers of earlier steps",
	"Question.validate":  "Expression that must hold; say in invalid what to tell the reader",
	"Question.prefill":   "What of the reader's own data to fill in",
	"Question.value":     "Of a calculation: an expression",
	"DatedValue.from":    "First day, 2026-01-31",
	"DatedValue.source":  "The law, its article and date",
}

// needed are the keys that must be there.
var needed = map[string][]string{
	"Service":   {"id", "name", "summary", "audience", "topics", "department", "level", "who", "term", "result", "parties", "steps"},
	"Text":      {"ru", "tt", "en"},
	"Term":      {"count", "unit", "text"},
	"Duty":      {"amount", "purpose", "payee", "paid_by"},
	"Exemption": {"when", "text"}, "Discount": {"percent", "text"},
	"Document": {"name"}, "Result": {"name", "kind"}, "Route": {"department"}, "RegisterCheck": {"kind"}, "Party": {"id", "name"},
	"Step": {"id", "title", "questions"}, "Stop": {"when", "title", "text"}, "Link": {"text", "url"},
	"Question": {"id", "type", "label"}, "Option": {"value", "label"}, "Repeat": {"item", "add", "max"},
	"Parameter": {"name", "about", "unit", "values"}, "DatedValue": {"from", "value", "source"},
}

// enumOf returns the words that a key may hold.
func enumOf(key string) []string {
	switch key {
	case "Service.level":
		names := make([]string, len(levels))
		for i, l := range levels {
			names[i] = string(l)
		}
		return names
	case "Term.unit":
		return termUnits
	case "Channel.kind":
		return channelKinds
	case "Result.kind":
		return resultKinds
	case "RegisterCheck.kind":
		return registerChecks
	case "Question.type":
		return slices.Sorted(maps.Keys(kinds))
	case "Parameter.unit":
		return parameterUnits
	}
	return nil
}

type object = map[string]any

// drawer makes one schema; types that are used twice stand in $defs once.
type drawer struct{ defs object }

func schemaOf(t reflect.Type, title string) []byte {
	d := &drawer{defs: object{}}
	root := d.structure(t)
	root["$schema"], root["title"], root["$defs"] = "https://json-schema.org/draft/2020-12/schema", title, d.defs
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(err) // maps of texts can always be written
	}
	return append(text, '\n')
}

func (d *drawer) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[Number]():
		return object{"type": []string{"integer", "string"}}
	case t == reflect.TypeFor[Statuses]():
		states := object{}
		for _, state := range stateNames {
			states[state] = d.of(reflect.TypeFor[Status]())
		}
		return object{"type": "object", "additionalProperties": false, "properties": states}
	case t == reflect.TypeFor[Action]():
		return object{"enum": []Action{ActionCancel, ActionEdit, ActionMessage, ActionPay}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return d.of(t.Elem())
	case reflect.Struct:
		name := t.Name()
		if _, there := d.defs[name]; !there {
			d.defs[name] = object{} // a type within itself finds its name taken
			d.defs[name] = d.structure(t)
		}
		return object{"$ref": "#/$defs/" + name}
	case reflect.Slice:
		return object{"type": "array", "items": d.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": d.of(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{"type": []string{"string", "number"}} // YAML reads 2026-01-31 and 116 as it likes
}

func (d *drawer) structure(t reflect.Type) object {
	keys := object{}
	d.keys(t, t.Name(), keys)
	s := object{"type": "object", "additionalProperties": false, "properties": keys}
	if must := needed[t.Name()]; must != nil {
		s["required"] = must
	}
	if t == reflect.TypeFor[Channel]() {
		s["required"] = needed["Text"]
	}
	return s
}

func (d *drawer) keys(t reflect.Type, owner string, into object) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if option == "inline" {
			d.keys(f.Type, f.Type.Name(), into)
			continue
		}
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		key := owner + "." + name
		one := d.of(f.Type)
		if words := enumOf(key); words != nil {
			one = object{"enum": words}
		}
		if t == reflect.TypeFor[i18n.Text]() {
			one = object{"type": "string", "minLength": 1}
		}
		if text := about[key]; text != "" {
			one["description"] = text
		}
		into[name] = one
	}
}
