package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// CreateCharge makes a charge, or returns the one that its origin has already, open or paid. When that one is of another
// amount the answer is a Conflict: cancel it first.
func CreateCharge(ctx context.Context, d db.DB, n NewCharge) (*Charge, error) {
	if n.At.IsZero() {
		n.At = time.Now()
	}
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error { return insertCharge(ctx, tx, n) })
	if err != nil {
		return nil, fmt.Errorf("create charge for %s %s: %w", n.Origin.Kind, n.Origin.ID, err)
	}
	c, err := ChargeOf(ctx, d, n.Origin)
	if err != nil {
		return nil, err
	}
	if c.Amount != n.Amount {
		return nil, fault.New(fault.Conflict, "payments.charge_differs")
	}
	return c, nil
}

func insertCharge(ctx context.Context, tx pgx.Tx, n NewCharge) error {
	p, err := PayeeOn(ctx, tx, n.Payee, n.At)
	if err != nil {
		return err
	}
	var exists bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM charge WHERE origin_kind = $1 AND origin_id = $2 AND status NOT IN ('cancelled', 'refunded'))`,
		n.Origin.Kind, n.Origin.ID).Scan(&exists)
	if err != nil || exists {
		return err
	}
	uin, err := uinOf(ctx, tx, n, p)
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	tag, err := tx.Exec(ctx, `
		INSERT INTO charge (id, uin, origin_kind, origin_id, source, reference, payer, identity, last_name, first_name, middle_name, amount,
			purpose, service, payee, payee_from, part_allowed, due, email, phone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
		ON CONFLICT (origin_kind, origin_id) WHERE status NOT IN ('cancelled', 'refunded') DO NOTHING`,
		id, uin, n.Origin.Kind, n.Origin.ID, n.Source, n.Reference, uuid.NullUUID{UUID: n.Payer, Valid: n.Payer != uuid.Nil}, n.sealed,
		n.Last, n.First, n.Middle, n.Amount, n.Purpose, n.Service, p.Code, p.ValidFrom, n.Part, timeOrNil(n.Due), n.Email, n.Phone, n.At)
	if db.IsUnique(err, "charge_live_uin") {
		return fault.New(fault.Conflict, "payments.uin_taken")
	}
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	for _, k := range n.keys {
		if _, err := tx.Exec(ctx, `INSERT INTO charge_key (hash, charge_id, kind) VALUES ($1, $2, $3)`, k.hash, id, k.kind); err != nil {
			return err
		}
	}
	if err := replaceLines(ctx, tx, id, n.Lines); err != nil {
		return err
	}
	if n.Discount != "" {
		if err := insertDiscount(ctx, tx, id, n.Discount, n.Decided); err != nil {
			return err
		}
	}
	if err := noteCharge(ctx, tx, id, chargeEvent{"created", n.Amount, n.Origin.Kind, n.Reference, n.At}); err != nil {
		return err
	}
	return book(ctx, tx, entry{Kind: "charge", At: n.At, Charge: id}, position{{"receivable", Currency}: n.Amount, {"accrued", Currency}: -n.Amount})
}

// uinOf is the УИН that the origin gave, checked, or a new one.
func uinOf(ctx context.Context, tx pgx.Tx, n NewCharge, p *Payee) (string, error) {
	if n.UIN != "" {
		return rus.UIN(n.UIN)
	}
	return nextUIN(ctx, tx, p.UINPrefix)
}

// insertDiscount gives the charge the discount of a rule as it was on the day of the decision, until the end of its last day
// in Moscow. A rule that was not in force yet gives nothing.
func insertDiscount(ctx context.Context, tx pgx.Tx, charge uuid.UUID, code string, decided time.Time) error {
	day := decided.In(rus.Moscow)
	var percent, days int
	var ground string
	err := tx.QueryRow(ctx, `
		SELECT percent, days, ground
		FROM discount_rule
		WHERE code = $1 AND valid_from <= $2::date
		ORDER BY valid_from DESC
		LIMIT 1`, code, day.Format(time.DateOnly)).Scan(&percent, &days, &ground)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	until := time.Date(day.Year(), day.Month(), day.Day()+days+1, 0, 0, 0, 0, rus.Moscow)
	_, err = tx.Exec(ctx, `INSERT INTO charge_discount (charge_id, until, percent, ground) VALUES ($1, $2, $3, $4)`, charge, until, percent, ground)
	return err
}

func nextUIN(ctx context.Context, d db.DB, prefix string) (string, error) {
	var n int64
	if err := d.QueryRow(ctx, `SELECT nextval('charge_uin')`).Scan(&n); err != nil {
		return "", err
	}
	return rus.NewUIN(fmt.Sprintf("%s%011d", prefix, n))
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

const chargeColumns = `c.id, c.uin, c.origin_kind, c.origin_id, c.source, c.reference,
	coalesce(c.payer, '00000000-0000-0000-0000-000000000000') AS payer, c.last_name, c.first_name, c.middle_name,
	c.amount, c.exempt, c.discounted, c.paid AS credited, c.part_allowed, c.purpose, c.service, c.payee, c.payee_from, c.due, c.email, c.phone,
	c.status, c.created_at, c.paid_at,
	coalesce((SELECT jsonb_agg(jsonb_build_object('percent', d.percent, 'until', d.until, 'ground', d.ground))
		FROM charge_discount d WHERE d.charge_id = c.id), '[]') AS discounts,
	coalesce((SELECT p.receipt FROM payment p WHERE p.charge_id = c.id AND p.state = 'succeeded'
		ORDER BY p.paid_at DESC LIMIT 1), '') AS receipt`

// ChargeOf returns the newest charge of an origin, cancelled ones included.
func ChargeOf(ctx context.Context, d db.DB, o Origin) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.origin_kind = $1 AND c.origin_id = $2
		ORDER BY c.status NOT IN ('cancelled', 'refunded') DESC, c.created_at DESC
		LIMIT 1`, o.Kind, o.ID)
	return oneCharge(rows)
}

