package papers

import (
	"strings"
	"time"

	"tamga/frontend"
	"tamga/idp/account"
)

// typed are the values of a form by the names of its inputs.
type typed map[string]string

func readTyped(k *Kind, value func(string) string) typed {
	v := typed{}
	for _, f := range k.Fields {
		if f.Date == "" {
			v[f.Name] = value(f.Name)
			continue
		}
		for i, part := range account.TypedDate(value, f.Name) {
			v[f.Name+dateParts[i]] = part
		}
	}
	return v
}

var dateParts = [3]string{"-day", "-month", "-year"}

// typedOf shows a paper that is to be changed.
func typedOf(k *Kind, p *Paper) typed {
	v := typed{}
	for _, f := range k.Fields {
		v[f.Name] = p.Fields[f.Name]
		if f.Date != "" {
			for i, part := range account.DateParts(p.Fields[f.Name]) {
				v[f.Name+dateParts[i]] = part
			}
		}
	}
	return v
}

func (v typed) date(name string) [3]string {
	return account.TypedDate(func(part string) string { return v[part] }, name)
}

// read checks everything at once and returns the canonical values.
func (v typed) read(t func(string, ...any) string, k *Kind, now time.Time) (map[string]string, *account.Reading) {
	r, fields := account.NewReading(t), map[string]string{}
	for _, f := range k.Fields {
		switch {
		case f.Date != "":
			var at time.Time
			if f.Date == "future" {
				at = r.Until(f.Name, v.date(f.Name), f.Optional, now)
			} else {
				at = r.Date(f.Name, v.date(f.Name), now)
			}
			if !at.IsZero() {
				fields[f.Name] = at.Format(time.DateOnly)
			}
		case !f.Optional || strings.TrimSpace(v[f.Name]) != "":
			fields[f.Name] = r.Text(f.Name, v[f.Name], "idp_papers."+f.Name+"_missing", f.Parse)
		}
	}
	if k.Group == addresses && !r.Errors.Any() && fields["address"] == "" && (fields["city"]+fields["settlement"] == "" || fields["house"] == "") {
		r.Errors.Add("address", t("idp_papers.address_missing"))
	}
	return fields, r
}

// controls are the fields of the page. Parts of an address are folded away: one line is enough.
func (v typed) controls(t func(string, ...any) string, k *Kind, r *account.Reading) []frontend.Field {
	var all []frontend.Field
	for i, f := range k.Fields {
		if k.Group == addresses && i == 1 {
			all = append(all, frontend.Field{Heading: t("idp_papers.address_parts")})
		}
		all = append(all, v.control(t, f, r))
	}
	return all
}

func (v typed) control(t func(string, ...any) string, f field, r *account.Reading) frontend.Field {
	label := "idp_papers." + f.Name
	if f.Date != "" {
		return r.Day(f.Name, label, v.date(f.Name), false)
	}
	c := r.Line(f.Name, label, v[f.Name], "")
	if f.Optional && !f.Area {
		c.Input.Label.Text = t("idp_papers.optional", c.Input.Label.Text)
	}
	if f.Hint {
		c.Input.Hint.Text = t(label + "_hint")
	}
	if f.Width != "" {
		c.Input.Classes = "govuk-input--" + f.Width
	}
	if f.Numeric {
		c.Input.Inputmode = "numeric"
	}
	if f.Area {
		return frontend.Field{Textarea: &frontend.Textarea{Name: f.Name, Value: v[f.Name], Rows: "3", Label: c.Input.Label, Hint: c.Input.Hint,
			ErrorMessage: c.Input.ErrorMessage, Autocomplete: "street-address"}}
	}
	return c
}
