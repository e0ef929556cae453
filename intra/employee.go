package intra

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
)

// The rights that an employee may have.
const (
	RightPayments     = "payments"        // payment control: for a term, by a request of the head that the ministry approved
	RightHead         = "payments_head"   // asks for such access for the own staff and watches over it
	RightAccess       = "payments_access" // the ministry: approves it, and issues keys to systems
	RightRefunds      = "refunds"         // refunds, and what differs between the bank's books and ours
	RightDeliveries   = "deliveries"      // what goes to departments, and what is stuck
	RightApplications = "applications"    // what citizens attached to applications that went to the employee's department
	RightSupport      = "support"         // incidents, calls, what the status page announces
	RightWorkplace    = "workplace"       // applications to the employee's department, when it has no system of its own
	RightChecks       = "checks"          // asking state registers about applications to the employee's department
	RightCatalog      = "catalog"         // services: texts, publishing, what people do not find
)

// termed tells whether a right is given for a term (Config.Given).
func termed(right string) bool {
	return right == RightPayments || right == RightHead || right == RightAccess
}

// Organisation is a body whose staff work here.
type Organisation struct {
	ID         uuid.UUID
	Name       string
	Department string // code in the catalogue; "" for a body that gets no applications
}

// Employee is somebody who works here.
type Employee struct {
	ID             uuid.UUID
	OrganisationID uuid.UUID
	Organisation   string
	LastName       string
	FirstName      string
	MiddleName     string
	Post           string
	PasswordHash   string
	Temporary      bool // the password was given out and opens nothing but its own change
	Rights         []string

	PasswordChangedAt time.Time
}

// May tells whether the employee has the right.
func (e *Employee) May(right string) bool { return slices.Contains(e.Rights, right) }

// password names the password in force. A session belongs to it and ends with it, wherever it was begun.
func (e *Employee) password() string { return e.PasswordChangedAt.UTC().Format(time.RFC3339Nano) }

// FullName returns surname, name and patronymic.
func (e *Employee) FullName() string { return rus.FullName(e.LastName, e.FirstName, e.MiddleName) }

// ShortName returns the surname with initials: «Валеева Г. Р.».
func (e *Employee) ShortName() string {
	short := e.LastName
	for _, name := range []string{e.FirstName, e.MiddleName} {
		if first, _, _ := strings.Cut(name, " "); first != "" {
			short += " " + string([]rune(first)[0]) + "."
		}
	}
	return short
}

// door is a page of a domain, with the right that opens it.
type door struct {
	right, key, href string
}

var doors = []door{
	{RightPayments, "intra.payments", "/payments"},
	{RightPayments, "payments_payer.stats_title", "/finance"},
	{RightHead, "payments_access.title", "/payment-access"},
	{RightHead, "payments_watch.title", "/payment-watch"},
	{RightAccess, "payments_access.desk_title", "/payment-requests"},
	{RightAccess, "payments_clients.title", "/payment-clients"},
	{RightAccess, "payments_role.title", "/payment-roles"},
	{RightAccess, "payments_watch.heads_title", "/payment-heads"},
	{RightRefunds, "payments_books.refunds", "/refunds"},
	{RightRefunds, "payments_books.discrepancies", "/discrepancies"},
	{RightRefunds, "payments_role.quittances", "/quittances"},
	{RightDeliveries, "intra.deliveries", "/deliveries"},
	{RightApplications, "applications_staff.title", "/files"},
	{RightApplications, "applications_staff.appeals", "/appeals"},
	{RightSupport, "support_staff.tab", "/support"},
	{RightWorkplace, "workplace.title", "/workplace"},
	{RightChecks, "checks.title", "/checks"},
	{RightCatalog, "catalog_editor.staff", "/catalog"},
	{RightCatalog, "catalog_search.staff", "/searches"},
}

// nav returns the tabs that the employee may open.
func (e *Employee) nav(path string) []frontend.Link {
	links := []frontend.Link{{Key: "intra.services", Href: "/services", Current: path == "/services"}}
	for _, d := range doors {
		if e.May(d.right) {
			links = append(links, frontend.Link{Key: d.key, Href: d.href, Current: strings.HasPrefix(path, d.href)})
		}
	}
	return links
}
