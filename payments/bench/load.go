package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/rus"
)

// world is what was loaded: enough to know each payment again without keeping it.
type world struct {
	payments int
	charges  int
	payers   []payer
	spell    spellings
}

func newWorld(n int) *world {
	w := &world{payments: n, charges: max(1, n/8*7), payers: make([]payer, min(max(n/4, 1000), 3_000_000)), spell: spellings{}}
	for i := range w.payers {
		w.payers[i] = newPayer(i)
	}
	return w
}

// now is when the last payment came; two million come in a year.
var now = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func (w *world) at(i int) time.Time { return now.Add(-time.Duration(w.payments-i) * 15 * time.Second) }

// mix scatters numbers (the finaliser of splitmix64).
func mix(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// chargeOf is the charge of a payment: most are paid at once, every eighth payment repeats one that has failed.
func (w *world) chargeOf(i int) int {
	if i%8 == 7 {
		return max(0, i/8*7-int(mix(uint64(i))%7))
	}
	return min(i/8*7+i%8, w.charges-1)
}

func (w *world) payerOf(charge int) int {
	return int(mix(uint64(charge)+1<<40) % uint64(len(w.payers)))
}

// id is a UUIDv7 of a moment.
func id(kind byte, i int, at time.Time) (u uuid.UUID) {
	ms, low := uint64(at.UnixMilli()), mix(uint64(i)<<8|uint64(kind))
	for k := range 6 {
		u[k] = byte(ms >> (40 - 8*k))
	}
	for k := range 8 {
		u[8+k] = byte(low >> (8 * k))
	}
	u[6], u[7], u[8] = 0x70|kind&15, byte(i), u[8]&0x3f|0x80
	return u
}

func uin(i int) string {
	n, _ := rus.NewUIN(fmt.Sprintf("32116550%011d", i+1))
	return n
}

// kinds of charges, with the share of each in a hundred.
var kinds = []struct {
	share                   int
	service, payee, purpose string
	amount                  int64
}{
	{30, "marriage", "zags", "Госпошлина за регистрацию брака", 35000}, {20, "fine", "traffic", "Штраф по постановлению", 75000},
	{30, "housing", "housing", "Жилищно-коммунальные услуги", 0}, {15, "licence", "treasury", "Госпошлина", 200000}, {5, "bti", "bti", "Справка БТИ", 0},
}

type kind struct {
	service, payee, purpose string
	amount                  int64
}

func kindOf(charge int) kind {
	n := mix(uint64(charge) + 7<<40)
	share := int(n % 100)
	for _, k := range kinds {
		if share -= k.share; share < 0 {
			amount := k.amount
			if amount == 0 {
				amount = 100_000 + int64(n>>8%900_000)
			}
			return kind{k.service, k.payee, k.purpose, amount}
		}
	}
	return kind{}
}

// table is one of those that are loaded by COPY; line appends the i-th row as text.
type table struct {
	name, columns string
	rows          int
	line          func(b []byte, i int) []byte
}

// feed gives the rows of a table to COPY.
type feed struct {
	table
	i   int
	buf []byte
}

func (f *feed) Read(p []byte) (int, error) {
	for len(f.buf) < len(p) && f.i < f.rows {
		f.buf = f.line(f.buf, f.i)
		f.i++
	}
	n := copy(p, f.buf)
	f.buf = append(f.buf[:0], f.buf[n:]...)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func stamp(b []byte, at time.Time) []byte { return at.AppendFormat(b, "2006-01-02 15:04:05Z07") }

func tabs(b []byte, fields ...string) []byte {
	for _, f := range fields {
		b = append(append(b, f...), '\t')
	}
	return b
}

func (w *world) tables() []table {
	return []table{
		{"charge", "id, origin_id, payer, uin, origin_kind, last_name, first_name, middle_name, purpose, service, payee, payee_from, phone, amount, status, paid, paid_at, created_at", w.charges, w.chargeLine},
		{"payment", "id, charge_id, receipt, acquirer, bank_id, state, last_n, first_n, middle_n, amount, received, credited, paid_at, created_at", w.payments, w.paymentLine},
		{"payment_name", "last_n, first_n, middle_n, service, payee, amount, payment_id, created_at", w.payments, w.nameLine},
	}
}

// unpaid is one charge of ten.
func unpaid(charge int) bool { return mix(uint64(charge)+9<<40)%10 == 0 }

// openCharge is the n-th unpaid charge, or near it.
func (w *world) openCharge(n int) int {
	c := n * 7 % w.charges
	for !unpaid(c) {
		c = (c + 1) % w.charges
	}
	return c
}

func (w *world) chargeAt(c int) time.Time { return w.at(c/7*8 + c%7).Add(-time.Hour) }

func (w *world) chargeLine(b []byte, c int) []byte {
	who, k, at := w.payerOf(c), kindOf(c), w.chargeAt(c)
	last, first, middle := w.spell.written(&w.payers[who])
	key, amount := id(1, c, at).String(), strconv.FormatInt(k.amount, 10)
	b = tabs(b, key, id(2, c, at).String(), id(3, who, now).String(), uin(c), "application", last, first, middle, k.purpose, k.service, k.payee,
		"2026-01-01", phone(who), amount)
	if unpaid(c) {
		b = tabs(b, "open", "0", `\N`)
	} else {
		b = append(stamp(tabs(b, "paid", amount), at.Add(time.Hour)), '\t')
	}
	return append(stamp(b, at), '\n')
}

func (w *world) paymentID(i int) uuid.UUID { return id(4, i, w.at(i)) }

func (w *world) paymentLine(b []byte, i int) []byte {
	c, at := w.chargeOf(i), w.at(i)
	name := w.spell.parts(&w.payers[w.payerOf(c)])
	amount := strconv.FormatInt(kindOf(c).amount, 10)
	paid := i%8 != 7 && !unpaid(c)
	state := "failed"
	if paid {
		state = "succeeded"
	}
	b = tabs(b, w.paymentID(i).String(), id(1, c, w.chargeAt(c)).String(), rus.NewReceipt(int64(i)), "sandbox", strconv.Itoa(i), state, name.last.folded, name.first.folded, name.middle.folded, amount)
	if paid {
		b = append(stamp(tabs(b, amount, amount), at), '\t')
	} else {
		b = tabs(b, `\N`, "0", `\N`)
	}
	return append(stamp(b, at), '\n')
}

// nameLine leaves out the halves of double surnames: they are added afterwards.
func (w *world) nameLine(b []byte, i int) []byte {
	c := w.chargeOf(i)
	name := w.spell.parts(&w.payers[w.payerOf(c)])
	k := kindOf(c)
	b = tabs(b, name.last.folded, name.first.folded, name.middle.folded, k.service, k.payee, strconv.FormatInt(k.amount, 10), w.paymentID(i).String())
	return append(stamp(b, w.at(i)), '\n')
}

// load fills the tables without triggers and indexes, frozen from the start, and makes the indexes after it.
func (w *world) load(ctx context.Context, conn *pgx.Conn) error {
	restore, err := dropIndexes(ctx, conn)
	if err != nil {
		return err
	}
	for _, t := range w.tables() {
		began := time.Now()
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SET LOCAL session_replication_role = replica; TRUNCATE `+t.name); err != nil {
				return err
			}
			_, err := conn.PgConn().CopyFrom(ctx, &feed{table: t}, `COPY `+t.name+` (`+t.columns+`) FROM STDIN (FREEZE)`)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		say("%s: %d rows in %s", t.name, t.rows, time.Since(began).Round(time.Second))
	}
	began := time.Now()
	for _, sql := range append(restore, finish...) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	say("indexes, words and statistics in %s", time.Since(began).Round(time.Second))
	_, err = conn.Exec(ctx, `SELECT setval('payment_number', $1)`, w.payments-1)
	return err
}

// finish adds what the triggers would have added.
var finish = []string{
	`INSERT INTO payment_name (last_n, first_n, middle_n, created_at, payment_id, amount, service, payee)
	SELECT DISTINCT half, n.first_n, n.middle_n, n.created_at, n.payment_id, n.amount, n.service, n.payee
	FROM payment_name n, unnest(string_to_array(n.last_n, '-')) half
	WHERE n.last_n LIKE '%-%' AND half <> n.last_n`,
	// all words at once: name_word_add, word by word, would take minutes
	`INSERT INTO name_word (part, word, loose)
	SELECT part, word, name_loose(word)
	FROM (
		SELECT DISTINCT 'last' AS part, last_n AS word FROM payment_name
		UNION SELECT DISTINCT 'first', first_n FROM payment_name
		UNION SELECT DISTINCT 'middle', unnest(ARRAY[middle_n, split_part(middle_n, ' ', 1)]) FROM (SELECT DISTINCT middle_n FROM payment_name) m
	) w
	WHERE word <> ''
	ON CONFLICT DO NOTHING`,
	`INSERT INTO name_typo (lacking, part, word)
	SELECT word, part, word FROM name_word
	UNION
	SELECT substr(word, 1, i - 1) || substr(word, i + 1), part, word FROM name_word, generate_series(1, length(word)) i
	ON CONFLICT DO NOTHING`,
	`VACUUM (ANALYZE) payment_name`, `ANALYZE payment`, `ANALYZE charge`, `ANALYZE name_word`, `ANALYZE name_typo`,
}

// dropIndexes takes the indexes and keys off the tables to load and returns how to make them again: foreign keys unchecked for the old rows.
func dropIndexes(ctx context.Context, conn *pgx.Conn) (restore []string, err error) {
	rows, err := conn.Query(ctx, `
		SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s%s', conrelid::regclass, conname, pg_get_constraintdef(oid), CASE WHEN contype = 'f' THEN ' NOT VALID' ELSE '' END)
		FROM pg_constraint
		WHERE contype IN ('p', 'u', 'f') AND (conrelid::regclass::text = ANY($1) OR confrelid::regclass::text = ANY($1))
			AND NOT (contype <> 'f' AND conrelid::regclass::text <> ALL($1))
		UNION ALL
		SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
		FROM pg_index i
		WHERE i.indrelid::regclass::text = ANY($1) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype <> 'f')`,
		[]string{"charge", "payment", "payment_name"})
	if err != nil {
		return nil, err
	}
	var drop, foreign, dropFirst []string
	var off, on string
	_, err = pgx.ForEachRow(rows, []any{&off, &on}, func() error {
		if strings.HasSuffix(on, " NOT VALID") {
			dropFirst, foreign = append(dropFirst, off), append(foreign, on)
		} else {
			drop, restore = append(drop, off), append(restore, on)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, sql := range append(dropFirst, drop...) {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("%s: %w", sql, err)
		}
	}
	return append(restore, foreign...), nil
}
