package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"tamga/internal/db"
	"tamga/payments"
)

type paymentsCommand struct {
	Check paymentsCheck `cmd:"" help:"Compare the ledger, the charges, the payments and their history, and name what differs."`
}

type paymentsCheck struct {
	DatabaseURL string `env:"TAMGA_PORTAL_DATABASE_URL" required:"" help:"the database whose books are checked"`

	out io.Writer // os.Stdout when nil
}

// Run checks the books of payments. What the worker checks each night, an operator may check at any moment.
func (p *paymentsCheck) Run(ctx context.Context) error {
	pool, err := db.Open(ctx, p.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	faults, err := payments.CheckBooks(ctx, pool)
	if err != nil {
		return err
	}
	out := p.out
	if out == nil {
		out = os.Stdout
	}
	for _, f := range faults {
		fmt.Fprintln(out, f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("the books differ in %d places", len(faults))
	}
	fmt.Fprintln(out, "the books agree")
	return nil
}
