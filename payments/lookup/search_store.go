package lookup

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/payments"
)

// Narrow is what a search is narrowed by; zero values narrow nothing.
type Narrow struct {
	From, Until time.Time // of the click: From <= created < Until
	Service     string
	Payee       string
	Amount      int64
}

// place is where a page of results begins: after the row of that rank, moment and key.
type place struct {
	Rank int16
	At   time.Time
	ID   uuid.UUID
}

// top is before the first row.
var top = place{0, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Max}

const foundColumns = `p.id, p.receipt, p.state, p.amount, p.received, p.reason, p.created_at, p.paid_at, c.refund_since AS refund, c.purpose, c.uin,
	c.service, c.payee, coalesce(c.payer, '00000000-0000-0000-0000-000000000000') AS payer,
	concat_ws(' ', c.last_name, c.first_name, nullif(c.middle_name, '')) AS name,
	concat_ws(' ', nullif(p.payer_last, ''), nullif(p.payer_first, ''), nullif(p.payer_middle, '')) AS paid_by,
	coalesce(p.paid_by, '00000000-0000-0000-0000-000000000000') AS paid_by_id`

const narrowed = ` AND p.created_at >= coalesce($2, '-infinity'::timestamptz) AND p.created_at < coalesce($3, 'infinity'::timestamptz)
	AND ($4 = '' OR c.service = $4) AND ($5 = '' OR c.payee = $5) AND ($6 = 0::bigint OR p.amount = $6)
	ORDER BY p.created_at DESC, p.id DESC
	LIMIT $7`

func (n Narrow) args(first any, limit int) []any {
	return []any{first, bound(n.From), bound(n.Until), n.Service, n.Payee, n.Amount, limit}
}

// bound is nil where nothing is narrowed.
func bound(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func findByReceipt(ctx context.Context, d db.DB, receipt string, n Narrow, limit int) ([]Found, error) {
	rows, _ := d.Query(ctx, `SELECT 0::smallint AS rank, `+foundColumns+` FROM payment p JOIN charge c ON c.id = p.charge_id WHERE p.receipt = $1`+narrowed,
		n.args(receipt, limit)...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Found])
}

func findByUIN(ctx context.Context, d db.DB, uin string, n Narrow, limit int) ([]Found, error) {
	rows, _ := d.Query(ctx, `SELECT 0::smallint AS rank, `+foundColumns+` FROM payment p JOIN charge c ON c.id = p.charge_id WHERE c.uin = $1`+narrowed,
		n.args(uin, limit)...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Found])
}

func findByPhone(ctx context.Context, d db.DB, phone string, n Narrow, limit int) ([]Found, error) {
	rows, _ := d.Query(ctx, `SELECT 0::smallint AS rank, `+foundColumns+` FROM payment p JOIN charge c ON c.id = p.charge_id
		WHERE c.phone = $1 AND c.phone <> ''`+narrowed, n.args(phone, limit)...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Found])
}

func findByApplication(ctx context.Context, d db.DB, application uuid.UUID, n Narrow, limit int) ([]Found, error) {
	rows, _ := d.Query(ctx, `SELECT 0::smallint AS rank, `+foundColumns+` FROM payment p JOIN charge c ON c.id = p.charge_id
		WHERE c.origin_kind = 'application' AND c.origin_id = $1`+narrowed, n.args(application, limit)...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Found])
}

// wantSQL is the probes, each with the place after which its rows begin and the moment before which none is wanted.
const (
	probesSQL = `
		SELECT last_n COLLATE "C" AS last_n, f0 COLLATE "C" AS f0, f1 COLLATE "C" AS f1, m0 COLLATE "C" AS m0, m1 COLLATE "C" AS m1, rank,
			CASE WHEN rank = $7::smallint THEN $8::timestamptz ELSE 'infinity' END AS at,
			CASE WHEN rank = $7::smallint THEN $9::uuid ELSE 'ffffffff-ffff-ffff-ffff-ffffffffffff' END AS id,
			'-infinity'::timestamptz AS since
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[]) AS w (last_n, f0, f1, m0, m1, rank)
		WHERE rank >= $7::smallint`
	eachSQL = `
	), hit AS (
		SELECT s.payment_id, s.created_at, min(w.rank) AS rank
		FROM want w
		CROSS JOIN LATERAL (`
	wantSQL = `
	WITH want AS MATERIALIZED (` + probesSQL + eachSQL
	// What is narrowed by days begins at the last of them: a further condition would not spare the server the newer rows.
	wantDaysSQL = `
	WITH probe AS (` + probesSQL + `
	), want AS MATERIALIZED (
		SELECT last_n, f0, f1, m0, m1, rank, least(at, until) AS at,
			CASE WHEN until <= at THEN '00000000-0000-0000-0000-000000000000' ELSE id END AS id, days.since
		FROM probe
		CROSS JOIN (SELECT coalesce($11, '-infinity'::timestamptz) AS since, coalesce($12, 'infinity'::timestamptz) AS until) days` + eachSQL
)

