package access

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// Rights that an employee has by the rows of payments, not by those of the staff site.
const (
	RightLook   = "payments"        // looks payments up: by an approved request, from its first day to its last
	RightHead   = "payments_head"   // asks for access for the own staff, and watches over what they look up
	RightAccess = "payments_access" // the ministry: approves access, issues keys to systems
)

// request is a head's request for access of staff to payment control.
type request struct {
	ID             uuid.UUID
	Number         int64
	OrganisationID uuid.UUID
	Organisation   string
	HeadID         uuid.UUID
	HeadName       string
	HeadPost       string
	Purpose        string
	StartsOn       time.Time
	EndsOn         time.Time
	AskedAt        time.Time
	DecidedAt      *time.Time
	DecidedBy      string
	Approved       int // of how many of its people
	People         int
}

// person is one of its list.
type person struct {
	RequestID  uuid.UUID
	Position   int
	LastName   string
	FirstName  string
	MiddleName string
	Post       string
	Phone      string
	Approved   *bool
	Reason     string
	EmployeeID *uuid.UUID
	Password   []byte // sealed; nil when there is none to hand over, or it was used
	EndedAt    *time.Time
	EndReason  string
}

// Name is surname, name and patronymic.
func (p *person) Name() string { return rus.FullName(p.LastName, p.FirstName, p.MiddleName) }

// state is where the access of one of the list stands on a day: the end of a key payments_access.state_<…>.
func (p *person) state(r *request, today time.Time) string {
	switch {
	case p.Approved == nil:
		return "waits"
	case !*p.Approved:
		return "refused"
	case p.EndedAt != nil:
		return "ended"
	case today.Before(r.StartsOn):
		return "later"
	case today.After(r.EndsOn):
		return "over"
	}
	return "open"
}

func passwordSeal(request uuid.UUID) []byte {
	return []byte("payment_access_person " + request.String())
}

// dayOf is the day of a moment in Tatarstan, as the database keeps days.
func dayOf(at time.Time) time.Time {
	at = at.In(rus.Moscow)
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

// A request has at most so many people and days.
const (
	mostPeople = 20
	mostDays   = 366
)

// requestForm is the request as it was typed.
type requestForm struct {
	people               []person
	purpose, from, until string
	computers            bool // the staff have computers with the Internet, as the rules want
	starts, ends         time.Time
	wrong                map[string]string // field: key of the text
}

func (f *requestForm) fail(field, key string) {
	if f.wrong[field] == "" {
		f.wrong[field] = "payments_access." + key
	}
}

// check reads the dates and tells what is wrong.
func (f *requestForm) check(today time.Time) {
	f.wrong = map[string]string{}
	if len(f.people) == 0 {
		f.fail("last-1", "people_empty")
	}
	for i := range f.people {
		f.checkPerson(i)
	}
	if n := utf8.RuneCountInString(f.purpose); n < 10 || n > 500 {
		f.fail("purpose", "purpose_wrong")
	}
	var ok bool
	if f.starts, ok = readDay(f.from); !ok {
		f.fail("from", "date_wrong")
	} else if f.starts.Before(today) {
		f.fail("from", "from_past")
	}
	if f.ends, ok = readDay(f.until); !ok {
		f.fail("until", "date_wrong")
	} else if f.ends.Before(f.starts) || f.ends.After(f.starts.AddDate(0, 0, mostDays)) {
		f.fail("until", "until_wrong")
	}
	if !f.computers {
		f.fail("computers", "computers_wrong")
	}
}

func (f *requestForm) checkPerson(i int) {
	p := &f.people[i]
	field := func(name string) string { return rowField(name, i) }
	for name, value := range map[string]*string{"last": &p.LastName, "first": &p.FirstName, "middle": &p.MiddleName} {
		if *value == "" && name == "middle" {
			continue
		}
		clean, err := rus.Name(*value)
		if err != nil {
			f.fail(field(name), name+"_wrong")
			continue
		}
		*value = clean
	}
	if n := utf8.RuneCountInString(p.Post); n < 1 || n > 200 {
		f.fail(field("post"), "post_wrong")
	}
	phone, err := rus.Phone(p.Phone)
	if err != nil {
		f.fail(field("phone"), "phone_wrong")
	} else {
		p.Phone = phone
	}
	same := func(o person) bool { return rus.FoldName(o.Name()) == rus.FoldName(p.Name()) }
	if p.LastName != "" && slices.ContainsFunc(f.people[:i], same) {
		f.fail(field("last"), "person_twice")
	}
}

func readDay(typed string) (time.Time, bool) {
	at, err := time.Parse("2.1.2006", dots.Replace(typed))
	return at, err == nil
}
