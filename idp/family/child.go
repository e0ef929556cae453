package family

import (
	"context"
	"time"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// AdultAge is the age from which a person has an account of their own: until then the parents act for the child (Civil Code of Russia,
// article 28; from fourteen a person acts themself, article 26), and the passport, by which an account is checked, is issued at
// fourteen, too.
const AdultAge = 14

// State is how the latest question to the register of births went.
type State string

// The states. What a verified parent changes is Checking again, and what was confirmed before stays in force meanwhile.
const (
	Checking State = "checking"
	Verified State = "verified"
	Refused  State = "refused"
)

// Child is a child whose account a parent keeps, as that parent sees it.
type Child struct {
	ID          uuid.UUID // owner of the child's papers: papers.Documents(ctx, db, box, child.ID)
	OID         int64
	LastName    string
	FirstName   string
	MiddleName  string
	Sex         string // "M", "F"
	BirthDate   time.Time
	Citizenship string     // ISO 3166, three letters
	SNILS       string     // 11 digits, "" when not given
	VerifiedAt  *time.Time // since when the register knows this person as a parent; nil: not yet
	State       State      // of the latest check
	Round       int
	Reason      string
	Attempts    int
	CreatedAt   time.Time
}

// Draft is what a parent enters about a child.
type Draft struct {
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	Sex        string `json:"sex"`
	BirthDate  string `json:"birth_date"` // YYYY-MM-DD
	SNILS      string `json:"snils"`
	CertKind   string `json:"cert_kind"` // papers.BirthCertificate, papers.ForeignBirthCert
	CertNumber string `json:"cert_number"`
	IssuedOn   string `json:"issued_on"`
	IssuedBy   string `json:"issued_by"`
}

// FullName is the name as in a document.
func (k *Child) FullName() string { return rus.FullName(k.LastName, k.FirstName, k.MiddleName) }

// Confirmed tells whether the register of births knows the person as a parent.
func (k *Child) Confirmed() bool { return k.VerifiedAt != nil }

// OfAge tells whether the child may take the account over.
func (k *Child) OfAge(now time.Time) bool { return rus.Age(k.BirthDate, now) >= AdultAge }

// Children returns the children whose parent the register of births has confirmed the person to be, the eldest first.
func Children(ctx context.Context, d db.DB, box *secret.Box, parent uuid.UUID) ([]Child, error) {
	all, err := childrenOf(ctx, d, box, parent)
	var confirmed []Child
	for _, k := range all {
		if k.Confirmed() {
			confirmed = append(confirmed, k)
		}
	}
	return confirmed, err
}

// ByOID returns a child of a confirmed parent, or a NotFound fault.
func ByOID(ctx context.Context, d db.DB, box *secret.Box, parent uuid.UUID, oid int64) (*Child, error) {
	k, err := childOf(ctx, d, box, parent, oid)
	if err == nil && !k.Confirmed() {
		return nil, errNoChild
	}
	return k, err
}
