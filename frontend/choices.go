package frontend

import (
	"html/template"
	"slices"
	"strconv"
)

// Radios are a choice of one.
type Radios struct {
	Name         string
	IDPrefix     string // Name when "": the id of the first item, then "-2", "-3"
	Value        string // the chosen item's
	Items        []Choice
	Fieldset     *Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string // "govuk-radios--inline", "govuk-radios--small"
	FormGroup    FormGroup
	Attributes   Attributes
}

// Checkboxes are a choice of some.
type Checkboxes struct {
	Name         string
	IDPrefix     string
	Values       []string // the chosen items'
	Items        []Choice
	Fieldset     *Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	DescribedBy  string
	Classes      string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Choice is an item of Radios and Checkboxes.
type Choice struct {
	Value       string
	Text        string
	HTML        template.HTML
	ID          string
	Name        string // of a checkbox with a name of its own
	Hint        Hint
	Label       Label  // its classes and attributes only
	Divider     string // "или": a line between items instead of an item
	Behaviour   string // "exclusive": a checkbox that unchecks the others
	Checked     bool
	Disabled    bool
	Conditional Conditional // shown while the item is checked
	Attributes  Attributes
}

// Conditional is what an item reveals: further fields, or HTML. Without scripts it is always shown.
type Conditional struct {
	HTML   template.HTML
	Fields []Field
}

// Empty tells whether there is nothing to reveal.
func (c Conditional) Empty() bool { return c.HTML == "" && len(c.Fields) == 0 }

// group is Radios or Checkboxes made ready for the template.
type group struct {
	Kind        string // "radios", "checkboxes"
	Type        string // of the inputs
	Head        head
	Fieldset    *Fieldset
	Items       []item
	Classes     string
	Attributes  template.HTMLAttr
	DescribedBy string
}

type item struct {
	Choice
	Kind          string
	Type          string
	Title         Label
	ConditionalID string
	DescribedBy   string
}

// Group makes the radios ready for the template.
func (r Radios) Group() group {
	return newGroup("radios", "radio", firstOf(r.IDPrefix, r.Name), r.Name, "", r.Fieldset, r.Hint, r.ErrorMessage, r.FormGroup, r.Items,
		r.Classes, r.Attributes, func(c Choice) bool { return r.Value != "" && c.Value == r.Value })
}

// Group makes the checkboxes ready for the template.
func (b Checkboxes) Group() group {
	return newGroup("checkboxes", "checkbox", firstOf(b.IDPrefix, b.Name), b.Name, b.DescribedBy, b.Fieldset, b.Hint, b.ErrorMessage,
		b.FormGroup, b.Items, b.Classes, b.Attributes, func(c Choice) bool { return slices.Contains(b.Values, c.Value) })
}

func newGroup(kind, typ, prefix, name, describedBy string, f *Fieldset, h Hint, e ErrorMessage, fg FormGroup, choices []Choice,
	classes string, attributes Attributes, chosen func(Choice) bool) group {
	given := describedBy
	if f != nil && f.DescribedBy != "" {
		given = f.DescribedBy
	}
	g := group{Kind: kind, Type: typ, Head: newHead(prefix, Label{}, h, e, given, fg), Classes: join("govuk-"+kind, classes),
		Attributes: attributes.HTML()}
	if f != nil {
		set := *f
		set.DescribedBy = g.Head.DescribedBy
		g.Fieldset = &set
	}
	for i, c := range choices {
		it := item{Choice: c, Kind: kind, Type: typ}
		if c.Divider == "" {
			if it.ID == "" {
				it.ID = prefix
				if i > 0 {
					it.ID += "-" + strconv.Itoa(i+1)
				}
			}
			it.Name = firstOf(c.Name, name)
			it.Checked = c.Checked || chosen(c)
			it.ConditionalID = "conditional-" + it.ID
			it.Title = Label{Text: c.Text, HTML: c.HTML, For: it.ID, Attributes: c.Label.Attributes,
				Classes: join("govuk-"+kind+"__label", c.Label.Classes)}
			if kind == "checkboxes" && f == nil {
				it.DescribedBy = g.Head.DescribedBy
			}
			if !c.Hint.Empty() {
				it.Hint.ID = it.ID + "-item-hint"
				it.Hint.Classes = join("govuk-"+kind+"__hint", c.Hint.Classes)
				it.DescribedBy = join(it.DescribedBy, it.Hint.ID)
			}
		}
		g.Items = append(g.Items, it)
	}
	return g
}

// DateInput asks for a date in three fields named <NamePrefix>-day, -month and -year, with ids <ID>-day and so on.
type DateInput struct {
	ID           string // NamePrefix when ""
	NamePrefix   string
	Day          DatePart
	Month        DatePart
	Year         DatePart
	Fieldset     *Fieldset
	Hint         Hint
	ErrorMessage ErrorMessage
	Birthday     bool // a browser may fill it in
	Classes      string
	FormGroup    FormGroup
	Attributes   Attributes
}

// DatePart is one of the three fields. When a date has a message and no part is marked wrong, all are shown wrong.
type DatePart struct {
	Name       string // "day", "month", "year" when ""
	Label      string
	Value      string
	Classes    string
	Error      bool
	Omit       bool // a date without this part
	Attributes Attributes
}

// Anchor is the id of the first field that is wrong, for Errors.AddAt.
func (d DateInput) Anchor() string {
	id := firstOf(d.ID, d.NamePrefix)
	switch {
	case d.Day.Error || !d.Month.Error && !d.Year.Error:
		return id + "-day"
	case d.Month.Error:
		return id + "-month"
	}
	return id + "-year"
}

// Head is what stands above the fields.
func (d DateInput) Head() head {
	given := ""
	if d.Fieldset != nil {
		given = d.Fieldset.DescribedBy
	}
	return newHead(firstOf(d.ID, d.NamePrefix), Label{}, d.Hint, d.ErrorMessage, given, d.FormGroup)
}

// Set is the fieldset around the fields.
func (d DateInput) Set() *Fieldset {
	if d.Fieldset == nil {
		return nil
	}
	set := *d.Fieldset
	set.Role, set.DescribedBy = "group", d.Head().DescribedBy
	return &set
}

// datePart is a field made ready for the template.
type datePart struct {
	Input    Input
	LabelKey string
}

// Parts returns the three fields.
func (d DateInput) Parts() []datePart {
	id := firstOf(d.ID, d.NamePrefix)
	all := !d.ErrorMessage.Empty() && !d.Day.Error && !d.Month.Error && !d.Year.Error
	part := func(name, width string, p DatePart) datePart {
		p.Name = firstOf(p.Name, name)
		in := Input{ID: id + "-" + p.Name, Name: p.Name, Value: p.Value, Inputmode: "numeric", Attributes: p.Attributes,
			Label: Label{Text: p.Label, Classes: "govuk-date-input__label"}}
		if d.NamePrefix != "" {
			in.Name = d.NamePrefix + "-" + p.Name
		}
		if d.Birthday {
			in.Autocomplete = "bday-" + name
		}
		wrong := ""
		if all || p.Error {
			wrong = "govuk-input--error"
		}
		in.Classes = join("govuk-date-input__input", wrong, "govuk-input--width-"+width, p.Classes)
		return datePart{in, "ui." + name}
	}
	parts := make([]datePart, 0, 3)
	for _, p := range []struct {
		name, width string
		part        DatePart
	}{{"day", "2", d.Day}, {"month", "2", d.Month}, {"year", "4", d.Year}} {
		if !p.part.Omit {
			parts = append(parts, part(p.name, p.width, p.part))
		}
	}
	return parts
}

// Field is any one control of a form that is built from data. Partial "field" shows the one that is set.
type Field struct {
	Input          *Input
	Textarea       *Textarea
	CharacterCount *CharacterCount
	Select         *Select
	Radios         *Radios
	Checkboxes     *Checkboxes
	DateInput      *DateInput
	FileUpload     *FileUpload
	PasswordInput  *PasswordInput
	InsetText      *InsetText
	WarningText    *WarningText
	Details        *Details
	Heading        string // an <h2> between fields
	Text           string // a paragraph
}
