package confirm

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// resetDelay is the time in which the holder of an account can say no to what somebody with a passport has asked for in a centre.
const resetDelay = 24 * time.Hour

// reset is a wish to be freed of second proofs that are lost: a row of factor_reset.
type reset struct {
	ID         uuid.UUID
	AccountID  uuid.UUID
	OperatorID uuid.UUID
	CentreOID  int64
	Centre     string
	DueAt      time.Time
}

// ResetArgs takes the second proofs off an account when the time to say no is over.
type ResetArgs struct {
	ResetID uuid.UUID `json:"reset_id"`
}

// Kind names the job.
func (ResetArgs) Kind() string { return "idp.confirm_reset" }

type resetWorker struct {
	river.WorkerDefaults[ResetArgs]
	*Jobs
}

// askReset notes that the person at the desk has lost the second proofs, and tells all their contacts.
func (h *Handler) askReset(ctx context.Context, o *operator, v *visit) error {
	now, token := h.Now(), secret.Token(24)
	r := &reset{ID: uuid.Must(uuid.NewV7()), AccountID: v.AccountID, OperatorID: o.ID, CentreOID: o.Centre.OID, Centre: o.Centre.Name, DueAt: now.Add(resetDelay)}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := lockAccount(ctx, tx, v.AccountID); err != nil {
			return err
		}
		if err := h.stillMay(ctx, tx, o); err != nil {
			return err
		}
		if err := endVisit(ctx, tx, v.ID, now); err != nil {
			return err
		}
		if err := putReset(ctx, tx, r, secret.HashToken(token), now); err != nil {
			return err
		}
		if _, err := h.River.InsertTx(ctx, tx, ResetArgs{r.ID}, &river.InsertOpts{ScheduledAt: r.DueAt}); err != nil {
			return err
		}
		if err := journal.Write(ctx, tx, o.entry("factors_asked", v.AccountID, purposeKey(forFactors), nil)); err != nil {
			return err
		}
		a, err := account.ByID(ctx, tx, v.AccountID)
		if err != nil {
			return err
		}
		return h.announcer().tell(ctx, tx, a, "factors_asked", rus.FormatDateTime(r.DueAt, a.Language), h.PublicURL+"/confirm/keep?token="+token)
	})
}

// keepFactors is the holder's no.
func (h *Handler) keepFactors(ctx context.Context, r *reset, by journal.Entry) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		kept, err := takeReset(ctx, tx, r.ID, "kept", r.DueAt, h.Now())
		if err != nil {
			return err
		}
		if kept == nil {
			return fault.New(fault.NotFound, "idp_confirm.keep_gone")
		}
		by.Actor, by.Subject, by.Action = kept.AccountID.String(), kept.AccountID.String(), "idp.confirm.factors_kept"
		if err := journal.Write(ctx, tx, by); err != nil {
			return err
		}
		a, err := account.ByID(ctx, tx, kept.AccountID)
		if err != nil {
			return err
		}
		return h.announcer().tell(ctx, tx, a, "factors_kept")
	})
}

// Work frees an account of its second proofs, unless its holder said no. All sessions end, as after a new password.
func (w *resetWorker) Work(ctx context.Context, r *river.Job[ResetArgs]) error {
	return pgx.BeginFunc(ctx, w.DB, func(tx pgx.Tx) error {
		done, err := takeReset(ctx, tx, r.Args.ResetID, "done", w.Now(), w.Now())
		if err != nil || done == nil {
			return err
		}
		if err := dropFactors(ctx, tx, done.AccountID, w.Now()); err != nil {
			return err
		}
		if err := w.Sessions.EndOf(ctx, tx, done.AccountID); err != nil {
			return err
		}
		err = journal.Write(ctx, tx, journal.Entry{Actor: done.OperatorID.String(), ActorRole: "operator", Action: "idp.confirm.factors_removed",
			Subject: done.AccountID.String(), Purpose: purposeKey(forFactors), Details: map[string]any{"centre": done.Centre, "centre_oid": done.CentreOID}})
		if err != nil {
			return err
		}
		a, err := account.ByID(ctx, tx, done.AccountID)
		if err != nil {
			return err
		}
		return announcer{w.Notify, w.Pages, w.PublicURL}.tell(ctx, tx, a, "factors_removed")
	})
}
