package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// lockPlaces lets one transaction at a time change who has a place. Two applications that swap their times would otherwise
// wait for each other in a circle at the unique index; here both take the locks in the same order.
func lockPlaces(ctx context.Context, tx pgx.Tx, a place, b *place) error {
	names := []string{a.Office + " " + a.At.UTC().Format(time.RFC3339)}
	if b != nil {
		names = append(names, b.Office+" "+b.At.UTC().Format(time.RFC3339))
	}
	_, err := tx.Exec(ctx, `
		SELECT pg_advisory_xact_lock(k)
		FROM (SELECT DISTINCT hashtextextended(n, 6) AS k FROM unnest($1::text[]) AS n ORDER BY k) AS ordered`, names)
	return err
}

// holdSlot takes a free seat at a place, freeing in the same statement's transaction those whose hold has expired. What makes
// it safe is the index application_booking_taken, not the look for a free seat.
func holdSlot(ctx context.Context, tx pgx.Tx, application uuid.UUID, p place, now, until time.Time) (*booking, error) {
	_, err := tx.Exec(ctx, `
		UPDATE application_booking
		SET state = 'released', hold_until = NULL, released_at = $3
		WHERE office = $1 AND starts_at = $2 AND state = 'held' AND hold_until <= $3`, p.Office, p.At, now)
	if err != nil {
		return nil, err
	}
	b := booking{Office: p.Office, StartsAt: p.At, State: "held", HoldUntil: &until}
	err = tx.QueryRow(ctx, `
		INSERT INTO application_booking (id, application, office, starts_at, seat, state, hold_until, created_at)
		VALUES ($1, $2, $3, $4, 1, 'held', $5, $6)
		ON CONFLICT (office, starts_at, seat) WHERE state IN ('held', 'booked') DO NOTHING
		RETURNING id`, uuid.Must(uuid.NewV7()), application, p.Office, p.At, until, now).Scan(&b.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errSlotTaken
	}
	return &b, err
}

// heldElsewhere counts the times that a person's other applications hold without having them booked.
func heldElsewhere(ctx context.Context, tx pgx.Tx, person, application uuid.UUID, now time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*)
		FROM application_party p
		JOIN application_booking b ON b.application = p.application AND b.state = 'held' AND b.hold_until > $3
		WHERE p.person = $1 AND p.application <> $2`, person, application, now).Scan(&n)
	return n, err
}

// extendHold returns false when the hold is no longer there.
func extendHold(ctx context.Context, tx pgx.Tx, id uuid.UUID, until time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `UPDATE application_booking SET hold_until = $2 WHERE id = $1 AND state = 'held'`, id, until)
	return done.RowsAffected() == 1, err
}

func confirmSlot(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE application_booking SET state = 'booked', hold_until = NULL WHERE id = $1`, id)
	return err
}

// releaseSlot frees what the application has, if anything.
func releaseSlot(ctx context.Context, tx pgx.Tx, application uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_booking
		SET state = 'released', hold_until = NULL, released_at = $2
		WHERE application = $1 AND state IN ('held', 'booked')`, application, now)
	return err
}

// askBooking finds what the application has.
func askBooking(b *pgx.Batch, application uuid.UUID, into *[]booking) {
	b.Queue(`
		SELECT id, office, starts_at, state, hold_until
		FROM application_booking
		WHERE application = $1 AND state IN ('held', 'booked')`, application).Query(db.Into(into))
}

// takenTimes returns the starts, as Unix seconds, that others have at an office.
func takenTimes(ctx context.Context, d db.DB, mine uuid.UUID, office string, from, until, now time.Time) (map[int64]bool, error) {
	rows, _ := d.Query(ctx, `
		SELECT starts_at
		FROM application_booking
		WHERE office = $1 AND starts_at BETWEEN $2 AND $3 AND application <> $5
			AND state IN ('held', 'booked') AND (state = 'booked' OR hold_until > $4)`, office, from, until, now, mine)
	starts, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, err
	}
	busy := make(map[int64]bool, len(starts))
	for _, at := range starts {
		busy[at.Unix()] = true
	}
	return busy, nil
}
