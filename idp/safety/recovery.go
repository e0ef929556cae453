package safety

import (
	"context"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

const (
	recoveryLife  = time.Hour
	codeLife      = 10 * time.Minute
	codeTries     = 5
	documentTries = 3
)

// recovery is a row of that table.
type recovery struct {
	ID            uuid.UUID
	TokenHash     []byte
	Contact       string // sealed in the table
	Channel       notify.Channel
	Lang          i18n.Lang
	AccountID     *uuid.UUID
	CodeHash      []byte
	SentAt        time.Time
	VerifiedAt    *time.Time
	DocumentTries int
	ProvenAt      *time.Time
	RequestID     *uuid.UUID
}

// contactAAD binds the sealed contact to its row.
func contactAAD(id uuid.UUID) []byte { return []byte("recovery.contact:" + id.String()) }

// readContact says what was typed: a phone or an address, in its stored form.
func readContact(typed string) (contact string, channel notify.Channel, err error) {
	if strings.Contains(typed, "@") {
		return strings.ToLower(strings.TrimSpace(typed)), notify.Email, nil
	}
	contact, err = rus.MobilePhone(typed)
	return contact, notify.SMS, err
}

// RecoveryArgs looks for the account of a recovery and sends the code. It is a job, so that the page answers in the same time
// whether there is such an account or not.
type RecoveryArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job.
func (RecoveryArgs) Kind() string { return "idp.recovery" }

// begin stores a recovery and lets the job do the rest.
func (h *Handler) begin(ctx context.Context, r *recovery) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := insertRecovery(ctx, tx, h.Box, r, h.Now()); err != nil {
			return err
		}
		_, err := h.River.InsertTx(ctx, tx, RecoveryArgs{ID: r.ID}, nil)
		return err
	})
}

// again voids the code and sends another.
func (h *Handler) again(ctx context.Context, r *recovery) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := voidRecoveryCode(ctx, tx, r.ID, h.Now()); err != nil {
			return err
		}
		_, err := h.River.InsertTx(ctx, tx, RecoveryArgs{ID: r.ID}, nil)
		return err
	})
}

func recoveryCode(box *secret.Box, id uuid.UUID, code string) []byte {
	return box.Blind("recovery:" + id.String() + ":" + code)
}

type recoveryWorker struct {
	river.WorkerDefaults[RecoveryArgs]
	*Jobs
}

// Work finds the account and sends the code; to nobody's contact nothing is sent.
func (w *recoveryWorker) Work(ctx context.Context, job *river.Job[RecoveryArgs]) error {
	return w.Keeper.inTx(ctx, func(tx pgx.Tx) error {
		r, err := recoveryByID(ctx, tx, w.Box, job.Args.ID)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && r.VerifiedAt != nil {
			return nil
		}
		if err != nil {
			return err
		}
		id, err := accountByContact(ctx, tx, r.Channel, r.Contact)
		if err != nil || id == uuid.Nil {
			return err
		}
		code := secret.Code(6)
		if err := setRecoveryCode(ctx, tx, r.ID, id, recoveryCode(w.Box, r.ID, code), w.Now()); err != nil {
			return err
		}
		by := Actor{ID: "idp.recovery", Role: "system"}
		if err := w.record(ctx, tx, by, id, "recovery_asked", "", map[string]any{"channel": r.Channel}); err != nil {
			return err
		}
		to := reach{Lang: r.Lang}
		if r.Channel == notify.SMS {
			to.Phone = r.Contact
			return w.sms(ctx, tx, to, "recovery_code", code)
		}
		to.Email = r.Contact
		return w.mail(ctx, tx, to, "recovery_code", code)
	})
}

