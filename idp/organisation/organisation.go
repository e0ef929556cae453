package organisation

import (
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// Type says what an organisation is, in ESIA's words.
type Type string

// The types.
const (
	Legal    Type = "LEGAL"
	Business Type = "BUSINESS" // a sole proprietor
	Agency   Type = "AGENCY"   // a body of the state
)

// State says how far an organisation's account has come. Which state follows which stands in table organisation_state.
type State string

// The states.
const (
	Draft      State = "draft"
	Checking   State = "checking"
	Active     State = "active"
	Refused    State = "refused"
	Joined     State = "joined" // it was there already, without a head, and the applicant became it
	Liquidated State = "liquidated"
)

// Organisation is a legal entity, a sole proprietor or an agency.
type Organisation struct {
	ID             uuid.UUID
	OID            int64
	Type           Type
	State          State
	Round          int
	OGRN           string // ОГРНИП of a sole proprietor
	INN            string
	KPP            string
	FullName       string
	ShortName      string
	LegalForm      string // code of ОКОПФ
	OKVED          string
	FoundingType   string // see FoundingTypes
	FoundingNumber string
	FoundingDate   *time.Time
	LegalAddress   string
	PostalAddress  string
	Phone          string // E.164
	Email          string
	OKTMO          string
	Accreditation  *string // kind of service centre
	CreatedBy      *uuid.UUID
	CreatedAt      time.Time
	SubmittedAt    *time.Time
	DecidedAt      *time.Time
	VerifiedAt     *time.Time
}

// Name is the short name, or the full one.
func (o *Organisation) Name() string {
	switch {
	case o.ShortName != "":
		return o.ShortName
	case o.FullName != "":
		return o.FullName
	}
	return o.OGRN
}

// FoundingTypes are the kinds of founding document.
var FoundingTypes = []string{"charter", "model_charter", "agreement", "decision", "regulation"}

// LegalForms are the forms that the page offers, by code of ОКОПФ. A register may give any other.
var LegalForms = []string{"12300", "12267", "12247", "14155", "20601", "75103", "75203", "75403", "65143"}

// ProprietorForm is a sole proprietor's code of ОКОПФ.
const ProprietorForm = "50102"

// Powers of an employee that our own code asks for. All of them stand in table organisation_power.
const (
	PowerEmployees = "manage_employees"
	PowerConfirm   = "confirm_identity"
)

// Role is what a person is in one organisation, as of now.
type Role struct {
	OID           int64
	Account       uuid.UUID
	Type          Type
	FullName      string
	ShortName     string
	OGRN          string
	INN           string
	KPP           string
	Address       string // registered
	Phone         string // of the organisation, E.164
	Email         string
	Accreditation *string
	Chief         bool
	Admin         bool
	Position      string
	Until         *time.Time // the employment ends by itself
	Powers        []string   // in force now, by office too
}

// May tells whether the person has the power now.
func (r *Role) May(power string) bool {
	for _, p := range r.Powers {
		if p == power {
			return true
		}
	}
	return false
}

// Manages tells whether the person may change the organisation's own data and give powers.
func (r *Role) Manages() bool { return r.Chief || r.Admin }

// Name is the short name, or the full one.
func (r *Role) Name() string {
	if r.ShortName != "" {
		return r.ShortName
	}
	return r.FullName
}

// Centre is a service centre in which a person may confirm identities.
type Centre struct {
	OID  int64
	Name string
	Kind string // mfc, post, pension, rostelecom
}

// Employee is somebody who works in an organisation.
type Employee struct {
	ID         uuid.UUID
	Account    uuid.UUID
	AccountOID int64
	LastName   string
	FirstName  string
	MiddleName string
	Chief      bool
	Admin      bool
	Position   string
	JoinedAt   time.Time
	Until      *time.Time
	Powers     []string // in force now
}

// FullName is the name as in a document.
func (e *Employee) FullName() string { return rus.FullName(e.LastName, e.FirstName, e.MiddleName) }
