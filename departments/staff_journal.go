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

// noteHold journals that an employee has stopped or started the exchange with a department, or planned its works.
func noteHold(ctx context.Context, tx pgx.Tx, by who, action string, details map[string]any) error {
	from, _ := netip.ParseAddr(by.address)
	return journal.Write(ctx, tx, journal.Entry{Actor: by.actor, ActorRole: "employee", Action: action, Details: details, Address: from})
}
