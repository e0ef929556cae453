package departments

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/journal"
)

// A department changes its key by publishing the new one beside the old, signing with the new one, and taking the old one out. Staff see
// which key signs and since when. A key that has leaked must not wait for the department's page: staff refuse it at once, by hand.

var errRefusedKey = errors.New("signature is by a key that is refused")

// keyNoted is how exact the time of a key's last use is.
const keyNoted = time.Minute

// use refuses what staff have refused, and notes which key signs. Without a database nothing is known of keys but the JWKS.
func (t *Trust) use(ctx context.Context, address, kid string) error {
	if t.DB == nil {
		return nil
	}
	used, err := keyUse(ctx, t.DB, address, kid)
	switch {
	case err != nil:
		return errors.Join(ErrKeys, err)
	case used != nil && used.RefusedAt != nil:
		return errRefusedKey
	case used != nil && t.Now().Sub(*used.LastUsedAt).Abs() < keyNoted:
		return nil
	}
	if err := noteKey(ctx, t.DB, address, kid, t.Now()); err != nil {
		return errors.Join(ErrKeys, err)
	}
	return nil
}

// refuseKey takes nothing any more that is signed with the key, or takes it again.
func (h *StaffHandler) refuseKey(ctx context.Context, code, kid string, refuse bool, by who) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		action, actor := "department.key_refuse", by.actor
		if !refuse {
			action, actor = "department.key_restore", ""
		}
		changed, err := setKeyRefused(ctx, tx, code, kid, actor, h.Now())
		if err != nil || !changed {
			return err
		}
		return noteHold(ctx, tx, by, action, map[string]any{"department": code, "kid": kid})
	})
}

// noteRefusal keeps that something was not taken: counted for staff, and the first of its kind each day in the journal. A fault of ours
// is the department's no reason to come again with the same, so it is only logged.
func noteRefusal(ctx context.Context, d db.DB, log *slog.Logger, now time.Time, code string, r *refusal, address string) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	log.Warn("not taken from a department", "department", code, "code", r.Code, "text", r.Text, "address", address)
	if d == nil || r.Status >= 500 {
		return
	}
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		first, err := countRefusal(ctx, tx, code, r.Code, r.Text, address, now)
		if err != nil || !first {
			return err
		}
		return journal.Write(ctx, tx, journal.Entry{Actor: Source(code), ActorRole: "department", Action: "department.refused",
			Details: map[string]any{"department": code, "code": r.Code, "text": r.Text}})
	})
	if err != nil {
		log.Error("a refusal could not be kept", "department", code, "err", err)
	}
}
