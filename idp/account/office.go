package account

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// ReadData reads the form of personal data that somebody else types for a person, as the person's own page does.
func ReadData(t func(string, ...any) string, value func(string) string, now time.Time) (*Identity, *Reading) {
	return readDataForm(value).read(t, nil, now)
}

// DataFields are the fields of that form, about the person and about the document.
func DataFields(t func(string, ...any) string, lang i18n.Lang, value func(string) string, r *Reading) (person, document []frontend.Field) {
	f := readDataForm(value)
	if f.Citizenship == "" {
		f.Citizenship = Russia
	}
	return personFields(t, lang, f, false, r), documentFields(t, f, r)
}

// ParseEmail brings an address to its stored form.
func ParseEmail(s string) (string, error) { return parseEmail(s) }

// ProblemOf says in the reader's language what is wrong with a value, or "" when err is nil.
func ProblemOf(t func(string, ...any) string, err error) string { return problemOf(t, err) }

// RegisterFor opens an account for somebody who stands before an operator, and starts the checks of the data. By is the operator as
// an entry of the journal begins.
func (h *Handler) RegisterFor(ctx context.Context, tx pgx.Tx, a *Account, i *Identity, hash string, by journal.Entry) (round int, err error) {
	if err := insertAccount(ctx, tx, a, hash, h.Now()); err != nil {
		return 0, err
	}
	by.Action, by.Subject = "idp.confirm.registered", a.ID.String()
	if err := journal.Write(ctx, tx, by); err != nil {
		return 0, err
	}
	if h.Born != nil {
		if err := h.Born(ctx, tx, a.ID); err != nil {
			return 0, err
		}
	}
	if err := h.mailConfirmation(ctx, tx, a, a.Language); err != nil {
		return 0, err
	}
	i.Account = a.ID
	return h.beginRound(ctx, tx, i, by)
}

// ConfirmEmail sends the link that confirms an account's address.
func (h *Handler) ConfirmEmail(ctx context.Context, tx pgx.Tx, a *Account) error {
	return h.mailConfirmation(ctx, tx, a, a.Language)
}
