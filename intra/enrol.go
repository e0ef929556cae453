package intra

import (
	"context"
	"crypto/rand"
	"math/big"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Enrol returns the employee of an organisation by name, and makes one with a temporary password when there is none: password is "" for
// somebody who can sign in already.
func Enrol(ctx context.Context, tx pgx.Tx, hasher *secret.Hasher, organisation uuid.UUID, last, first, middle, post string, now time.Time) (
	id uuid.UUID, password string, err error) {
	known, err := listEmployees(ctx, tx, organisation)
	if err != nil {
		return uuid.Nil, "", err
	}
	for i := range known {
		if rus.FoldName(known[i].FullName()) == rus.FoldName(rus.FullName(last, first, middle)) {
			return known[i].ID, "", nil
		}
	}
	password = temporaryPassword()
	e := Employee{ID: uuid.Must(uuid.NewV7()), OrganisationID: organisation, LastName: last, FirstName: first, MiddleName: middle, Post: post,
		Temporary: true, Rights: []string{}}
	if e.PasswordHash, err = hasher.Hash(ctx, password); err != nil {
		return uuid.Nil, "", err
	}
	return e.ID, password, insertEmployee(ctx, tx, e, now)
}

// temporaryPassword is easy to read aloud: no letter or digit that looks like another.
func temporaryPassword() string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	password := make([]byte, 12)
	for i := range password {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			panic(err)
		}
		password[i] = letters[n.Int64()]
	}
	return string(password[:4]) + "-" + string(password[4:8]) + "-" + string(password[8:])
}
