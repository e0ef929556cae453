package papers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// papersOf returns the papers of a group, in the order of Kinds.
func papersOf(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID, group string) ([]Paper, error) {
	rows, err := d.Query(ctx, `
		SELECT id, owner_id, kind, content, state, round, reason, attempts, changed_at, checked_at
		FROM paper
		WHERE owner_id = $1
		ORDER BY id`, owner)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*Paper, error) { return scanPaper(row, box) })
	if err != nil {
		return nil, err
	}
	var found []Paper
	for _, k := range Kinds {
		for _, p := range all {
			if p.Kind == k.Name && k.Group == group {
				found = append(found, *p)
			}
		}
	}
	return found, nil
}

// paperOf returns one paper of its owner.
func paperOf(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID, id int64) (*Paper, error) {
	p, err := scanPaper(d.QueryRow(ctx, `
		SELECT id, owner_id, kind, content, state, round, reason, attempts, changed_at, checked_at
		FROM paper
		WHERE id = $1 AND owner_id = $2`, id, owner), box)
	return p, missing(err)
}

// paperByID returns a paper, whoever owns it: for the jobs.
func paperByID(ctx context.Context, d db.DB, box *secret.Box, id int64) (*Paper, error) {
	p, err := scanPaper(d.QueryRow(ctx, `
		SELECT id, owner_id, kind, content, state, round, reason, attempts, changed_at, checked_at
		FROM paper
		WHERE id = $1`, id), box)
	return p, missing(err)
}

func missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "idp_papers.none")
	}
	return err
}

func scanPaper(row pgx.Row, box *secret.Box) (*Paper, error) {
	p := &Paper{}
	var sealed []byte
	if err := row.Scan(&p.ID, &p.Owner, &p.Kind, &sealed, &p.State, &p.Round, &p.Reason, &p.Attempts, &p.ChangedAt, &p.CheckedAt); err != nil {
		return nil, err
	}
	open, err := box.Open(sealed, place(p.Owner, p.ID))
	if err != nil {
		return nil, fmt.Errorf("paper %d: %w", p.ID, err)
	}
	return p, json.Unmarshal(open, &p.Fields)
}

// insertPaper stores a new paper and sets its id. A second one of the same kind is a fault: the form was sent twice, or in two tabs.
func insertPaper(ctx context.Context, d db.DB, box *secret.Box, p *Paper, child bool, now time.Time) error {
	if err := d.QueryRow(ctx, `SELECT nextval('paper_id_seq')`).Scan(&p.ID); err != nil {
		return err
	}
	raw, err := json.Marshal(p.Fields)
	if err != nil {
		return err
	}
	var account, kid *uuid.UUID
	if account = &p.Owner; child {
		account, kid = nil, &p.Owner
	}
	tag, err := d.Exec(ctx, `
		INSERT INTO paper (id, account_id, child_id, kind, slot, content, state, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (owner_id, kind, slot) DO NOTHING`,
		p.ID, account, kid, p.Kind, slot(box, kindOf(p.Kind), p.Fields), box.Seal(raw, place(p.Owner, p.ID)), p.State, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_papers.have")
	}
	p.Round = 1
	return err
}

// updatePaper stores a changed text: it is a new round, and what was confirmed no longer is.
func updatePaper(ctx context.Context, d db.DB, box *secret.Box, p *Paper, now time.Time) error {
	raw, err := json.Marshal(p.Fields)
	if err != nil {
		return err
	}
	err = d.QueryRow(ctx, `
		UPDATE paper
		SET content = $3, slot = $4, state = $5, round = round + 1, reason = '', attempts = 0, last_error = '', changed_at = $6,
		    checked_at = NULL
		WHERE id = $1 AND owner_id = $2
		RETURNING round`,
		p.ID, p.Owner, box.Seal(raw, place(p.Owner, p.ID)), slot(box, kindOf(p.Kind), p.Fields), p.State, now).Scan(&p.Round)
	if db.IsUnique(err, "paper_owner_kind") {
		return fault.New(fault.Conflict, "idp_papers.have")
	}
	return missing(err)
}

func deletePaper(ctx context.Context, d db.DB, owner uuid.UUID, id int64) (found bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM paper WHERE id = $1 AND owner_id = $2`, id, owner)
	return err == nil && tag.RowsAffected() == 1, err
}

// finishPaper writes a register's answer down, if the paper has not been changed since the question.
func finishPaper(ctx context.Context, d db.DB, p *Paper, state State, reason string, now time.Time) (done bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE paper
		SET state = $3, reason = $4, checked_at = $5, attempts = attempts + 1, last_error = ''
		WHERE id = $1 AND round = $2 AND state = 'checking'`, p.ID, p.Round, state, reason, now)
	return err == nil && tag.RowsAffected() == 1, err
}

// noteAttempt keeps why a register could not be asked.
func noteAttempt(ctx context.Context, d db.DB, p *Paper, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE paper SET attempts = attempts + 1, last_error = $3 WHERE id = $1 AND round = $2 AND state = 'checking'`,
		p.ID, p.Round, problem)
	return err
}
