package stand

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveLetter keeps a letter. One that is sent again after a lost answer is the same one.
func saveLetter(ctx context.Context, d db.DB, l postLetter) error {
	_, err := d.Exec(ctx, `
		INSERT INTO post_letter (id, name, address, text, at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (id) DO NOTHING`, l.ID, l.Name, l.Address, l.Text, l.At)
	return err
}

func lastLetters(ctx context.Context, d db.DB) ([]postLetter, error) {
	rows, _ := d.Query(ctx, `SELECT id, name, address, text, at FROM post_letter ORDER BY at DESC LIMIT 100`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[postLetter])
}
