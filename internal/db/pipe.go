package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pipe is a transaction that saves round trips. It begins together with its first statement; what is sent through Later waits until
// the next answer is needed, or the commit, and goes along with that.
type pipe struct {
	conn    *pgxpool.Conn
	begun   bool
	waiting []statement
}

type statement struct {
	sql  string
	args []any
}

var _ pgx.Tx = (*pipe)(nil)

// InTx runs fn in a transaction, as pgx.BeginFunc does, but in fewer round trips. Statements of it that nobody needs an answer from
// are sent through Later.
func InTx(ctx context.Context, d DB, fn func(pgx.Tx) error) error {
	pool, ok := d.(interface {
		Acquire(context.Context) (*pgxpool.Conn, error)
	})
	if !ok {
		return pgx.BeginFunc(ctx, d, fn)
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // which closes a connection that is still in a transaction: the server undoes it
	p := &pipe{conn: conn}
	done := false
	defer func() {
		if !done {
			_ = p.Rollback(context.WithoutCancel(ctx))
		}
	}()
	if err := fn(p); err != nil {
		return err
	}
	if err := p.Commit(ctx); err != nil {
		return err
	}
	done = true
	return nil
}

// later sends statements with what comes next.
type later struct{ *pipe }

// Later returns a way to send statements whose outcome nobody waits for. In a transaction of InTx they go with the next statement
// that is waited for, or with the commit, and an error of theirs undoes everything. In another transaction, or after a savepoint, they
// are sent at once.
func Later(tx pgx.Tx) DB {
	if p, ok := tx.(*pipe); ok {
		return later{p}
	}
	return tx
}

// Exec puts a statement off. Its tag says nothing.
func (l later) Exec(_ context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	l.waiting = append(l.waiting, statement{sql, args})
	return pgconn.CommandTag{}, nil
}

// prelude is what goes before the next statement.
func (p *pipe) prelude() *pgx.Batch {
	batch := &pgx.Batch{}
	if !p.begun {
		batch.Queue("begin")
	}
	for _, s := range p.waiting {
		batch.Queue(s.sql, s.args...)
	}
	p.begun, p.waiting = true, nil
	return batch
}

// send sends all that waits and then one more, and returns the results when only that one's is left to be read.
func (p *pipe) send(ctx context.Context, sql string, args ...any) (pgx.BatchResults, error) {
	batch := p.prelude()
	before := batch.Len()
	batch.Queue(sql, args...)
	results := p.conn.SendBatch(ctx, batch)
	for range before {
		if _, err := results.Exec(); err != nil {
			_ = results.Close()
			return nil, err
		}
	}
	return results, nil
}

// Exec is part of pgx.Tx.
func (p *pipe) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	results, err := p.send(ctx, sql, args...)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := results.Exec()
	return tag, errors.Join(err, closing(results, err))
}

// closing is the error of closing results, unless there was one before.
func closing(results pgx.BatchResults, before error) error {
	if err := results.Close(); before == nil {
		return err
	}
	return nil
}

// Query is part of pgx.Tx.
func (p *pipe) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	results, err := p.send(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	got, err := results.Query()
	return &rows{got, results}, err
}

// rows are rows that came with others' results.
type rows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Next is part of pgx.Rows.
func (r *rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Close is part of pgx.Rows.
func (r *rows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // an error of the last statement is told by Err
}

// start begins the transaction and sends what waits.
func (p *pipe) start(ctx context.Context) error {
	if p.begun && len(p.waiting) == 0 {
		return nil
	}
	_, err := p.Exec(ctx, "SELECT 1")
	return err
}

// row is a row that came with others' results.
type row struct {
	results pgx.BatchResults
	err     error
}

// QueryRow is part of pgx.Tx.
func (p *pipe) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	results, err := p.send(ctx, sql, args...)
	return row{results, err}
}

// Scan is part of pgx.Row.
func (r row) Scan(into ...any) error {
	if r.err != nil {
		return r.err
	}
	err := r.results.QueryRow().Scan(into...)
	return errors.Join(err, closing(r.results, err))
}

// Commit is part of pgx.Tx.
func (p *pipe) Commit(ctx context.Context) error {
	if !p.begun && len(p.waiting) == 0 {
		return nil
	}
	tag, err := p.Exec(ctx, "commit")
	if err == nil && tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return err
}

// Rollback is part of pgx.Tx.
func (p *pipe) Rollback(ctx context.Context) error {
	p.waiting = nil
	if !p.begun || p.conn.Conn().PgConn().TxStatus() == 'I' {
		return nil
	}
	_, err := p.conn.Exec(ctx, "rollback")
	return err
}

// Begin makes a savepoint. Within it nothing is put off.
func (p *pipe) Begin(ctx context.Context) (pgx.Tx, error) {
	if _, err := p.Exec(ctx, "SAVEPOINT pipe"); err != nil {
		return nil, err
	}
	return &savepoint{pipe: p}, nil
}

// savepoint is a part of a transaction that may be undone alone. A later one of the same name hides it until it is released.
type savepoint struct {
	*pipe
	done bool
}

// Commit is part of pgx.Tx.
func (s *savepoint) Commit(ctx context.Context) error {
	if s.done {
		return pgx.ErrTxClosed
	}
	s.done = true
	_, err := s.Exec(ctx, "RELEASE SAVEPOINT pipe")
	return err
}

// Rollback is part of pgx.Tx.
func (s *savepoint) Rollback(ctx context.Context) error {
	if s.done {
		return pgx.ErrTxClosed
	}
	s.done, s.waiting = true, nil
	_, err := s.conn.Exec(ctx, "ROLLBACK TO SAVEPOINT pipe; RELEASE SAVEPOINT pipe")
	return err
}

// SendBatch sends what waits and a batch, in one trip.
func (p *pipe) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	all := p.prelude()
	before := all.Len()
	all.QueuedQueries = append(all.QueuedQueries, b.QueuedQueries...)
	results := p.conn.SendBatch(ctx, all)
	for range before {
		if _, err := results.Exec(); err != nil {
			break // after an error all that follows fails, too
		}
	}
	return results
}

// CopyFrom is part of pgx.Tx.
func (p *pipe) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := p.start(ctx); err != nil {
		return 0, err
	}
	return p.conn.CopyFrom(ctx, table, columns, rows)
}

// Prepare is part of pgx.Tx.
func (p *pipe) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return p.conn.Conn().Prepare(ctx, name, sql)
}

// LargeObjects is part of pgx.Tx; there are none.
func (p *pipe) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

// Conn is part of pgx.Tx.
func (p *pipe) Conn() *pgx.Conn { return p.conn.Conn() }
