package papers

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// stateOf is the state of a paper whose text is new. Without a confirmed name there is nothing to compare: the check begins when the
// name is confirmed.
func stateOf(ctx context.Context, d db.DB, k *Kind, owner uuid.UUID) (State, error) {
	if k.Register == "" {
		return Unchecked, nil
	}
	who, err := holderOf(ctx, d, owner)
	if err != nil || who == nil {
		return Unchecked, err
	}
	return Checking, nil
}

// enqueue asks the register in a job.
func enqueue(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], p *Paper) error {
	_, err := r.InsertTx(ctx, tx, CheckArgs{PaperID: p.ID, Round: p.Round}, nil)
	return err
}

// StartChecks begins the checks that have waited for the owner's name to be confirmed. It is called in the transaction that confirms it.
func StartChecks(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], owner uuid.UUID) error {
	var kinds []string
	for _, k := range Kinds {
		if k.Register != "" {
			kinds = append(kinds, k.Name)
		}
	}
	started, err := startUnchecked(ctx, tx, owner, kinds)
	if err != nil {
		return err
	}
	for _, args := range started {
		if _, err := r.InsertTx(ctx, tx, args, nil); err != nil {
			return err
		}
	}
	return nil
}

// question is what a register needs to know, and no more.
type question struct {
	Kind       string `json:"kind"`
	Number     string `json:"number"`
	Plate      string `json:"plate,omitempty"`
	IssuedOn   string `json:"issued_on,omitempty"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	BirthDate  string `json:"birth_date"`
}

func ask(p *Paper, k *Kind, who *holder) question {
	number := p.Fields[k.Fields[0].Name]
	if k.Name == Car {
		number = p.Fields["sts"]
	}
	return question{Kind: k.Name, Number: number, Plate: p.Fields["plate"], IssuedOn: p.Fields["issued_on"], LastName: who.LastName,
		FirstName: who.FirstName, MiddleName: who.MiddleName, BirthDate: who.BirthDate.Format(time.DateOnly)}
}

// Put stores a paper of a child or a person as it is, for those who have checked it otherwise: family, the demo.
func Put(ctx context.Context, d db.DB, box *secret.Box, p *Paper, child bool, now time.Time) error {
	return insertPaper(ctx, d, box, p, child, now)
}
