package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// partyRow is a party as it is stored.
type partyRow struct {
	Party      string
	Position   int
	Person     *uuid.UUID
	LastName   string
	FirstName  string
	MiddleName string
	SNILS      []byte // sealed
	Contact    []byte // sealed
	JoinedAt   *time.Time
}

func askParties(b *pgx.Batch, application uuid.UUID, into *[]partyRow) {
	b.Queue(`
		SELECT party, position, person, last_name, first_name, middle_name, snils, contact, joined_at
		FROM application_party
		WHERE application = $1
		ORDER BY position`, application).Query(db.Into(into))
}

func insertParty(ctx context.Context, tx pgx.Tx, application uuid.UUID, p partyRow) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO application_party (application, party, position, person, last_name, first_name, middle_name, snils, contact, joined_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, application, p.Party, p.Position, p.Person, p.LastName, p.FirstName,
		p.MiddleName, p.SNILS, p.Contact, p.JoinedAt)
	return err
}

// fillParty puts a person into an empty place.
func fillParty(ctx context.Context, tx pgx.Tx, application uuid.UUID, p partyRow) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_party
		SET person = $3, last_name = $4, first_name = $5, middle_name = $6, snils = $7, contact = $8, joined_at = $9
		WHERE application = $1 AND party = $2 AND person IS NULL`, application, p.Party, p.Person, p.LastName, p.FirstName,
		p.MiddleName, p.SNILS, p.Contact, p.JoinedAt)
	return err
}

// answersRow are the answers of one owner, and when they were last changed.
type answersRow struct {
	Party     string
	Sealed    []byte
	UpdatedAt time.Time
}

func askAnswers(b *pgx.Batch, application uuid.UUID, into *[]answersRow) {
	b.Queue(`SELECT party, sealed, updated_at FROM application_answers WHERE application = $1`, application).Query(db.Into(into))
}

func saveAnswers(ctx context.Context, tx pgx.Tx, application uuid.UUID, owner string, sealed []byte, now time.Time) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO application_answers (application, party, sealed, updated_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (application, party) DO UPDATE
		SET sealed = excluded.sealed, version = application_answers.version + 1, updated_at = excluded.updated_at`,
		application, owner, sealed, now)
	return err
}

// Event is something that happened to an application.
type Event struct {
	Kind  string
	Party string // whose doing, "" for the portal's or the department's
	Note  string // the department's own words
	At    time.Time
}

func insertEvent(ctx context.Context, tx pgx.Tx, application uuid.UUID, e Event) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO application_event (application, kind, party, note, at)
		VALUES ($1, $2, $3, $4, $5)`, application, e.Kind, e.Party, e.Note, e.At)
	return err
}

// eventsOf returns the history, oldest first.
func eventsOf(ctx context.Context, d db.DB, application uuid.UUID) ([]Event, error) {
	rows, _ := d.Query(ctx, `
		SELECT kind, party, note, at
		FROM application_event
		WHERE application = $1
		ORDER BY id`, application)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Event])
}
