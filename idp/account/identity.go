package account

import (
	"time"

	"github.com/google/uuid"
)

// Identity is a person's data as sent to the checks.
type Identity struct {
	Account     uuid.UUID
	Round       int
	State       string // "checking", "passed", "failed"; "former": passed, and replaced by a later round
	DocumentID  int64  // number of the document towards clients
	LastName    string
	FirstName   string
	MiddleName  string
	Sex         string // "M", "F"
	BirthDate   time.Time
	BirthPlace  string
	Citizenship string // ISO 3166, three letters
	SNILS       string // 11 digits
	Document    Document
	Request     *uuid.UUID // the sign-in of a client that waits for the level
	SubmittedAt time.Time
}

// Gender is the sex as OpenID Connect and the registers write it.
func (i *Identity) Gender() string { return map[string]string{"M": "male", "F": "female"}[i.Sex] }

// The documents that prove who a person is, under the names of ESIA.
const (
	Passport        = "RF_PASSPORT"
	ForeignDocument = "FID_DOC" // of a citizen of another country, or of none
)

// Document proves who a person is.
type Document struct {
	Type      string `json:"type"`
	Series    string `json:"series"` // "" of a foreign document: its number is kept as printed
	Number    string `json:"number"`
	IssuedOn  string `json:"issued_on"` // YYYY-MM-DD
	IssuedBy  string `json:"issued_by"`
	Code      string `json:"code"`                 // 160-001, of a Russian passport
	ExpiresOn string `json:"expires_on,omitempty"` // of a foreign document
}

// Check is one register's answer.
type Check struct {
	ID        uuid.UUID
	Account   uuid.UUID
	Round     int
	Register  string // "pension", "interior"
	State     string // "waiting", "passed", "failed"
	Reason    string
	Attempts  int
	LastError string
	CheckedAt *time.Time
}

// Registers lists those that are asked, in the order in which the page shows them.
var Registers = []string{"pension", "interior"}

// Decision is what the answers of a round come to: "" while one is missing.
func decision(checks []Check) string {
	state := "passed"
	for _, c := range checks {
		if c.State == "waiting" {
			return ""
		}
		if c.State == "failed" {
			state = "failed"
		}
	}
	return state
}
