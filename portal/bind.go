package portal

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/documents"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// bind gives a cabinet its ESIA account. With own the portal's names stay.
func (h *Handler) bind(ctx context.Context, a *Account, who *identity, own bool) error {
	sealed, err := sealProfile(h.Box, a.ID, who.Profile)
	if err != nil {
		return err
	}
	return h.inTx(ctx, func(tx pgx.Tx) error {
		locked, err := lockAccount(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if own && !locked.sameName(who) {
			return errOther
		}
		blind := blindSNILS(h.Box, who.Profile["snils"])
		if err := bindAccount(ctx, tx, a.ID, who, sealed, blind, own, h.Now()); err != nil {
			return err
		}
		if err := documents.Told(ctx, tx, h.Box, a.ID, who.Papers, h.Now()); err != nil {
			return err
		}
		return h.reload(ctx, tx, a, "account.bind")
	})
}

// create makes a cabinet for somebody who came through ESIA.
func (h *Handler) create(ctx context.Context, who *identity, lang i18n.Lang) (*Account, error) {
	a := &Account{ID: uuid.Must(uuid.NewV7())}
	sealed, err := sealProfile(h.Box, a.ID, who.Profile)
	if err != nil {
		return nil, err
	}
	return a, h.inTx(ctx, func(tx pgx.Tx) error {
		blind := blindSNILS(h.Box, who.Profile["snils"])
		if err := insertESIAAccount(ctx, tx, a.ID, lang, who, sealed, blind, h.Now()); err != nil {
			return err
		}
		if err := documents.Told(ctx, tx, h.Box, a.ID, who.Papers, h.Now()); err != nil {
			return err
		}
		return h.reload(ctx, tx, a, "account.create")
	})
}

// refresh stores what ESIA says now of the owner of a cabinet.
func (h *Handler) refresh(ctx context.Context, a *Account, who *identity) error {
	sealed, err := sealProfile(h.Box, a.ID, who.Profile)
	if err != nil {
		return err
	}
	blind := blindSNILS(h.Box, who.Profile["snils"])
	err = h.inTx(ctx, func(tx pgx.Tx) error {
		if err := refreshAccount(ctx, tx, a.ID, who, sealed, blind, h.Now()); err != nil {
			return err
		}
		return documents.Told(ctx, tx, h.Box, a.ID, who.Papers, h.Now())
	})
	if err != nil {
		return err
	}
	fresh, err := accountByID(ctx, h.DB, a.ID)
	if err != nil {
		return err
	}
	*a = *fresh
	return nil
}

// release ends the binding.
func (h *Handler) release(ctx context.Context, a *Account) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := unbindAccount(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := documents.Forget(ctx, tx, a.ID, false); err != nil {
			return err
		}
		return h.reload(ctx, tx, a, "account.unbind")
	})
}

// reload reads an account again after a change, and writes the change into the journal.
func (h *Handler) reload(ctx context.Context, tx pgx.Tx, a *Account, action string) error {
	fresh, err := accountByID(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	*a = *fresh
	return journal.Write(ctx, tx, own(a, action))
}
