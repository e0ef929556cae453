package portal

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// deleteAccount removes the cabinet with its documents and notices. What was filed stays with the departments and here for as long as
// the law has it kept: the application names the person, not the cabinet.
func deleteAccount(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `DELETE FROM account WHERE id = $1`, account)
	return err
}