// chargeFor returns a charge that the reader may see and pay: the own one, one that names the reader's own numbers, or one
// whose УИН or number the reader has named.
func chargeFor(ctx context.Context, d db.DB, r Reader, id uuid.UUID) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.id = $1 AND (c.payer = $2
			OR EXISTS (SELECT FROM charge_key k WHERE k.charge_id = c.id AND k.hash = ANY($3::bytea[]))
			OR EXISTS (SELECT FROM charge_claim m WHERE m.charge_id = c.id AND m.account = $2))`, id, r.Account, r.Keys)
	c, err := oneCharge(rows)
	if err != nil || c.Payer == r.Account {
		if err == nil {
			c.Mine = true
		}
		return c, err
	}
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT FROM charge_key WHERE charge_id = $1 AND hash = ANY($2::bytea[]))`, id, r.Keys).Scan(&c.Mine)
	return c, err
}

// OpenCharges returns what the reader owes, the most urgent first: the own charges, and those that name the reader's numbers.
func OpenCharges(ctx context.Context, d db.DB, r Reader) ([]*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.status = 'open' AND c.id IN (
			SELECT id FROM charge WHERE payer = $1
			UNION
			SELECT charge_id FROM charge_key WHERE hash = ANY($2::bytea[]))
		ORDER BY c.due NULLS LAST, c.created_at
		LIMIT 200`, r.Account, r.Keys)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
}

// ClaimByUIN lets an account pay the charge of that УИН, whosever it is. The caller limits how often one may try, and shows
// neither the name nor the numbers of the payer.
func ClaimByUIN(ctx context.Context, d db.DB, account uuid.UUID, uin string, at time.Time) (*Charge, error) {
	uin, err := rus.UIN(uin)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	err = d.QueryRow(ctx, `
		INSERT INTO charge_claim (charge_id, account, via, at)
		(SELECT c.id, $2::uuid, $3, $4::timestamptz FROM charge c WHERE c.uin = $1
			ORDER BY c.status NOT IN ('cancelled', 'refunded') DESC, c.created_at DESC LIMIT 1)
		ON CONFLICT (charge_id, account) DO UPDATE SET at = excluded.at
		RETURNING charge_id`, uin, account, byUIN, at).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments.no_charge")
	}
	if err != nil {
		return nil, err
	}
	return chargeFor(ctx, d, Reader{Account: account, Keys: [][]byte{}}, id)
}

// ClaimByNumber lets an account pay the open charges of a vehicle, a licence, a utility account or another number that it has
// named. The same care as with ClaimByUIN is the caller's.
func ClaimByNumber(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID, id Identity, at time.Time) ([]*Charge, error) {
	r, err := ReaderOf(box, account, id)
	if err != nil {
		return nil, err
	}
	_, err = d.Exec(ctx, `
		INSERT INTO charge_claim (charge_id, account, via, at, key_hash)
		SELECT DISTINCT ON (c.id) c.id, $2::uuid, $3, $4::timestamptz, k.hash
		FROM charge_key k
		JOIN charge c ON c.id = k.charge_id
		WHERE k.hash = ANY($1::bytea[]) AND c.status = 'open'
		ON CONFLICT (charge_id, account) DO UPDATE SET key_hash = excluded.key_hash, at = excluded.at`, r.Keys, account, byNumber, at)
	if err != nil {
		return nil, err
	}
	return OpenCharges(ctx, d, Reader{Keys: r.Keys})
}

// lockCharge holds the charge until the transaction ends. Whoever changes a charge or one of its payments takes this lock
// first, and no other: so two of them wait for each other, and never in a circle.
func lockCharge(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Charge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.id = $1
		FOR UPDATE OF c`, id)
	return oneCharge(rows)
}

func oneCharge(rows pgx.Rows) (*Charge, error) {
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Charge])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments.no_charge")
	}
	return c, err
}

