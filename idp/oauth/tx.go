package oauth

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// Two ways of writing live here side by side. A page's answer (a code) is written in a transaction that ctx carries, together
// with what the page itself changes. A token request writes nothing until it knows all it will write: see exchange.

type txKey struct{}

// inTx runs fn in a transaction that its context carries.
func inTx(ctx context.Context, d db.DB, fn func(context.Context) error) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error { return fn(context.WithValue(ctx, txKey{}, tx)) })
}

// conn returns the transaction of ctx, or the pool.
func (s *store) conn(ctx context.Context) db.DB {
	if tx, ok := ctx.Value(txKey{}).(pgx.Tx); ok {
		return tx
	}
	return s.DB
}

// errNoAnswer is a mistake of ours: fosite was asked for a code outside of answer.
var errNoAnswer = errors.New("oauth: codes are only given by an answer")

// errNoExchange is a mistake of ours: fosite was asked for tokens outside of redeem.
var errNoExchange = errors.New("oauth: tokens are only given by an exchange")
