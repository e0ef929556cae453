package payments

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Identity is the numbers by which a payer is known to those who charge. They are kept sealed and found by keyed hashes.
type Identity struct {
	SNILS    string `json:"snils,omitempty"`
	INN      string `json:"inn,omitempty"`
	STS      string `json:"sts,omitempty"`      // registration certificate of a vehicle
	Licence  string `json:"licence,omitempty"`  // driving licence
	Passport string `json:"passport,omitempty"` // series and number
	Account  string `json:"account,omitempty"`  // utility account
}

// key is one number, hashed.
type key struct {
	kind string
	hash []byte
}

// canon brings the numbers to the one form in which they are hashed. A number that cannot be one is an error: a charge that
// nobody can find must not be made.
func (id Identity) canon() (Identity, error) {
	for _, field := range []struct {
		value *string
		check func(string) (string, error)
	}{
		{&id.SNILS, rus.SNILS}, {&id.INN, rus.INN}, {&id.STS, rus.STS}, {&id.Licence, rus.STS}, // a licence has the form of a certificate
		{&id.Passport, digits(10)}, {&id.Account, accountNumber},
	} {
		if *field.value == "" {
			continue
		}
		value, err := field.check(*field.value)
		if err != nil {
			return id, err
		}
		*field.value = value
	}
	return id, nil
}

func digits(n int) func(string) (string, error) {
	return func(s string) (string, error) {
		s = strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s)
		if len(s) != n || strings.Trim(s, "0123456789") != "" {
			return "", fmt.Errorf("want %d digits", n)
		}
		return s, nil
	}
}

func accountNumber(s string) (string, error) {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s))
	if len(s) < 5 || len(s) > 20 || strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", fmt.Errorf("want 5 to 20 digits")
	}
	return s, nil
}

// keys returns the hashes of the numbers that are there.
func (id Identity) keys(box *secret.Box) ([]key, error) {
	id, err := id.canon()
	if err != nil {
		return nil, err
	}
	var found []key
	for _, number := range [][2]string{{"snils", id.SNILS}, {"inn", id.INN}, {"sts", id.STS}, {"licence", id.Licence},
		{"passport", id.Passport}, {"account", id.Account}} {
		if number[1] != "" {
			found = append(found, key{number[0], box.Blind("charge." + number[0] + ":" + number[1])})
		}
	}
	return found, nil
}

// identitySeal binds a sealed identity to its charge.
func identitySeal(o Origin) []byte { return []byte("charge " + o.Kind + " " + o.ID.String()) }

// Identify gives the charge the numbers of its payer. Call it when Origin is set.
func (n *NewCharge) Identify(box *secret.Box, id Identity) error {
	id, err := id.canon()
	if err != nil {
		return fmt.Errorf("payer of %s %s: %w", n.Origin.Kind, n.Origin.ID, err)
	}
	if n.keys, err = id.keys(box); err != nil {
		return err
	}
	plain, err := json.Marshal(id)
	if err != nil {
		return err
	}
	n.sealed = box.Seal(plain, identitySeal(n.Origin))
	return nil
}

// claimVia says by what somebody named a charge of another person.
type claimVia string

const (
	byUIN    claimVia = "uin"
	byNumber claimVia = "number"
)

// Reader is who asks for a charge: an account, and the hashes of the own numbers when those are confirmed.
type Reader struct {
	Account uuid.UUID
	Keys    [][]byte
}

// ReaderOf makes a reader of an account and its confirmed numbers.
func ReaderOf(box *secret.Box, account uuid.UUID, id Identity) (Reader, error) {
	keys, err := id.keys(box)
	r := Reader{Account: account, Keys: [][]byte{}}
	for _, k := range keys {
		r.Keys = append(r.Keys, k.hash)
	}
	return r, err
}
