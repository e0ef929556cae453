package applications

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
)

const listPage frontend.Page[listView] = "applications/list.html"

type listView struct {
	Items []listLine
}

type listLine struct {
	Name   i18n.Text
	Href   string
	Number string
	State  string // locale key
	Tag    string // class of the tag
	At     time.Time
	Until  *time.Time // by when something is to be done
	Kept   *time.Time // until when a draft is kept
	For    string     // the organisation in whose name, "" for the own
}

// list shows all applications of the reader.
func (h *Handler) list(c *fiber.Ctx) error {
	p, err := h.Person(c)
	if err != nil {
		return err
	}
	all, err := List(c.UserContext(), h.DB, p.ID)
	if err != nil {
		return err
	}
	var view listView
	for i := range all {
		s, err := h.Catalog.Service(all[i].Service, all[i].ServiceVersion)
		if err != nil {
			return err
		}
		view.Items = append(view.Items, lineOf(&all[i], s.Name))
	}
	return listPage.Render(c, h.Pages, view)
}

func lineOf(s *Summary, name i18n.Text) listLine {
	l := listLine{Name: name, Href: applicationPath(s.ID, ""), Number: s.Number, State: "applications.state_" + string(s.State),
		At: s.UpdatedAt, Tag: s.State.Tag()}
	if s.State.Clocked() {
		l.Until = s.Deadline
	}
	if s.State == Draft {
		l.Kept = &s.KeptUntil
	}
	if s.Organisation != nil {
		l.For = s.Organisation.Label()
	}
	if s.LateAt != nil {
		l.State = "applications.state_late"
	}
	return l
}

// Tag is the colour of a state in lists.
func (s State) Tag() string {
	switch s {
	case Completed, Accepted:
		return "govuk-tag--green"
	case Rejected, Refused:
		return "govuk-tag--red"
	case Draft, Declined, Expired, Cancelled:
		return "govuk-tag--grey"
	case Filling, Signing, Paying:
		return "govuk-tag--yellow"
	}
	return "govuk-tag--blue"
}
