package departments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Forget empties what was said about an application that is kept no longer. That there were messages, and when, stays.
func Forget(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	for _, sql := range []string{
		`UPDATE delivery SET data = '' WHERE application_id = $1 AND state IN ('delivered', 'rejected')`,
		`UPDATE department_result r SET documents = '[]' FROM department_event e
		WHERE e.application_id = $1 AND r.department = e.department AND r.event_id = e.id AND r.state <> 'waiting'`,
		`UPDATE register_check SET question = '', question_key = '', answer = NULL, keep_until = NULL WHERE application = $1 AND state <> 'asked'`,
		`UPDATE department_event SET text = '' WHERE application_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, application); err != nil {
			return err
		}
	}
	return nil
}
