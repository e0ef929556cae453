package support

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// selectIncident reads an incident; conditions follow.
const selectIncident = `SELECT id, number, key, source, line, topic, kind, state, step, COALESCE(account_id, '00000000-0000-0000-0000-000000000000'),
	contact, lang, cause, application_id, delivery_id, payment_id, assignee, merged_into, raised_at, due_at, answered_at, closed_at
	FROM support_incident `

func scanIncident(row pgx.CollectableRow) (*Incident, error) {
	var i Incident
	err := row.Scan(&i.ID, &i.Number, &i.Key, &i.Source, &i.Line, &i.Topic, &i.Kind, &i.State, &i.Step, &i.Account, &i.Contact, &i.Lang, &i.Cause,
		&i.Application, &i.Delivery, &i.Payment, &i.Assignee, &i.MergedInto, &i.RaisedAt, &i.DueAt, &i.AnsweredAt, &i.ClosedAt)
	return &i, err
}

func oneIncident(ctx context.Context, d db.DB, sql string, args ...any) (*Incident, error) {
	rows, err := d.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanIncident)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotFound
	}
	return i, err
}

func incidents(ctx context.Context, d db.DB, sql string, args ...any) ([]*Incident, error) {
	rows, err := d.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanIncident)
}

func incidentByID(ctx context.Context, d db.DB, id uuid.UUID) (*Incident, error) {
	return oneIncident(ctx, d, selectIncident+`WHERE id = $1`, id)
}

func lockIncident(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Incident, error) {
	return oneIncident(ctx, tx, selectIncident+`WHERE id = $1 FOR UPDATE`, id)
}

func incidentByNumber(ctx context.Context, d db.DB, number string) (*Incident, error) {
	return oneIncident(ctx, d, selectIncident+`WHERE number = $1`, number)
}

// incidentOf is a citizen's own incident: anybody else's is not found.
func incidentOf(ctx context.Context, d db.DB, account, id uuid.UUID) (*Incident, error) {
	return oneIncident(ctx, d, selectIncident+`WHERE id = $1 AND account_id = $2`, id, account)
}

func incidentsOf(ctx context.Context, d db.DB, account uuid.UUID) ([]*Incident, error) {
	return incidents(ctx, d, selectIncident+`WHERE account_id = $1 ORDER BY raised_at DESC LIMIT 100`, account)
}

// allIncidentsOf is everything that a citizen has ever asked, to be taken away.
func allIncidentsOf(ctx context.Context, d db.DB, account uuid.UUID) ([]*Incident, error) {
	return incidents(ctx, d, selectIncident+`WHERE account_id = $1 ORDER BY raised_at`, account)
}

func mergedInto(ctx context.Context, d db.DB, id uuid.UUID) ([]*Incident, error) {
	return incidents(ctx, d, selectIncident+`WHERE merged_into = $1 ORDER BY raised_at`, id)
}

// listIncidents returns what staff must answer, the nearest term first, or everything, newest first.
func listIncidents(ctx context.Context, d db.DB, open bool, lineCode string, assignee *uuid.UUID, offset, limit int) ([]*Incident, error) {
	if open {
		return incidents(ctx, d, selectIncident+`WHERE state IN ('new', 'working') AND ($1 = '' OR line = $1) AND ($2::uuid IS NULL OR assignee = $2)
			ORDER BY due_at, id OFFSET $3 LIMIT $4`, lineCode, assignee, offset, limit)
	}
	return incidents(ctx, d, selectIncident+`WHERE ($1 = '' OR line = $1) AND ($2::uuid IS NULL OR assignee = $2)
		ORDER BY raised_at DESC, id OFFSET $3 LIMIT $4`, lineCode, assignee, offset, limit)
}

func lineFor(ctx context.Context, d db.DB, topic, kind string) (*line, error) {
	var l line
	err := d.QueryRow(ctx, `SELECT l.code, l.reaction, l.opens, l.closes FROM support_topic t
		LEFT JOIN support_route r ON r.topic = t.code AND r.kind = $2 JOIN support_line l ON l.code = COALESCE(r.line, 'question')
		WHERE t.code = $1`, topic, kind).Scan(&l.Code, &l.Reaction, &l.Opens, &l.Closes)
	return &l, err
}