const hitSQL = `
		) s
		GROUP BY s.payment_id, s.created_at
		ORDER BY rank, s.created_at DESC, s.payment_id DESC
		LIMIT $10
	)
	SELECT h.rank, ` + foundColumns + `
	FROM hit h
	JOIN payment p ON p.id = h.payment_id
	JOIN charge c ON c.id = p.charge_id
	ORDER BY h.rank, h.created_at DESC, h.payment_id DESC`

const (
	// A name that was typed whole is found at one place of payment_name_whole, newest first, however many have it.
	wholeRows = `
			(SELECT n.payment_id, n.created_at
			FROM payment_name n
			WHERE n.last_n = w.last_n AND n.first_n = w.f0 AND n.middle_n = w.m0
				AND (n.created_at, n.payment_id) < (w.at, w.id) AND n.created_at >= w.since`
	wholeEnd = `
			ORDER BY n.created_at DESC, n.payment_id DESC
			LIMIT $10)
			UNION ALL`
	// The rest are names of which only the beginning was typed. Most people have few payments: these are read and sorted. Of a frequent
	// name («Гарипова Алия») there are thousands, so that one among the surname's newest is soon met: it is these that are walked until
	// the page is full. Which of the two it is shows when 2000 rows have been read; neither grows with the number of payments. The walk
	// names its bounds as rows and its filter as a CASE, for otherwise the planner, who expects few rows, reads the whole surname and
	// sorts it. A first name that was typed is a place, not a range: whoever has it with another patronymic is not read.
	fewRows = `
			(WITH few AS MATERIALIZED (
				SELECT n.payment_id, n.created_at`
	fewNarrow = `, n.service, n.payee, n.amount`
	fewOf     = `
				FROM payment_name n
				WHERE n.last_n = w.last_n AND n.first_n = w.f0 AND n.middle_n > w.m0 AND n.middle_n < w.m1
					AND (n.created_at, n.payment_id) < (w.at, w.id) AND n.created_at >= w.since
				UNION ALL
				SELECT n.payment_id, n.created_at`
	fewEnd = `
				FROM payment_name n
				WHERE n.last_n = w.last_n AND n.first_n > w.f0 AND n.first_n < w.f1 AND n.middle_n >= w.m0 AND n.middle_n < w.m1
					AND (n.created_at, n.payment_id) < (w.at, w.id) AND n.created_at >= w.since
				LIMIT 2001
			)
			(SELECT payment_id, created_at
			FROM few n
			WHERE (SELECT count(*) FROM few) <= 2000`
	manyRows = `
			ORDER BY created_at DESC, payment_id DESC
			LIMIT $10)
			UNION ALL
			(SELECT n.payment_id, n.created_at
			FROM payment_name n
			WHERE (SELECT count(*) FROM few) > 2000
				AND (n.last_n, n.created_at, n.payment_id) < (w.last_n, w.at, w.id) AND (n.last_n, n.created_at) >= (w.last_n, w.since)
				AND CASE WHEN n.first_n >= w.f0 AND n.first_n < w.f1 AND n.middle_n >= w.m0 AND n.middle_n < w.m1
					AND (n.first_n > w.f0 OR n.middle_n > w.m0) THEN true ELSE false END`
	namedEnd = `
			ORDER BY n.last_n DESC, n.created_at DESC, n.payment_id DESC
			LIMIT $10))`
	surnameRows = `
			SELECT n.payment_id, n.created_at
			FROM payment_name n
			WHERE n.last_n = w.last_n AND (n.created_at, n.payment_id) < (w.at, w.id) AND n.created_at >= w.since`
	surnameEnd = `
			ORDER BY n.created_at DESC, n.payment_id DESC
			LIMIT $10`
	narrowRows = `
				AND ($13 = '' OR n.service = $13) AND ($14 = '' OR n.payee = $14) AND ($15 = 0::bigint OR n.amount = $15)`

	namedSQL       = wantSQL + wholeRows + wholeEnd + fewRows + fewOf + fewEnd + manyRows + namedEnd + hitSQL
	namedNarrowSQL = wantDaysSQL + wholeRows + narrowRows + wholeEnd + fewRows + fewNarrow + fewOf + fewNarrow + fewEnd + narrowRows +
		manyRows + narrowRows + namedEnd + hitSQL
	surnameSQL       = wantSQL + surnameRows + surnameEnd + hitSQL
	surnameNarrowSQL = wantDaysSQL + surnameRows + narrowRows + surnameEnd + hitSQL
)

