package support

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

// StaffHandler is support on the staff site.
type StaffHandler struct {
	Desk
	Allowed  func(*fiber.Ctx) error // a Forbidden fault without the access right "support"
	Employee func(*fiber.Ctx) (uuid.UUID, error)
	Service  func(id string, lang i18n.Lang) string // name of a service, for calls
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	for path, show := range map[string]func(*fiber.Ctx, uuid.UUID) error{
		"/support": h.list, "/support/new": h.showNew, "/support/report": h.showReport, "/support/status": h.showNotices, "/support/calls": h.showCalls,
		"/support/calls/:id<guid>": h.showCall, "/support/:id<guid>": h.show, "/support/:id<guid>/files/:file<guid>": h.sendFile,
	} {
		r.Get(path, h.guard(show))
	}
	for path, do := range map[string]func(*fiber.Ctx, uuid.UUID) error{
		"/support/new": h.create, "/support/status": h.announce, "/support/status/:id<guid>/end": h.endNotice, "/support/calls": h.beginCall,
		"/support/calls/:id<guid>": h.lookUp, "/support/calls/:id<guid>/end": h.endCall, "/support/:id<guid>/:do": h.act,
	} {
		r.Post(path, h.guard(do))
	}
}

// guard lets in who has the right, and says who it is.
func (h *StaffHandler) guard(page func(*fiber.Ctx, uuid.UUID) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := h.Allowed(c); err != nil {
			return err
		}
		who, err := h.Employee(c)
		if err != nil {
			return err
		}
		return page(c, who)
	}
}

const (
	deskView     frontend.Page[deskPage]     = "support/desk.html"
	incidentView frontend.Page[incidentPage] = "support/incident.html"
	newView      frontend.Page[askPage]      = "support/staff-new.html"
	reportView   frontend.Page[reportPage]   = "support/report.html"

	staffRows = 50
)

// tabs lead through support's pages.
func (h *StaffHandler) tabs(c *fiber.Ctx) (links []frontend.Link) {
	t := h.Pages.Texts(c)
	for _, l := range [][2]string{{"incidents", "/support"}, {"calls", "/support/calls"}, {"notices", "/support/status"}, {"report", "/support/report"}} {
		links = append(links, frontend.Link{Text: t("support_staff." + l[0]), Href: l[1], Current: c.Path() == l[1]})
	}
	return links
}

var errMoved = fault.New(fault.Conflict, "support_staff.moved_on")