func listTopics(ctx context.Context, d db.DB) ([]string, error) {
	rows, err := d.Query(ctx, `SELECT code FROM support_topic ORDER BY position`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func listLines(ctx context.Context, d db.DB) ([]string, error) {
	rows, err := d.Query(ctx, `SELECT code FROM support_line ORDER BY position`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// duty is a step of a chain.
type duty struct {
	Step  int
	Role  string
	Share int
	Email string
}

func dutyOf(ctx context.Context, d db.DB, lineCode string) ([]duty, error) {
	rows, err := d.Query(ctx, `SELECT step, role, share, email FROM support_duty WHERE line = $1 ORDER BY step`, lineCode)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[duty])
}

func nextNumber(ctx context.Context, d db.DB) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT nextval('support_number')`).Scan(&n)
	return n, err
}

// insertIncident tells whether the incident is new. When its key is known, i becomes the one that is there.
func insertIncident(ctx context.Context, tx pgx.Tx, i *Incident) (fresh bool, err error) {
	tag, err := tx.Exec(ctx, `INSERT INTO support_incident (id, number, key, source, line, topic, kind, account_id, contact, lang, cause,
		application_id, delivery_id, payment_id, raised_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, NULLIF($8, '00000000-0000-0000-0000-000000000000'::uuid), $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (key) DO NOTHING`, i.ID, i.Number, i.Key, i.Source, i.Line, i.Topic, i.Kind, i.Account, i.Contact, i.Lang, i.Cause,
		i.Application, i.Delivery, i.Payment, i.RaisedAt, i.DueAt)
	if err != nil || tag.RowsAffected() == 1 {
		return true, err
	}
	known, err := oneIncident(ctx, tx, selectIncident+`WHERE key = $1`, i.Key)
	if err == nil {
		*i = *known
	}
	return false, err
}

func insertEvent(ctx context.Context, d db.DB, i *Incident, event, actor string, at time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO support_event (incident_id, event, state, step, actor, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.ID, event, i.State, i.Step, actor, at)
	return err
}

// move brings an event to an incident, if the table of transitions lets it happen. A citizen is never closed without an answer.
func move(ctx context.Context, tx pgx.Tx, i *Incident, event, actor string, at time.Time) error {
	err := tx.QueryRow(ctx, `UPDATE support_incident i SET state = t.next, closed_at = CASE WHEN t.next = 'closed' THEN $3::timestamptz END
		FROM support_transition t WHERE i.id = $1 AND t.state = i.state AND t.event = $2 AND t.next <> 'merged'
		AND NOT (t.next = 'closed' AND i.source = 'citizen' AND i.answered_at IS NULL)
		AND NOT (t.next = 'answered' AND i.answered_at IS NULL) RETURNING i.state`, i.ID, event, at).Scan(&i.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.Conflict, "support_staff.moved_on")
	}
	if err != nil {
		return err
	}
	return insertEvent(ctx, tx, i, event, actor, at)
}

// mergeIncident ends an incident in another, which must not be merged itself.
func mergeIncident(ctx context.Context, tx pgx.Tx, i *Incident, into uuid.UUID, actor string, at time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE support_incident i SET state = 'merged', merged_into = o.id FROM support_incident o, support_transition t
		WHERE i.id = $1 AND o.id = $2 AND o.id <> i.id AND o.state IN ('new', 'working') AND t.state = i.state AND t.event = 'merged'
		AND NOT EXISTS (SELECT FROM support_incident x WHERE x.merged_into = i.id)`, i.ID, into)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "support_staff.cannot_merge")
	}
	i.State = "merged"
	return insertEvent(ctx, tx, i, "merged", actor, at)
}

// namesOf names those who work on incidents.
func namesOf(ctx context.Context, d db.DB, list []*Incident) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, i := range list {
		if i.Assignee != nil {
			ids = append(ids, *i.Assignee)
		}
	}
	rows, err := d.Query(ctx, `SELECT id, last_name || ' ' || left(first_name, 1) || '.' FROM employee WHERE id = ANY ($1)`, ids)
	if err != nil {
		return nil, err
	}
	names, id, name := map[uuid.UUID]string{}, uuid.Nil, ""
	_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, err
}

