package oauth

import (
	"context"
	"net/netip"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/journal"
)

// replayed is something that is good once and came twice.
type replayed struct {
	What   string // code, refresh, proof, device
	Client string
}

// writeReplay notes it in the journal, and so in the person's list of events: nobody who is honest sends such things twice.
func writeReplay(ctx context.Context, d db.DB, account uuid.UUID, r replayed, address string) error {
	from, _ := netip.ParseAddr(address)
	e := journal.Entry{
		Actor: "client:" + r.Client, ActorRole: "client", Action: "idp.token_replayed",
		Details: map[string]any{"what": r.What, "client": r.Client}, Address: from,
	}
	if account != uuid.Nil {
		e.Subject = account.String()
	}
	return journal.Write(ctx, d, e)
}
