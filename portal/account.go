package portal

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Account is a cabinet.
type Account struct {
	ID           uuid.UUID
	Phone        *string
	PasswordHash *string
	LastName     string
	FirstName    string
	MiddleName   string
	Email        string
	Lang         i18n.Lang
	ESIASub      *string
	Level        catalog.Level
	Profile      []byte // sealed
	SNILSBlind   []byte
	OwnNames     bool
	Epoch        int
	CreatedAt    time.Time
	LastSeenAt   *time.Time
}

// ShortName is how the header calls the person: «Алия Г.», or the end of the phone's number.
func (a *Account) ShortName() string {
	switch {
	case a.FirstName != "" && a.LastName != "":
		return a.FirstName + " " + string([]rune(a.LastName)[0]) + "."
	case a.FirstName != "":
		return a.FirstName
	case a.Phone != nil:
		return rus.MaskPhone(*a.Phone)
	}
	return "•••"
}

// FullName returns surname, name and patronymic as the portal writes them.
func (a *Account) FullName() string { return rus.FullName(a.LastName, a.FirstName, a.MiddleName) }

// Bound tells whether the cabinet is bound to an ESIA account.
func (a *Account) Bound() bool { return a.ESIASub != nil }

// ShownPhone returns the phone as people read it, or "".
func (a *Account) ShownPhone() string {
	if a.Phone == nil {
		return ""
	}
	return rus.FormatPhone(*a.Phone)
}

// place names the row in sealed values: a profile copied to another account does not open.
func place(account uuid.UUID) []byte { return []byte("account/" + account.String() + "/profile") }

func sealProfile(box *secret.Box, account uuid.UUID, profile map[string]string) ([]byte, error) {
	raw, err := json.Marshal(profile)
	if err != nil {
		return nil, err
	}
	return box.Seal(raw, place(account)), nil
}

// openProfile returns what ESIA told of the person, nothing for a cabinet without a binding.
func (a *Account) openProfile(box *secret.Box) (map[string]string, error) {
	profile := map[string]string{}
	if a.Profile == nil {
		return profile, nil
	}
	raw, err := box.Open(a.Profile, place(a.ID))
	if err != nil {
		return nil, fmt.Errorf("profile of account %s: %w", a.ID, err)
	}
	return profile, json.Unmarshal(raw, &profile)
}

// blindSNILS returns the keyed hash under which a SNILS is remembered, nil for none.
func blindSNILS(box *secret.Box, snils string) []byte {
	if snils == "" {
		return nil
	}
	return box.Blind("snils:" + snils)
}
