package organisation

import (
	"bytes"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// invitationLife is how long a link works.
const invitationLife = 7 * 24 * time.Hour

// Invitation is a letter to a future employee.
type Invitation struct {
	ID           uuid.UUID
	Organisation uuid.UUID
	OID          int64  // of the organisation
	Name         string // of the organisation
	Channel      string // email, sms
	Contact      string
	LastName     string
	FirstName    string
	MiddleName   string
	SNILSKey     []byte
	Position     string
	Until        *time.Time
	InvitedBy    *uuid.UUID
	SentAt       time.Time
	ExpiresAt    time.Time
	UsedAt       *time.Time
	UsedBy       *uuid.UUID
	WithdrawnAt  *time.Time
	DeclinedAt   *time.Time
}

// FullName is the name of the invited person, as the sender has written it.
func (i *Invitation) FullName() string { return rus.FullName(i.LastName, i.FirstName, i.MiddleName) }

// State says what a letter is worth: waiting, used, withdrawn, declined, expired.
func (i *Invitation) State(now time.Time) string {
	switch {
	case i.UsedAt != nil:
		return "used"
	case i.WithdrawnAt != nil:
		return "withdrawn"
	case i.DeclinedAt != nil:
		return "declined"
	case !now.Before(i.ExpiresAt):
		return "expired"
	}
	return "waiting"
}

// snilsKey is a СНИЛС as the table keeps it.
func snilsKey(box *secret.Box, snils string) []byte {
	return box.Blind("organisation.invitation:" + snils)
}

// mismatch says why a person is not the one who is invited, or "". Names are compared as people read them, not letter by letter;
// a missing patronymic in the letter is no mismatch, senders often do not know it.
func (i *Invitation) mismatch(box *secret.Box, a *account.Account, data *account.Identity) string {
	switch {
	case !a.Level.AtLeast(account.Standard) || data == nil:
		return "level"
	case rus.FoldName(i.LastName) != rus.FoldName(a.LastName), rus.FoldName(i.FirstName) != rus.FoldName(a.FirstName),
		i.MiddleName != "" && rus.FoldName(i.MiddleName) != rus.FoldName(a.MiddleName):
		return "name"
	case i.SNILSKey != nil && !bytes.Equal(i.SNILSKey, snilsKey(box, data.SNILS)):
		return "snils"
	}
	return ""
}
