package db

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// All sends statements in one trip and gives their answers to the functions that the batch names.
func All(ctx context.Context, d DB, b *pgx.Batch) error {
	s, ok := d.(sender)
	if !ok {
		return errors.New("db: this database takes one statement at a time")
	}
	return s.SendBatch(ctx, b).Close()
}

// Into collects the rows of one statement of a batch.
func Into[T any](list *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*list, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	}
}
