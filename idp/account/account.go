package account

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Account is a person who can sign in.
type Account struct {
	ID             uuid.UUID
	OID            int64
	LastName       string
	FirstName      string
	MiddleName     string
	Phone          string // E.164
	Email          string // lower case
	EmailConfirmed bool
	Level          Level
	LevelAt        time.Time
	Language       i18n.Lang // of messages
}

// Subject is the person's name towards clients: sub of OpenID Connect.
func (a *Account) Subject() string { return strconv.FormatInt(a.OID, 10) }

// FullName is the name as in a document.
func (a *Account) FullName() string { return rus.FullName(a.LastName, a.FirstName, a.MiddleName) }

// ShortName is the name for the header: "Алия Г.".
func (a *Account) ShortName() string {
	_, size := utf8.DecodeRuneInString(a.LastName)
	return a.FirstName + " " + a.LastName[:size] + "."
}

// normalEmail lowers an address, so that it is found again however it is typed.
func normalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