// enterCode returns the locale key of what is wrong with a code, or "".
func (h *Handler) enterCode(ctx context.Context, r *recovery, typed string) (problem string, err error) {
	if digits(typed) == "" {
		return "idp.code_empty", nil
	}
	allowed, err := countCodeTry(ctx, h.DB, r.ID, codeTries)
	if err != nil {
		return "", err
	}
	fits := subtle.ConstantTimeCompare(r.CodeHash, recoveryCode(h.Box, r.ID, digits(typed))) == 1
	switch {
	case !allowed:
		return "idp.code_spent", nil
	case h.Now().After(r.SentAt.Add(codeLife)):
		return "idp.code_old", nil
	case !fits || r.AccountID == nil:
		return "idp.code_wrong", nil
	}
	return "", h.inTx(ctx, func(tx pgx.Tx) error {
		a, err := account.ByID(ctx, tx, *r.AccountID)
		if err != nil {
			return err
		}
		// Nobody's documents are known below the standard level: there the contact is all that was ever proven.
		return setRecoveryVerified(ctx, tx, r.ID, h.Now(), !a.Level.AtLeast(account.Standard))
	})
}

// The documents that prove an owner.
const (
	docPassport = "passport"
	docSNILS    = "snils"
	docINN      = "inn"
)

// readDocument brings a typed number to its stored form.
func readDocument(kind, typed string) (string, error) {
	switch kind {
	case docPassport:
		return rus.Passport(typed)
	case docSNILS:
		return rus.SNILS(typed)
	case docINN:
		return rus.INNPerson(typed)
	}
	return "", fault.New(fault.Invalid, "idp_safety.document_missing")
}

// ownsDocument compares a number with those that the registers have confirmed.
func (h *Handler) ownsDocument(ctx context.Context, d db.DB, id uuid.UUID, kind, number string) (bool, error) {
	i, err := account.IdentityOf(ctx, d, h.Box, id)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return false, err
	}
	known := ""
	switch {
	case kind == docINN && h.INN != nil:
		if known, err = h.INN(ctx, d, id); err != nil {
			return false, err
		}
	case i == nil || i.State != "passed":
	case kind == docPassport:
		known = i.Document.Series + " " + i.Document.Number
	case kind == docSNILS:
		known = i.SNILS
	}
	return known != "" && subtle.ConstantTimeCompare([]byte(known), []byte(number)) == 1, nil
}

// proveDocument counts a try before it compares, and tells the owner when the last one was wrong.
func (h *Handler) proveDocument(ctx context.Context, r *recovery, by Actor, kind, number string) (ok bool, err error) {
	err = h.inTx(ctx, func(tx pgx.Tx) error {
		allowed, err := countDocumentTry(ctx, tx, r.ID, documentTries)
		if err != nil || !allowed {
			return err
		}
		if ok, err = h.ownsDocument(ctx, tx, *r.AccountID, kind, number); err != nil {
			return err
		}
		if ok {
			return setRecoveryProven(ctx, tx, r.ID, h.Now())
		}
		if err := h.record(ctx, tx, by, *r.AccountID, "recovery_document_wrong", "", map[string]any{"document": kind}); err != nil {
			return err
		}
		if r.DocumentTries+1 < documentTries {
			return nil
		}
		return h.tellOwner(ctx, tx, *r.AccountID, "recovery_failed")
	})
	return ok, err
}

// tellOwner sends a notice in the language of the owner's last sign-in.
func (k *Keeper) tellOwner(ctx context.Context, tx pgx.Tx, id uuid.UUID, notice string, args ...any) error {
	a, err := account.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	return k.tell(ctx, tx, reachOf(a, a.Language), notice, args...)
}

// finish sets the new password, once, and ends whatever was open. A block of the person's own is lifted: this is its key.
func (h *Handler) finish(ctx context.Context, r *recovery, by Actor, hash string, lang i18n.Lang) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		id, err := useRecovery(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		by.ID = id.String()
		if err := account.SetPassword(ctx, tx, id, hash); err != nil {
			return err
		}
		lifted, err := liftBlock(ctx, tx, id, bySelf)
		if err != nil {
			return err
		}
		if lifted {
			if err := h.record(ctx, tx, by, id, "unblocked", "", nil); err != nil {
				return err
			}
		}
		if err := h.closeAll(ctx, tx, id); err != nil {
			return err
		}
		if err := h.record(ctx, tx, by, id, "recovered", "", nil); err != nil {
			return err
		}
		a, err := account.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		return h.tell(ctx, tx, reachOf(a, lang), "recovered", h.PublicURL+"/login/recovery")
	})
}
