package main

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/support"
)

// trouble makes an incident of what the exchange finds wrong, and closes it when it is over.
func trouble(ctx context.Context, tx pgx.Tx, t departments.Trouble) error {
	key := "departments/" + t.ID.String()
	if t.Over {
		return support.Mend(ctx, tx, key, t.At)
	}
	_, err := support.Raise(ctx, tx, support.Report{Key: key, Topic: "application", Cause: t.Department + ", " + t.Kind + ": " + t.Cause,
		Application: t.Application, Delivery: t.Delivery, At: t.At})
	return err
}
