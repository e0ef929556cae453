package departments

import (
	"context"
	"net/netip"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/journal"
)

// note journals that an employee has sent a delivery again. Nobody's data were read for that, so it has no subject.
func note(ctx context.Context, tx pgx.Tx, actor, address string, id uuid.UUID, number string) error {
	from, _ := netip.ParseAddr(address) // the zero address means unknown
	return journal.Write(ctx, tx, journal.Entry{Actor: actor, ActorRole: "employee", Action: "delivery.retry",
		Details: map[string]any{"delivery": id, "number": number}, Address: from})
}
