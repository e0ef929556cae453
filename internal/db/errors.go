package db

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// SQLSTATE codes, PostgreSQL documentation, appendix A.
const (
	codeForeignKey    = "23503"
	codeUnique        = "23505"
	codeCheck         = "23514"
	codeExclusion     = "23P01"
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	codeLockTimeout   = "55P03"
)

// IsUnique tells whether err is a violation of the unique constraint or index of that name; an empty name means any.
func IsUnique(err error, constraint string) bool { return violates(err, codeUnique, constraint) }

// IsForeignKey tells whether err is a violation of the foreign key of that name; an empty name means any.
func IsForeignKey(err error, constraint string) bool {
	return violates(err, codeForeignKey, constraint)
}

// IsCheck tells whether err is a violation of the CHECK of that name; an empty name means any.
func IsCheck(err error, constraint string) bool { return violates(err, codeCheck, constraint) }

// IsExclusion tells whether err is a violation of the EXCLUDE constraint of that name (two bookings overlap); an empty name
// means any.
func IsExclusion(err error, constraint string) bool { return violates(err, codeExclusion, constraint) }

// IsSerialization tells whether the whole transaction may be run again: it lost a race or a deadlock, and left nothing.
func IsSerialization(err error) bool {
	return violates(err, codeSerialization, "") || violates(err, codeDeadlock, "")
}

// IsLocked tells whether a row is locked by somebody else: NOWAIT found it so, or lock_timeout ran out.
func IsLocked(err error) bool { return violates(err, codeLockTimeout, "") }

func violates(err error, code, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code && (constraint == "" || pg.ConstraintName == constraint)
}
