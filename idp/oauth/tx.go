package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// A token request is one transaction. Fosite opens one of its own only around the second half of its work, when the code has
// long been read: two requests with one code would both have seen it unused (F1). So redeem begins before fosite reads
// anything, and fosite's own BeginTX becomes a savepoint inside.

type txKey struct{}

// unit is the transaction that a context carries.
type unit struct {
	tx pgx.Tx
	// revoked is shared by the savepoints of one transaction. Fosite revokes the tokens of a stolen code and then returns an
	// error: undoing the work because of that error would undo the revocation (F2).
	revoked *bool
}

// inTx runs fn in a transaction that its context carries. It is rolled back when fn fails, unless fn revoked something.
func inTx(ctx context.Context, d db.DB, fn func(context.Context) error) error {
	tx, err := d.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	u := unit{tx, new(bool)}
	failed := fn(context.WithValue(ctx, txKey{}, u))
	if failed != nil && !*u.revoked {
		return errors.Join(failed, ignoreClosed(tx.Rollback(ctx)))
	}
	if err := tx.Commit(ctx); err != nil {
		return errors.Join(failed, fmt.Errorf("commit: %w", err))
	}
	return failed
}

func ignoreClosed(err error) error {
	if errors.Is(err, pgx.ErrTxClosed) {
		return nil
	}
	return err
}

// conn returns the transaction of ctx, or the pool.
func (s *store) conn(ctx context.Context) db.DB {
	if u, ok := ctx.Value(txKey{}).(unit); ok {
		return u.tx
	}
	return s.DB
}

// BeginTX is fosite's storage.Transactional. Inside of inTx it makes a savepoint.
func (s *store) BeginTX(ctx context.Context) (context.Context, error) {
	tx, err := s.conn(ctx).Begin(ctx)
	if err != nil {
		return ctx, err
	}
	u, ok := ctx.Value(txKey{}).(unit)
	if !ok {
		u.revoked = new(bool)
	}
	u.tx = tx
	return context.WithValue(ctx, txKey{}, u), nil
}

// Commit ends what BeginTX began.
func (s *store) Commit(ctx context.Context) error {
	u, ok := ctx.Value(txKey{}).(unit)
	if !ok {
		return errors.New("oauth: commit without a transaction")
	}
	return u.tx.Commit(ctx)
}

// Rollback undoes what was done since BeginTX. Fosite calls it after a failed Commit too.
func (s *store) Rollback(ctx context.Context) error {
	u, ok := ctx.Value(txKey{}).(unit)
	if !ok {
		return errors.New("oauth: rollback without a transaction")
	}
	return ignoreClosed(u.tx.Rollback(ctx))
}

// noteRevoked makes the transaction of ctx commit whatever follows.
func noteRevoked(ctx context.Context) {
	if u, ok := ctx.Value(txKey{}).(unit); ok {
		*u.revoked = true
	}
}
