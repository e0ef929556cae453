package safety

import (
	"context"
	"crypto/subtle"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/i18n"
	"tamga/internal/secret"
)

const purposeDelete = "delete"

func deletionHash(box *secret.Box, id uuid.UUID, code string) []byte {
	return box.Blind("delete:" + id.String() + ":" + code)
}

// codeForDeletion sends the code that confirms a deletion.
func (h *Handler) codeForDeletion(ctx context.Context, a *account.Account, lang i18n.Lang) error {
	code := secret.Code(6)
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := putOwnCode(ctx, tx, a.ID, purposeDelete, deletionHash(h.Box, a.ID, code), h.Now()); err != nil {
			return err
		}
		return h.sms(ctx, tx, reachOf(a, lang), "delete_code", code)
	})
}

// checkDeletionCode returns the locale key of what is wrong with a code, or "". A right one is good once.
func (h *Handler) checkDeletionCode(ctx context.Context, id uuid.UUID, typed string) (problem string, err error) {
	if digits(typed) == "" {
		return "idp.code_empty", nil
	}
	hash, sent, err := tryOwnCode(ctx, h.DB, id, purposeDelete, codeTries)
	switch {
	case err != nil:
		return "", err
	case hash == nil:
		return "idp.code_spent", nil
	case h.Now().After(sent.Add(codeLife)):
		return "idp.code_old", nil
	case subtle.ConstantTimeCompare(hash, deletionHash(h.Box, id, digits(typed))) != 1:
		return "idp.code_wrong", nil
	}
	return "", useOwnCode(ctx, h.DB, id, purposeDelete)
}
