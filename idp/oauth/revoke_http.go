package oauth

import (
	"context"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/journal"
)

// revoke takes a token back (RFC 7009): an access token alone, a refresh token with all that grew from the same consent. A token
// that is unknown, over or another client's is answered like one that was revoked, and stays as it is.
func (h *Handler) revoke(c *fiber.Ctx) error {
	ctx, cancel := deadline(c)
	defer cancel()
	ctx, known, _, g, err := h.presented(ctx, c)
	if err != nil {
		return h.tokenError(c, err)
	}
	if g == nil || g.ClientID != known.GetID() || g.Revoked {
		return c.SendStatus(fiber.StatusOK)
	}
	if g.Kind == "access" || g.Family == uuid.Nil {
		err = endGrant(ctx, h.DB, g)
	} else {
		err = h.revokeByClient(ctx, g, c.IP())
	}
	if err != nil {
		return h.tokenError(c, err)
	}
	return c.SendStatus(fiber.StatusOK)
}

// revokeByClient ends a family on the word of its client, and lets the person see it.
func (h *Handler) revokeByClient(ctx context.Context, g *grant, address string) error {
	return inTx(ctx, h.DB, func(ctx context.Context) error {
		tx := h.store.conn(ctx)
		revoked, err := revokeFamily(ctx, tx, g.Family, time.Now())
		if err != nil || !revoked {
			return err
		}
		from, _ := netip.ParseAddr(address)
		return journal.Write(ctx, tx, journal.Entry{
			Actor: "client:" + g.ClientID, ActorRole: "client", Action: "idp.token_revoked", Subject: g.Session.Account.String(),
			Details: map[string]any{"client": g.ClientID}, Address: from,
		})
	})
}
