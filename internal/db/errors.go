package db

import (
	"errors"
	"io"
	"net"
	"strings"

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

	codeTooManyConnections = "53300"
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

// IsDown tells whether the server cannot be reached or is going away: nothing is wrong with what was asked, and it may be asked
// again in a while.
func IsDown(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// 57P01 to 57P05: the server stops, has crashed, starts, or has ended idle sessions. Class 08: the connection. 53300: no more of them.
		return strings.HasPrefix(pg.Code, "57P0") || strings.HasPrefix(pg.Code, "08") || pg.Code == codeTooManyConnections
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err)
}
