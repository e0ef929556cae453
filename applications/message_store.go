package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// messageRow is a message as it is stored.
type messageRow struct {
	ID         uuid.UUID
	Kind       string
	Party      string
	Body       []byte // sealed
	At         time.Time
	Until      *time.Time
	AnsweredAt *time.Time
}

func insertMessage(ctx context.Context, tx pgx.Tx, application uuid.UUID, m messageRow) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_message (id, application, kind, party, body, at, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, m.ID, application, m.Kind, m.Party, m.Body, m.At, m.Until)
	return err
}

func messagesOf(ctx context.Context, d db.DB, application uuid.UUID) ([]messageRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, party, body, at, until, answered_at
		FROM application_message
		WHERE application = $1
		ORDER BY at, id`, application)
	return pgx.CollectRows(rows, pgx.RowToStructByName[messageRow])
}

// answered closes a request or a complaint, once.
func answered(ctx context.Context, tx pgx.Tx, request uuid.UUID, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		UPDATE application_message
		SET answered_at = $2
		WHERE id = $1 AND kind IN ('request', 'appeal') AND answered_at IS NULL`, request, now)
	return done.RowsAffected() == 1, err
}

// messageFile is a file that goes with a message.
type messageFile struct {
	fileRow
	Message *uuid.UUID
}

func messageFiles(ctx context.Context, d db.DB, application uuid.UUID) ([]messageFile, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, party, question, name, kind, size, sha256, scan, kept, created_at, message
		FROM application_file
		WHERE application = $1 AND message IS NOT NULL
		ORDER BY created_at, id`, application)
	return pgx.CollectRows(rows, pgx.RowToStructByName[messageFile])
}

// giveFiles gives a message those of the files that the person has just uploaded for one, and that may be sent.
func giveFiles(ctx context.Context, tx pgx.Tx, application, person, message uuid.UUID, files []uuid.UUID) (int64, error) {
	done, err := tx.Exec(ctx, `
		UPDATE application_file
		SET message = $3, kept = true
		WHERE application = $1 AND person = $2 AND id = ANY($4) AND question = $5 AND (message IS NULL OR message = $3)
			AND scan IN ('clean', 'none')`, application, person, message, files, messageQuestion)
	return done.RowsAffected(), err
}

// looseFiles are those that a person has uploaded for a message that is not said yet.
func looseFiles(ctx context.Context, d db.DB, application, person uuid.UUID, ids []uuid.UUID) ([]fileRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, party, question, name, kind, size, sha256, scan, kept, created_at
		FROM application_file
		WHERE application = $1 AND person = $2 AND id = ANY($3) AND question = $4 AND message IS NULL
		ORDER BY created_at, id`, application, person, ids, messageQuestion)
	return pgx.CollectRows(rows, pgx.RowToStructByName[fileRow])
}

// departmentOf returns which department has a sent application.
func departmentOf(ctx context.Context, d db.DB, application uuid.UUID) (code string, err error) {
	err = d.QueryRow(ctx, `SELECT department FROM delivery WHERE id = $1`, application).Scan(&code)
	return code, err
}

// appointment is when and where the department awaits the applicant.
type appointment struct {
	At    time.Time
	Place string
	Note  string
}

func putAppointment(ctx context.Context, tx pgx.Tx, application uuid.UUID, a appointment, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_appointment (application, at, place, note, told_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (application) DO UPDATE SET at = excluded.at, place = excluded.place, note = excluded.note, told_at = excluded.told_at`,
		application, a.At, a.Place, a.Note, now)
	return err
}

// appointmentOf returns the appointment of an application, or nil.
func appointmentOf(ctx context.Context, d db.DB, application uuid.UUID) (*appointment, error) {
	rows, _ := d.Query(ctx, `SELECT at, place, note FROM application_appointment WHERE application = $1`, application)
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[appointment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return a, err
}

// document is one that the department issued.
type document struct {
	ID        uuid.UUID
	Name      []byte // sealed
	MediaType string
	Size      int64
	SHA256    []byte `db:"sha256"`
	Signature []byte
	Signed    string
	Signer    string
	At        time.Time
}

func insertDocument(ctx context.Context, tx pgx.Tx, application uuid.UUID, o document) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_document (id, application, name, media_type, size, sha256, signature, signed, signer, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, o.ID, application, o.Name, o.MediaType, o.Size, o.SHA256, o.Signature, o.Signed,
		o.Signer, o.At)
	return err
}

func documentsOf(ctx context.Context, d db.DB, application uuid.UUID) ([]document, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, name, media_type, size, sha256, signature, signed, signer, at
		FROM application_document
		WHERE application = $1
		ORDER BY at, id`, application)
	return pgx.CollectRows(rows, pgx.RowToStructByName[document])
}
