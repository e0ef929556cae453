package safety

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// The two kinds of contact.
const (
	kindPhone = "phone"
	kindEmail = "email"
	proofNone = "none"
)

// changeLife is the time a person has from the form to the codes.
const changeLife = 30 * time.Minute

// contactChange is a row of that table.
type contactChange struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Kind      string
	Value     string
	Proof     string // where the owner's own code went: "phone", "email", "none"
	ProofHash []byte
	ValueHash []byte
	SentAt    time.Time
}

// subjectOf names a contact for a limit, unreadably.
func subjectOf(box *secret.Box, contact string) string {
	return fmt.Sprintf("%x", box.Blind("contact:" + contact)[:12])
}

func (k *contactChange) hash(box *secret.Box, side, code string) []byte {
	return box.Blind("contact:" + side + ":" + k.ID.String() + ":" + code)
}

// readValue brings a new phone or address to its stored form.
func readValue(kind, typed string) (string, error) {
	if kind == kindPhone {
		return rus.MobilePhone(typed)
	}
	s := strings.ToLower(strings.TrimSpace(typed))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return "", &rus.FormatError{Key: "idp.email_wrong"}
	}
	return s, nil
}

// proofs are the ways in which the owner can confirm a change, the first is the usual one: by the old value itself, or when that is
// lost by the other contact. An address that nobody ever confirmed proves nothing, and needs no proof to be replaced.
func proofs(a *account.Account, kind string) []string {
	switch {
	case kind == kindPhone && a.EmailConfirmed:
		return []string{kindPhone, kindEmail}
	case kind == kindPhone:
		return []string{kindPhone}
	case a.EmailConfirmed:
		return []string{kindEmail, kindPhone}
	}
	return []string{proofNone}
}

// beginChange sends both codes. A value that is another's gets a message that says so, and no code: the page is the same.
func (h *Handler) startChange(ctx context.Context, a *account.Account, k *contactChange, lang i18n.Lang) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		taken, err := contactTaken(ctx, tx, k.Kind, k.Value, a.ID, h.Now())
		if err != nil {
			return err
		}
		own, fresh := secret.Code(6), secret.Code(6)
		if k.Proof != proofNone {
			k.ProofHash = k.hash(h.Box, "proof", own)
		}
		if !taken {
			k.ValueHash = k.hash(h.Box, "value", fresh)
		}
		if err := putChange(ctx, tx, k, h.Now()); err != nil {
			return err
		}
		to, notice, args := newValue(k, lang), "contact_code", []any{fresh}
		if taken {
			notice, args = "contact_taken", []any{h.PublicURL + "/login"}
		}
		if err := h.tell(ctx, tx, to, notice, args...); err != nil {
			return err
		}
		return h.sendProof(ctx, tx, a, k, lang, own)
	})
}

func (h *Handler) sendProof(ctx context.Context, tx pgx.Tx, a *account.Account, k *contactChange, lang i18n.Lang, code string) error {
	switch k.Proof {
	case kindPhone:
		return h.sms(ctx, tx, reachOf(a, lang), "contact_proof", code)
	case kindEmail:
		return h.mail(ctx, tx, reachOf(a, lang), "contact_proof", code)
	}
	return nil
}

func newValue(k *contactChange, lang i18n.Lang) reach {
	if k.Kind == kindPhone {
		return reach{Phone: k.Value, Lang: lang}
	}
	return reach{Email: k.Value, Lang: lang}
}

// codesFit counts a try and compares both codes. Both are compared whatever comes of the first.
func (h *Handler) codesFit(ctx context.Context, k *contactChange, proof, value string) (problem string, err error) {
	if digits(value) == "" || k.Proof != proofNone && digits(proof) == "" {
		return "idp_safety.codes_missing", nil
	}
	allowed, err := countChangeTry(ctx, h.DB, k.ID, codeTries)
	if err != nil {
		return "", err
	}
	ok := 1
	if k.Proof != proofNone {
		ok &= subtle.ConstantTimeCompare(k.ProofHash, k.hash(h.Box, "proof", digits(proof)))
	}
	ok &= subtle.ConstantTimeCompare(k.ValueHash, k.hash(h.Box, "value", digits(value)))
	switch {
	case !allowed:
		return "idp_safety.codes_spent", nil
	case h.Now().After(k.SentAt.Add(codeLife)):
		return "idp_safety.codes_old", nil
	case ok != 1:
		return "idp_safety.codes_wrong", nil
	}
	return "", nil
}

// apply puts the new value in place of the old, which is held and can be put back by the link in the notice.
func (h *Handler) apply(ctx context.Context, a *account.Account, k *contactChange, by Actor, lang i18n.Lang) error {
	token, held := secret.Token(32), h.Now().Add(RuleAt(h.Now()).Hold)
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := useChange(ctx, tx, k.ID); err != nil {
			return err
		}
		if err := keepPast(ctx, tx, secret.HashToken(token), a.ID, k.Kind, h.Now(), held); err != nil {
			return err
		}
		if err := setContact(ctx, tx, a.ID, k.Kind, k.Value, h.Now()); err != nil {
			return err
		}
		if err := h.record(ctx, tx, by, a.ID, k.Kind+"_changed", "", map[string]any{"proof": k.Proof}); err != nil {
			return err
		}
		// To the old contacts: the new one is in the hands of whoever changed it.
		until := rus.FormatDate(held, lang)
		return h.tell(ctx, tx, reachOf(a, lang), k.Kind+"_changed", masked(k.Kind, k.Value), h.PublicURL+"/contacts/undo?token="+token, until)
	})
}

func masked(kind, value string) string {
	if kind == kindPhone {
		return rus.MaskPhone(value)
	}
	return rus.MaskEmail(value)
}

// putBack undoes a change for the owner who did not make it. Whoever made it knows the password, so nobody signs in any more until
// the owner has recovered the account.
func (k *Keeper) putBack(ctx context.Context, token []byte, by Actor) error {
	return k.inTx(ctx, func(tx pgx.Tx) error {
		past, err := usePast(ctx, tx, token, k.Now())
		if err != nil {
			return err
		}
		if err := restoreContact(ctx, tx, past); err != nil {
			return err
		}
		if err := k.record(ctx, tx, by, past.AccountID, past.Kind+"_put_back", "", nil); err != nil {
			return err
		}
		return k.block(ctx, tx, past.AccountID, bySelf, by, "idp_safety.reason_undo", "undone")
	})
}

// errTaken means that the value came to another account meanwhile.
func errTaken(kind string) error { return fault.New(fault.Conflict, "idp_safety."+kind+"_taken") }