// findProbes returns the payments at the probes after a place: by rank, newest first.
func findProbes(ctx context.Context, d db.DB, probes []probe, n Narrow, after place, limit int) ([]Found, error) {
	if len(probes) == 0 {
		return nil, nil
	}
	k := len(probes)
	last, f0, f1, m0, m1 := make([]string, k), make([]string, k), make([]string, k), make([]string, k), make([]string, k)
	ranks := make([]int16, k)
	surname := true
	for i, p := range probes {
		last[i], f0[i], f1[i], m0[i], m1[i], ranks[i] = p.last, p.first.from, p.first.to, p.middle.from, p.middle.to, p.rank
		surname = surname && p.first == anyWord && p.middle == anyWord
	}
	args := []any{last, f0, f1, m0, m1, ranks, after.Rank, after.At, after.ID, limit}
	sql := namedSQL
	switch {
	case surname && n == Narrow{}:
		sql = surnameSQL
	case surname:
		sql = surnameNarrowSQL
	case n != Narrow{}:
		sql = namedNarrowSQL
	}
	if n != (Narrow{}) {
		args = append(args, n.args(nil, 0)[1:6]...)
	}
	rows, _ := d.Query(ctx, sql, args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Found])
	if err != nil {
		return nil, fmt.Errorf("find payments by name: %w", err)
	}
	return found, nil
}

// closeWords returns the words of payers' names that may have been meant by the typed ones.
func closeWords(ctx context.Context, d db.DB, words []string) (variants, error) {
	var keys []string
	for _, w := range words {
		keys = append(keys, lacking(w)...)
	}
	rows, err := d.Query(ctx, `
		SELECT DISTINCT t.part, t.word, NULL::text AS typed
		FROM name_typo t
		WHERE t.lacking = ANY($1::text[])
		UNION ALL
		SELECT n.part, n.word, q.typed
		FROM unnest($2::text[]) AS q (typed)
		JOIN name_word n ON n.loose = name_loose(q.typed)`, keys, words)
	if err != nil {
		return nil, err
	}
	v := variants{}
	var part, word string
	var typed *string
	_, err = pgx.ForEachRow(rows, []any{&part, &word, &typed}, func() error {
		for _, w := range words {
			key := [2]string{part, w}
			switch {
			case typed != nil && (*typed != w || word == w):
			case typed != nil:
				v.put(key, variant{word: word})
			case word == w:
				v.put(key, variant{word: word, same: true})
			case oneEdit(word, w):
				v.put(key, variant{word: word, typo: true})
			}
		}
		return nil
	})
	return v, err
}

// put adds a word, another spelling in place of a typo.
func (v variants) put(key [2]string, n variant) {
	for i, old := range v[key] {
		if old.word == n.word {
			v[key][i].typo = old.typo && n.typo
			return
		}
	}
	v[key] = append(v[key], n)
}

// lastReceipt returns the highest number that was given to a payment.
func lastReceipt(ctx context.Context, d db.DB) (n int64, err error) {
	err = d.QueryRow(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE -1 END FROM payment_number`).Scan(&n)
	return n, err
}

// unpaid is a charge for which nobody has begun to pay.
type unpaid struct {
	Status payments.Status
	Rest   int64
	Due    *time.Time
}

func chargeByNumber(ctx context.Context, d db.DB, uin string, application uuid.UUID) (*unpaid, error) {
	rows, _ := d.Query(ctx, `
		(SELECT status, amount - exempt - discounted - paid AS rest, due
		FROM charge
		WHERE uin = $1
		ORDER BY status NOT IN ('cancelled', 'refunded') DESC, created_at DESC
		LIMIT 1)
		UNION ALL
		SELECT status, amount - exempt - discounted - paid AS rest, due
		FROM charge
		WHERE origin_kind = 'application' AND origin_id = $2
		LIMIT 1`, uin, application)
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[unpaid])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// strayMoney counts sums that came from a bank and belong to no payment of ours.
func strayMoney(ctx context.Context, d db.DB, amount int64) (n int, err error) {
	err = d.QueryRow(ctx, `
		SELECT count(*) FROM discrepancy
		WHERE resolution IS NULL AND payment_id IS NULL AND theirs = $1`, amount).Scan(&n)
	return n, err
}

// receiptsGiven tells which of the numbers payments have, if these are as narrowed.
func receiptsGiven(ctx context.Context, d db.DB, numbers []string, n Narrow) (map[string]bool, error) {
	rows, err := d.Query(ctx, `SELECT p.receipt FROM payment p JOIN charge c ON c.id = p.charge_id WHERE p.receipt = ANY($1)`+narrowed,
		n.args(numbers, 500)...)
	if err != nil {
		return nil, err
	}
	given := map[string]bool{}
	var receipt string
	_, err = pgx.ForEachRow(rows, []any{&receipt}, func() error {
		given[receipt] = true
		return nil
	})
	return given, err
}
