package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"tamga/internal/db"
)

// Fault is a place where the books do not agree with themselves. There should never be one.
type Fault struct {
	Rule    string // what does not hold
	Subject string // key of the entry, charge, payment or refund
	Is      int64
	Should  int64
}

// String says it on one line.
func (f Fault) String() string {
	return fmt.Sprintf("%s: %s is %d, should be %d", f.Rule, f.Subject, f.Is, f.Should)
}

// CheckBooks compares the ledger, the tables and the history with each other, and returns what differs.
func CheckBooks(ctx context.Context, d db.DB) ([]Fault, error) {
	var all []Fault
	for _, rule := range bookRules {
		found, err := brokenRule(ctx, d, rule)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// BooksArgs is the nightly job that checks the books.
type BooksArgs struct{}

// Kind names the job.
func (BooksArgs) Kind() string { return "payments.books" }

type booksWorker struct {
	river.WorkerDefaults[BooksArgs]
	jobs *Jobs
}

// Timeout leaves room for tables of many years.
func (*booksWorker) Timeout(*river.Job[BooksArgs]) time.Duration { return 30 * time.Minute }

// Work checks the books and puts what differs before the staff.
func (w *booksWorker) Work(ctx context.Context, _ *river.Job[BooksArgs]) error {
	faults, err := CheckBooks(ctx, w.jobs.DB)
	if err != nil {
		return err
	}
	for _, f := range faults {
		logOf(w.jobs.Log).Error("the books do not agree", "fault", f.String())
		err := find(ctx, w.jobs.DB, Discrepancy{Kind: "books", Acquirer: "books", BankID: f.Subject, Ours: f.Is, Theirs: f.Should, Detail: f.Rule,
			FoundAt: w.jobs.Now()})
		if err != nil {
			return err
		}
	}
	return nil
}
