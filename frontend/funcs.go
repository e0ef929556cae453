package frontend

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// funcs are the functions of templates, bound to a language.
func (p *Pages) funcs(lang i18n.Lang) template.FuncMap {
	t := func(key string, args ...any) string { return p.Bundle.T(lang, key, args...) }
	return template.FuncMap{
		"t":        t,
		"lang":     func() string { return string(lang) },
		"text":     func(text i18n.Text) string { return text.In(lang) },
		"date":     func(at time.Time) string { return rus.FormatDate(at, lang) },
		"datetime": func(at time.Time) string { return rus.FormatDateTime(at, lang) },
		"rubles":   rus.FormatRubles,
		"asset":    p.Asset,
		"icon":     p.icon,
		"or_text":  func(given, key string) string { return firstOf(given, p.Bundle.T(lang, key)) },
		// A partial takes a component by value everywhere, so that Check can tell a wrong type: Field holds pointers.
		"the_input":           the[Input],
		"the_textarea":        the[Textarea],
		"the_character_count": the[CharacterCount],
		"the_select":          the[Select],
		"the_radios":          the[Radios],
		"the_checkboxes":      the[Checkboxes],
		"the_date_input":      the[DateInput],
		"the_file_upload":     the[FileUpload],
		"the_password_input":  the[PasswordInput],
		"the_inset_text":      the[InsetText],
		"the_warning_text":    the[WarningText],
		"the_details":         the[Details],
		"the_tag":             the[Tag],
		"plural":              func(name, key string) template.HTMLAttr { return pluralAttributes(lang, name, key, t) },
	}
}

func the[T any](component *T) T { return *component }

// icon shows a sign of assets/marks/icons.svg beside a text that says the same.
func (p *Pages) icon(name string) (template.HTML, error) {
	file, err := p.Asset("icons.svg")
	if err != nil || name == "" {
		return "", err
	}
	return template.HTML(`<svg class="tm-icon" aria-hidden="true" focusable="false"><use href="` + file + "#" +
		template.HTMLEscapeString(name) + `"></use></svg>`), nil
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// pluralAttributes gives the scripts of govuk-frontend a text in each plural form, with %{count} in place of the number. In
// English they have their own.
func pluralAttributes(lang i18n.Lang, name, key string, t func(string, ...any) string) template.HTMLAttr {
	if lang == i18n.EN {
		return ""
	}
	attributes := Attributes{}
	for form, n := range map[string]int{"one": 1, "few": 2, "many": 5, "other": 5} {
		attributes[fmt.Sprintf("data-i18n.%s.%s", name, form)] = strings.Replace(t(key, n), strconv.Itoa(n), "%{count}", 1)
	}
	return attributes.HTML()
}
