package safety

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/secret"
)

// Taken tells whether a phone or an address is another account's, or held for one that had it lately.
func (k *Keeper) Taken(ctx context.Context, d db.DB, a *account.Account, phone, email string) (phoneTaken, emailTaken bool, err error) {
	if phoneTaken, err = contactTaken(ctx, d, kindPhone, phone, a.ID, k.Now()); err != nil {
		return false, false, err
	}
	emailTaken, err = contactTaken(ctx, d, kindEmail, email, a.ID, k.Now())
	return phoneTaken, emailTaken, err
}

// ReplaceContacts gives an account the phone and the address of a person who stands before the office with a passport. The old ones
// are held, so that nobody else takes them, and are told; there is no link that puts them back, since the passport counts for more.
// The new address is not confirmed yet. All that is open ends, and the person's own block is lifted: both are as after a recovery.
func (k *Keeper) ReplaceContacts(ctx context.Context, tx pgx.Tx, a *account.Account, phone, email string, by Actor, purpose string) error {
	held := k.Now().Add(RuleAt(k.Now()).Hold)
	for kind, changed := range map[string]bool{kindPhone: phone != a.Phone, kindEmail: email != a.Email && a.EmailConfirmed} {
		if !changed {
			continue
		}
		if err := keepPast(ctx, tx, secret.HashToken(secret.Token(32)), a.ID, kind, k.Now(), held); err != nil {
			return err
		}
	}
	if err := setContacts(ctx, tx, a.ID, phone, email); err != nil {
		return err
	}
	if err := k.closeAll(ctx, tx, a.ID); err != nil {
		return err
	}
	lifted, err := liftBlock(ctx, tx, a.ID, bySelf)
	if err != nil {
		return err
	}
	if err := k.record(ctx, tx, by, a.ID, "confirm.contacts_changed", purpose, map[string]any{"unblocked": lifted}); err != nil {
		return err
	}
	return k.tell(ctx, tx, reachOf(a, a.Language), "contacts_by_office", k.PublicURL+recoveryPath+"/help")
}

// Block is why nobody signs in to an account.
type Block struct {
	Office bool // lifted by the office alone
	Reason string
}

// BlockOf returns the block of an account, or nil.
func BlockOf(ctx context.Context, d db.DB, id uuid.UUID) (*Block, error) {
	whose, reason, err := blockOf(ctx, d, id)
	if err != nil || whose == "" {
		return nil, err
	}
	return &Block{whose == byOffice, reason}, nil
}