// countOpen counts what waits for an answer, and what has waited too long.
func countOpen(ctx context.Context, d db.DB, lineCode string, now time.Time) (waiting, late int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE due_at < $2) FROM support_incident
		WHERE state IN ('new', 'working') AND ($1 = '' OR line = $1)`, lineCode, now).Scan(&waiting, &late)
	return waiting, late, err
}

// linksOf are the numbers of what an incident is linked to, as people say them.
func linksOf(ctx context.Context, d db.DB, i *Incident) (application, receipt string, err error) {
	err = d.QueryRow(ctx, `SELECT COALESCE((SELECT number FROM application WHERE id = $1), ''), COALESCE((SELECT receipt FROM payment WHERE id = $2), '')`,
		i.Application, i.Payment).Scan(&application, &receipt)
	return application, receipt, err
}

func setAssignee(ctx context.Context, d db.DB, id, employee uuid.UUID) error {
	_, err := d.Exec(ctx, `UPDATE support_incident SET assignee = $2 WHERE id = $1`, id, employee)
	return err
}

// linkIncident links by the number of an application or of a payment's receipt; false when there is neither.
func linkIncident(ctx context.Context, d db.DB, id uuid.UUID, number string) (bool, error) {
	tag, err := d.Exec(ctx, `UPDATE support_incident i SET application_id = a.id,
		delivery_id = (SELECT v.id FROM delivery v WHERE v.application_id = a.id ORDER BY v.seq DESC LIMIT 1)
		FROM application a WHERE i.id = $1 AND a.number = $2`, id, number)
	if err != nil || tag.RowsAffected() == 1 {
		return err == nil, err
	}
	tag, err = d.Exec(ctx, `UPDATE support_incident i SET payment_id = p.id FROM payment p WHERE i.id = $1 AND p.receipt = $2`, id, number)
	return tag.RowsAffected() == 1, err
}

// ownApplication tells whether the citizen takes part in the application.
func ownApplication(ctx context.Context, d db.DB, account, application uuid.UUID) (own bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT FROM application_party WHERE application = $1 AND person = $2)`, application, account).Scan(&own)
	return own, err
}

func insertMessage(ctx context.Context, d db.DB, incident uuid.UUID, m *message) error {
	_, err := d.Exec(ctx, `INSERT INTO support_message (id, incident_id, author, employee_id, text, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		m.ID, incident, m.Author, m.Employee, m.Sealed, m.At)
	return err
}

// messagesOf returns what was said; notes only for staff.
func messagesOf(ctx context.Context, d db.DB, incident uuid.UUID, notes bool) ([]*message, error) {
	rows, err := d.Query(ctx, `SELECT m.id, m.author, m.employee_id, COALESCE(e.last_name || ' ' || left(e.first_name, 1) || '.', ''), m.text, m.at
		FROM support_message m LEFT JOIN employee e ON e.id = m.employee_id
		WHERE m.incident_id = $1 AND ($2 OR m.author <> 'note') ORDER BY m.at, m.id`, incident, notes)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*message, error) {
		var m message
		return &m, row.Scan(&m.ID, &m.Author, &m.Employee, &m.Name, &m.Sealed, &m.At)
	})
}

// happened is a line of the history.
type happened struct {
	Event, State string
	Step         int
	Actor        string
	At           time.Time
}

func eventsOf(ctx context.Context, d db.DB, incident uuid.UUID) ([]happened, error) {
	rows, err := d.Query(ctx, `SELECT v.event, v.state, v.step, COALESCE(e.last_name || ' ' || left(e.first_name, 1) || '.', v.actor), v.at
		FROM support_event v LEFT JOIN employee e ON e.id::text = v.actor WHERE v.incident_id = $1 ORDER BY v.n`, incident)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[happened])
}

func insertClock(ctx context.Context, d db.DB, i *Incident, lineCode string, from, due time.Time) error {
	i.DueAt, i.AnsweredAt, i.Step = due, nil, 1
	if _, err := d.Exec(ctx, `UPDATE support_incident SET due_at = $2, answered_at = NULL, step = 1 WHERE id = $1`, i.ID, due); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `INSERT INTO support_clock (incident_id, line, started_at, due_at) VALUES ($1, $2, $3, $4)`, i.ID, lineCode, from, due)
	return err
}

// stopClock notes the answer; a clock that stands stays as it is.
func stopClock(ctx context.Context, d db.DB, id uuid.UUID, at time.Time) error {
	if _, err := d.Exec(ctx, `UPDATE support_clock SET stopped_at = $2 WHERE incident_id = $1 AND stopped_at IS NULL`, id, at); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `UPDATE support_incident SET answered_at = COALESCE(answered_at, $2) WHERE id = $1`, id, at)
	return err
}

func planEscalation(ctx context.Context, d db.DB, incident uuid.UUID, step int, at time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO support_escalation (incident_id, step, at) VALUES ($1, $2, $3)
		ON CONFLICT (incident_id, step) DO UPDATE SET at = excluded.at, done_at = NULL`, incident, step, at)
	return err
}

