package confirm

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const (
	pageFile    frontend.Page[page]        = "idp/confirm/page.html"
	levelsFile  frontend.Page[levelsPage]  = "idp/levels.html"
	waysFile    frontend.Page[waysPage]    = "idp/confirm/ways.html"
	centresFile frontend.Page[centresPage] = "idp/confirm/centres.html"
)

// page is the shape of most pages here: what it is about, what is known, what one can do.
type page struct {
	frontend.Errors
	Title   string
	Caption string
	Back    frontend.Link
	Told    string // what has just been done
	Lead    []string
	Steps   []string
	Text    string // to be signed
	File    frontend.Link
	Facts   frontend.SummaryList
	Warning frontend.WarningText
	Forms   []form
	Next    frontend.Button
	Links   []frontend.Link
}

// form is one of a page's forms.
type form struct {
	Title  string
	Lead   string
	Action string
	Upload bool // takes a file
	Hidden []hidden
	Fields []frontend.Field
	Send   frontend.Button
}

type hidden struct{ Name, Value string }

// render shows a page, with what is wrong beside the fields.
func (h *Handler) render(c *fiber.Ctx, p *page) error {
	for i := range p.Forms {
		for j := range p.Forms[i].Fields {
			mark(&p.Forms[i].Fields[j], p.Errors)
		}
	}
	if p.Errors.Any() && c.Response().StatusCode() == fiber.StatusOK {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return pageFile.Render(c, h.Pages, *p)
}

func mark(f *frontend.Field, wrong frontend.Errors) {
	switch {
	case f.Input != nil:
		f.Input.ErrorMessage = wrong.Message(f.Input.Name)
	case f.Textarea != nil:
		f.Textarea.ErrorMessage = wrong.Message(f.Textarea.Name)
	case f.Radios != nil:
		f.Radios.ErrorMessage = wrong.Message(f.Radios.Name)
	case f.FileUpload != nil:
		f.FileUpload.ErrorMessage = wrong.Message(f.FileUpload.Name)
	case f.PasswordInput != nil:
		f.PasswordInput.ErrorMessage = wrong.Message(f.PasswordInput.Name)
	}
}

func (h *Handler) backTo(c *fiber.Ctx, key, href string) frontend.Link {
	return frontend.Link{Text: h.Pages.Texts(c)(key), Href: href}
}

func line(name, label, hint, value string) frontend.Field {
	return frontend.Field{Input: &frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: label}, Hint: frontend.Hint{Text: hint},
		Spellcheck: "false", Autocomplete: "off"}}
}

func numeric(name, label, hint, width string) frontend.Field {
	f := line(name, label, hint, "")
	f.Input.Inputmode, f.Input.Classes = "numeric", "govuk-input--width-"+width
	return f
}

func codeField(name, label, hint string) frontend.Field {
	f := numeric(name, label, hint, "5")
	f.Input.Autocomplete = "one-time-code"
	return f
}

func send(text string) frontend.Button { return frontend.Button{Text: text, PreventDoubleClick: true} }

// digits is a typed number without spaces.
func digits(s string) string { return strings.Join(strings.Fields(s), "") }
