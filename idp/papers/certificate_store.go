package papers

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// Certificate returns a child's birth certificate, or nil.
func Certificate(ctx context.Context, d db.DB, box *secret.Box, child uuid.UUID) (*Paper, error) {
	p, err := scanPaper(d.QueryRow(ctx, `
		SELECT id, owner_id, kind, content, state, round, reason, attempts, changed_at, checked_at
		FROM paper
		WHERE owner_id = $1 AND kind IN ('RF_BRTH_CERT', 'FID_BRTH_CERT')
		ORDER BY id
		LIMIT 1`, child), box)
	if errors.Is(missing(err), fault.NotFound) {
		return nil, nil
	}
	return p, err
}

// PutCertificate makes a certificate that the register of births has confirmed the one of the child.
func PutCertificate(ctx context.Context, tx pgx.Tx, box *secret.Box, p *Paper, now time.Time) error {
	old, err := Certificate(ctx, tx, box, p.Owner)
	if err != nil {
		return err
	}
	if old != nil && old.Kind != p.Kind {
		if _, err := deletePaper(ctx, tx, p.Owner, old.ID); err != nil {
			return err
		}
		old = nil
	}
	if old == nil {
		err = insertPaper(ctx, tx, box, p, true, now)
	} else {
		p.ID = old.ID
		err = updatePaper(ctx, tx, box, p, now)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE paper SET checked_at = $2 WHERE id = $1`, p.ID, now)
	return err
}
