package safety

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Who has blocked an account, which is who can lift the block.
const (
	bySelf   = "self"   // the person: recovery lifts it
	byOffice = "office" // an operator or administrator: only they lift it
)

// Block shuts an account on behalf of the office: nobody signs in, and all that is open ends. The reason is shown to the person.
// Blocking twice keeps the first reason.
func (k *Keeper) Block(ctx context.Context, id uuid.UUID, by Actor, reason string) error {
	if reason == "" {
		return fault.New(fault.Invalid, "idp_safety.reason_missing")
	}
	return k.inTx(ctx, func(tx pgx.Tx) error { return k.block(ctx, tx, id, byOffice, by, reason, "blocked") })
}

// Unblock lifts any block.
func (k *Keeper) Unblock(ctx context.Context, id uuid.UUID, by Actor, reason string) error {
	return k.inTx(ctx, func(tx pgx.Tx) error {
		lifted, err := liftBlock(ctx, tx, id, byOffice, bySelf)
		if err != nil || !lifted {
			return err
		}
		if err := k.record(ctx, tx, by, id, "unblocked", reason, nil); err != nil {
			return err
		}
		return k.tellOwner(ctx, tx, id, "unblocked")
	})
}

// block shuts an account. A block by the office takes the place of the person's own, not the other way round.
func (k *Keeper) block(ctx context.Context, tx pgx.Tx, id uuid.UUID, whose string, by Actor, reason, notice string) error {
	done, err := setBlock(ctx, tx, id, whose, reason, k.Now())
	if err != nil {
		return err
	}
	if err := k.closeAll(ctx, tx, id); err != nil {
		return err
	}
	if !done {
		return nil
	}
	if err := k.record(ctx, tx, by, id, "blocked", reason, map[string]any{"by": whose}); err != nil {
		return err
	}
	way := recoveryPath
	if whose == byOffice { // recovery gives a new password, and the door stays shut
		way += "/help"
	}
	return k.tellOwner(ctx, tx, id, notice, k.PublicURL+way)
}

// Admit is asked before anybody is signed in by whatever method, in the transaction that does it. It refuses a blocked account, and
// takes a request for deletion back: the person is here.
func (k *Keeper) Admit(c *fiber.Ctx, tx pgx.Tx, a *account.Account) error {
	ctx := c.UserContext()
	s, err := lockStanding(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	if s.BlockedBy != "" {
		// Apart from the transaction, which is about to be undone.
		if err := k.record(ctx, k.DB, actorOf(c, a.ID), a.ID, "sign_in_refused", "", nil); err != nil {
			return err
		}
		if s.BlockedBy == bySelf {
			return fault.New(fault.Forbidden, "idp_safety.blocked_self")
		}
		return fault.New(fault.Forbidden, "idp_safety.blocked_office", s.Reason)
	}
	if err := account.SetLanguage(ctx, db.Later(tx), a.ID, web.Lang(c)); err != nil {
		return err
	}
	if s.DeleteAt == nil {
		return nil
	}
	if err := setDeleteAt(ctx, tx, a.ID, nil); err != nil {
		return err
	}
	if err := k.record(ctx, tx, actorOf(c, a.ID), a.ID, "deletion_cancelled", "", nil); err != nil {
		return err
	}
	return k.tell(ctx, tx, reachOf(a, web.Lang(c)), "deletion_cancelled", rus.FormatDate(*s.DeleteAt, web.Lang(c)))
}
