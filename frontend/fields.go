package frontend

import "html/template"

// Input is one line of text.
type Input struct {
	Name           string
	ID             string // Name when ""
	Type           string // "text" when ""
	Value          string
	Label          Label
	Hint           Hint
	ErrorMessage   ErrorMessage
	Prefix, Suffix Affix
	InputWrapper   FormGroup // classes of the box around prefix, input and suffix
	Inputmode      string    // "numeric" for numbers
	Autocomplete   string
	Autocapitalize string
	Pattern        string
	Spellcheck     string // "true", "false"
	Classes        string // "govuk-input--width-10"
	Disabled       bool
	DescribedBy    string
	FormGroup      FormGroup
	Attributes     Attributes
}

// Affix is a unit before or after an input.
type Affix struct {
	Text       string
	HTML       template.HTML
	Classes    string
	Attributes Attributes
}

// Empty tells whether there is nothing to show.
func (a Affix) Empty() bool { return a.Text == "" && a.HTML == "" }

// Head is what stands above the input.
func (i Input) Head() head {
	return newHead(firstOf(i.ID, i.Name), i.Label, i.Hint, i.ErrorMessage, i.DescribedBy, i.FormGroup)
}

// Textarea is text of several lines.
type Textarea struct {
	Name         string
	ID           string
	Value        string
	Rows         string // "5" when ""
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Autocomplete string
	Spellcheck   string
	Classes      string
	Disabled     bool
	DescribedBy  string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Head is what stands above the area.
func (a Textarea) Head() head {
	return newHead(firstOf(a.ID, a.Name), a.Label, a.Hint, a.ErrorMessage, a.DescribedBy, a.FormGroup)
}

// CharacterCount is a text area that says how much room is left.
type CharacterCount struct {
	Name         string
	ID           string
	Value        string
	Maxlength    int
	Threshold    int // per cent of Maxlength from which the rest is shown
	Rows         string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Spellcheck   string
	Classes      string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Head is what stands above the area.
func (a CharacterCount) Head() head {
	id := firstOf(a.ID, a.Name)
	a.FormGroup.Classes = join("govuk-character-count", a.FormGroup.Classes)
	return newHead(id, a.Label, a.Hint, a.ErrorMessage, id+"-info", a.FormGroup)
}

// Area is the text area inside.
func (a CharacterCount) Area() Textarea {
	return Textarea{Name: a.Name, ID: firstOf(a.ID, a.Name), Value: a.Value, Rows: a.Rows, Label: a.Label, Hint: a.Hint,
		ErrorMessage: a.ErrorMessage, Spellcheck: a.Spellcheck, DescribedBy: a.Head().ID + "-info",
		Classes: join("govuk-js-character-count", a.Classes), Attributes: a.Attributes}
}

// Select is a choice from a list that is too long for radios.
type Select struct {
	Name         string
	ID           string
	Value        string // the chosen item's
	Items        []Option
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Classes      string
	Disabled     bool
	DescribedBy  string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Option is an item of a Select. An empty value asks to choose.
type Option struct {
	Value      string
	Text       string
	Selected   bool
	Disabled   bool
	Attributes Attributes
}

// Head is what stands above the list.
func (s Select) Head() head {
	return newHead(firstOf(s.ID, s.Name), s.Label, s.Hint, s.ErrorMessage, s.DescribedBy, s.FormGroup)
}

// Options returns the items, the one of Value selected.
func (s Select) Options() []Option {
	list := make([]Option, len(s.Items))
	for i, o := range s.Items {
		o.Selected = o.Selected || s.Value != "" && o.Value == s.Value
		list[i] = o
	}
	return list
}

// FileUpload takes a file. With Javascript it grows a place to drop files on.
type FileUpload struct {
	Name         string
	ID           string
	Label        Label
	Hint         Hint // always state the kinds and the largest size
	ErrorMessage ErrorMessage
	Multiple     bool
	Javascript   bool
	Classes      string
	Disabled     bool
	DescribedBy  string
	FormGroup    FormGroup
	Attributes   Attributes // "accept"
}

// Head is what stands above the input.
func (f FileUpload) Head() head {
	return newHead(firstOf(f.ID, f.Name), f.Label, f.Hint, f.ErrorMessage, f.DescribedBy, f.FormGroup)
}

// PasswordInput takes a password; with scripts it can be shown. Its value is never sent back.
type PasswordInput struct {
	Name         string
	ID           string
	Label        Label
	Hint         Hint
	ErrorMessage ErrorMessage
	Autocomplete string // "current-password" when "", or "new-password"
	Classes      string
	Disabled     bool
	DescribedBy  string
	FormGroup    FormGroup
	Attributes   Attributes
}

// Head is what stands above the input.
func (p PasswordInput) Head() head {
	p.FormGroup.Classes = join("govuk-password-input", p.FormGroup.Classes)
	return newHead(firstOf(p.ID, p.Name), p.Label, p.Hint, p.ErrorMessage, p.DescribedBy, p.FormGroup)
}