// takeEscalation marks one due row as done and returns it; uuid.Nil when nothing is due. Rows that another worker holds are passed over.
func takeEscalation(ctx context.Context, tx pgx.Tx, now time.Time) (incident uuid.UUID, step int, err error) {
	err = tx.QueryRow(ctx, `UPDATE support_escalation SET done_at = $1 WHERE (incident_id, step) = (
		SELECT incident_id, step FROM support_escalation WHERE done_at IS NULL AND at <= $1 ORDER BY at, step LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING incident_id, step`, now).Scan(&incident, &step)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, 0, nil
	}
	return incident, step, err
}

// raiseStep moves an unanswered incident to a later step of duty; false when it needs nobody any more.
func raiseStep(ctx context.Context, tx pgx.Tx, i *Incident, step int) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE support_incident SET step = $2 WHERE id = $1 AND step < $2 AND answered_at IS NULL AND state IN ('new', 'working')`,
		i.ID, step)
	return tag.RowsAffected() == 1, err
}

// kept is how the clocks of a line went.
type kept struct {
	Line                  string
	Kept, Broken, Running int
	Median                *float64 // seconds to the answer, by the wall clock
}

func reportClocks(ctx context.Context, d db.DB, from, to, now time.Time) ([]kept, error) {
	rows, err := d.Query(ctx, `SELECT l.code, count(c.n) FILTER (WHERE c.stopped_at <= c.due_at),
		count(c.n) FILTER (WHERE COALESCE(c.stopped_at, $3) > c.due_at), count(c.n) FILTER (WHERE c.stopped_at IS NULL AND $3 <= c.due_at),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.stopped_at - c.started_at)) FILTER (WHERE c.stopped_at IS NOT NULL)
		FROM support_line l LEFT JOIN support_clock c ON c.line = l.code AND c.started_at >= $1 AND c.started_at < $2
		GROUP BY l.code, l.position ORDER BY l.position`, from, to, now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[kept])
}

// attached is a file of an incident.
type attached struct {
	ID      uuid.UUID
	Name    []byte
	Kind    string
	Content []byte
}

func insertFile(ctx context.Context, d db.DB, incident uuid.UUID, f *attached, at time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO support_file (id, incident_id, name, kind, content, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		f.ID, incident, f.Name, f.Kind, f.Content, at)
	return err
}

func filesOf(ctx context.Context, d db.DB, incident uuid.UUID) ([]attached, error) {
	rows, err := d.Query(ctx, `SELECT id, name, kind, ''::bytea FROM support_file WHERE incident_id = $1 ORDER BY at, id`, incident)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[attached])
}

func fileOf(ctx context.Context, d db.DB, incident, id uuid.UUID) (*attached, error) {
	var f attached
	err := d.QueryRow(ctx, `SELECT id, name, kind, content FROM support_file WHERE incident_id = $1 AND id = $2`, incident, id).
		Scan(&f.ID, &f.Name, &f.Kind, &f.Content)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotFound
	}
	return &f, err
}
