package oauth

import (
	"context"

	"tamga/internal/db"
)

// putSectorKey stores the key unless there is one, and returns the one that is stored: of two servers that begin at once, both
// get the key of the quicker.
func putSectorKey(ctx context.Context, d db.DB, sealed []byte) (stored []byte, err error) {
	if _, err := d.Exec(ctx, `INSERT INTO oauth_sector_key (private) VALUES ($1) ON CONFLICT DO NOTHING`, sealed); err != nil {
		return nil, err
	}
	err = d.QueryRow(ctx, `SELECT private FROM oauth_sector_key`).Scan(&stored)
	return stored, err
}