// lockOrigin locks the live charge of an origin; nil when it has none.
func lockOrigin(ctx context.Context, tx pgx.Tx, o Origin) (*Charge, error) {
	var id uuid.UUID
	err := tx.QueryRow(ctx, `
		SELECT id FROM charge
		WHERE origin_kind = $1 AND origin_id = $2 AND status NOT IN ('cancelled', 'refunded')`, o.Kind, o.ID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return lockCharge(ctx, tx, id)
}

// CancelCharge cancels the unpaid charge of an origin. It is no error when there is none; a paid one is a Conflict. When a
// payment under way succeeds afterwards, it is kept and shown as money to be returned, and SurplusArgs tells the origin. Parts
// that were paid are to be returned too.
func CancelCharge(ctx context.Context, d db.DB, o Origin) error {
	return CancelChargeFor(ctx, d, o, "origin", "", time.Now())
}

// CancelChargeFor cancels like CancelCharge and says who does it and why.
func CancelChargeFor(ctx context.Context, d db.DB, o Origin, actor, reason string, at time.Time) error {
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		c, err := lockOrigin(ctx, tx, o)
		if err != nil || c == nil {
			return err
		}
		if c.Status != Open {
			return fault.New(fault.Conflict, "payments.already_paid")
		}
		_, err = tx.Exec(ctx, `
			UPDATE charge
			SET status = 'cancelled', cancelled_at = $2::timestamptz, cancel_reason = $3, refund_since = CASE WHEN paid > 0 THEN $2::timestamptz END
			WHERE id = $1`, c.ID, at, reason)
		if err != nil {
			return err
		}
		if err := noteCharge(ctx, tx, c.ID, chargeEvent{"cancelled", c.Rest(), actor, reason, at}); err != nil {
			return err
		}
		if err := writeOff(ctx, tx, c.ID, "cancellation", c.Rest(), at); err != nil {
			return err
		}
		return askRefunds(ctx, tx, c.ID, "withdrawal", at)
	})
	if err != nil && !errors.Is(err, fault.Conflict) {
		return fmt.Errorf("cancel charge of %s %s: %w", o.Kind, o.ID, err)
	}
	return err
}

// ExemptCharge takes a sum off the open charge of an origin for good: an exemption from a duty, with its ground. When nothing
// is left to pay, the charge is cancelled.
func ExemptCharge(ctx context.Context, d db.DB, o Origin, sum int64, actor, ground string, at time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		c, err := lockOrigin(ctx, tx, o)
		switch {
		case err != nil:
			return err
		case c == nil:
			return fault.New(fault.NotFound, "payments.no_charge")
		case c.Status != Open:
			return fault.New(fault.Conflict, "payments.already_paid")
		case sum <= 0 || sum > c.Rest():
			return fault.New(fault.Invalid, "payments.exempt_sum")
		}
		if sum == c.Rest() {
			return CancelChargeFor(ctx, tx, o, actor, ground, at)
		}
		if _, err := tx.Exec(ctx, `UPDATE charge SET exempt = exempt + $2 WHERE id = $1`, c.ID, sum); err != nil {
			return err
		}
		if err := noteCharge(ctx, tx, c.ID, chargeEvent{"exempted", sum, actor, ground, at}); err != nil {
			return err
		}
		return writeOff(ctx, tx, c.ID, "exemption", sum, at)
	})
}

// chargeEvent is a line of the history of a charge.
type chargeEvent struct {
	Event  string
	Amount int64
	Actor  string
	Detail string
	At     time.Time
}

// noteCharge adds to the history. The caller holds the charge's lock.
func noteCharge(ctx context.Context, tx pgx.Tx, id uuid.UUID, e chargeEvent) error {
	_, err := tx.Exec(ctx, `
		WITH next AS (UPDATE charge SET events = events + 1 WHERE id = $1 RETURNING events)
		INSERT INTO charge_event (charge_id, seq, event, amount, actor, detail, at)
		SELECT $1, events, $2, $3, $4, $5, $6 FROM next`, id, e.Event, e.Amount, e.Actor, e.Detail, e.At)
	return err
}

// OweRefund notes that the origin of a paid charge came to nothing, so that staff who find the payment know of it, and asks
// for the refund of its payments: two employees let it go. One that is owed again, for the bank took its money back, is cancelled.
func OweRefund(ctx context.Context, d db.DB, o Origin, at time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		c, err := lockOrigin(ctx, tx, o)
		if err != nil || c == nil {
			return err
		}
		if c.Status == Open {
			return CancelChargeFor(ctx, tx, o, "origin", "", at)
		}
		_, err = tx.Exec(ctx, `UPDATE charge SET refund_since = coalesce(refund_since, $2) WHERE id = $1`, c.ID, at)
		if err != nil {
			return err
		}
		return askRefunds(ctx, tx, c.ID, "refusal", at)
	})
}

// setContact keeps where the payer wants the receipt to go.
func setContact(ctx context.Context, tx pgx.Tx, id uuid.UUID, email string) error {
	_, err := tx.Exec(ctx, `UPDATE charge SET email = $2 WHERE id = $1`, id, email)
	return err
}
