package applications

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/fault"
	"tamga/payments"
)

// broken counts what must never be, whatever people and jobs do in whatever order.
var broken = map[string]string{
	"sent without every signature over the text that was sent": `
		SELECT count(*) FROM application a JOIN application_party p ON p.application = a.id
		WHERE a.number IS NOT NULL AND NOT EXISTS (SELECT FROM application_signature s
			WHERE s.application = a.id AND s.party = p.party AND s.voided_at IS NULL AND s.hash = a.hash)`,
	"asked to pay before all have signed": `
		SELECT count(*) FROM application a JOIN application_party p ON p.application = a.id
		WHERE a.state = 'paying' AND NOT EXISTS (SELECT FROM application_signature s
			WHERE s.application = a.id AND s.party = p.party AND s.voided_at IS NULL)`,
	"a dead application holds a time": `
		SELECT count(*) FROM application a JOIN application_booking b ON b.application = a.id AND b.state <> 'released'
		WHERE a.state IN ('declined', 'expired', 'cancelled', 'refused', 'rejected')`,
	"sent without its time": `
		SELECT count(*) FROM application a
		WHERE a.state = 'submitted' AND NOT EXISTS (SELECT FROM application_booking b WHERE b.application = a.id AND b.state = 'booked')`,
	"the duty is asked for where nothing waits for it": `
		SELECT count(*) FROM charge c JOIN application a ON a.id = c.origin_id
		WHERE c.status = 'open' AND a.state <> 'paying'`,
	"the duty is asked for twice": `
		SELECT count(*) FROM (SELECT origin_id FROM charge WHERE status <> 'cancelled' GROUP BY 1 HAVING count(*) > 1) AS twice`,
	"the duty is asked for after it was paid": `
		SELECT count(*) FROM charge c WHERE status = 'open' AND EXISTS (SELECT FROM charge p WHERE p.origin_id = c.origin_id AND p.status = 'paid')`,
	"sent without the money": `
		SELECT count(*) FROM application a WHERE number IS NOT NULL
			AND NOT EXISTS (SELECT FROM charge c WHERE c.origin_id = a.id AND c.status = 'paid')`,
	"sent, and not in the outbox, or the other way round": `
		SELECT count(*) FROM application a WHERE (number IS NOT NULL) <> EXISTS (SELECT FROM delivery d WHERE d.application_id = a.id)`,
	"taken back, and the department is not told": `
		SELECT count(*) FROM application a WHERE state = 'cancelled' AND number IS NOT NULL
			AND NOT EXISTS (SELECT FROM delivery d WHERE d.application_id = a.id AND d.type = 'tamga.application.cancelled')`,
	"corrected without every signature": `
		SELECT count(*) FROM application_correction c JOIN application_party p ON p.application = c.application
		WHERE c.done_at IS NOT NULL AND NOT EXISTS (SELECT FROM application_correction_signature s
			WHERE s.request = c.request AND s.party = p.party AND s.hash = c.hash)`,
	"told of a correction that is not in force, or the other way round": `
		SELECT count(*) FROM application_correction c
		WHERE (c.done_at IS NOT NULL) <> EXISTS (SELECT FROM delivery d WHERE d.id = c.request)`,
	"a correction in force is not what the application says": `
		SELECT count(*) FROM application a WHERE a.hash IS DISTINCT FROM (SELECT c.hash FROM application_correction c
			WHERE c.application = a.id AND c.done_at IS NOT NULL ORDER BY c.done_at DESC LIMIT 1)
			AND EXISTS (SELECT FROM application_correction c WHERE c.application = a.id AND c.done_at IS NOT NULL)`,
	"two times are held": `
		SELECT count(*) FROM (SELECT application FROM application_booking WHERE state <> 'released' GROUP BY 1 HAVING count(*) > 1) AS two`,
	"dead with money that nobody returns": `
		SELECT count(*) FROM application a WHERE state IN ('declined', 'expired', 'cancelled') AND paid_charge IS NOT NULL AND NOT refund_due`,
}

// TestAnySequence lets two people and the jobs do things at random and looks after each of them.
func TestAnySequence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ends := map[State]int{}
	for round := range 24 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, uint64(round)))
		id, first, second := w.joined(round%2 == 0)
		var done []string
		for range 6 + r.IntN(22) {
			done = append(done, w.anything(r, id, first, second))
			for what, sql := range broken {
				if n := w.count(sql); n != 0 {
					t.Fatalf("%s, after %s (seed %d)", what, strings.Join(done, ", "), seed)
				}
			}
		}
		ends[w.state(id)]++
	}
	corrected := w.count(`SELECT count(*) FROM application_correction WHERE done_at IS NOT NULL`)
	t.Log(ends, corrected, "corrected")
	if len(ends) < 3 {
		t.Errorf("the sequences see too little: %v", ends)
	}
}

// joined is an application that both fill in, or one that the department has.
func (w *world) joined(sent bool) (id uuid.UUID, first, second *browser) {
	if sent {
		return w.filed()
	}
	id, first, second, token := w.couple()
	second.join(token)
	return id, first, second
}

// anything does one thing at random and names it.
func (w *world) anything(r *rand.Rand, id uuid.UUID, people ...*browser) string {
	n := r.IntN(len(people))
	who := people[n]
	var what string
	var f func(ctx context.Context, tx pgx.Tx, d *dossier) error
	if w.state(id).WithDepartment() && r.IntN(3) > 0 {
		return w.afterwards(r, id, n+1, who)
	}
	switch dice := r.IntN(100); {
	case dice < 45:
		what, f = "sign", func(ctx context.Context, tx pgx.Tx, d *dossier) error {
			return w.core.sign(ctx, tx, d, who.p, d.hash())
		}
	case dice < 55:
		what, f = "edit", func(ctx context.Context, tx pgx.Tx, d *dossier) error {
			step, _, _ := d.visible("birth")
			return w.core.save(ctx, tx, d, step, catalog.Answers{"birth_date": "1996-09-03", "birth_place": fmt.Sprint("город № ", r.IntN(3))})
		}
	case dice < 80:
		w.payIfAsked(id, r.IntN(3) > 0)
		return "pay"
	case dice < 88:
		w.tellIfPaid(id)
		return "news of the payment"
	case dice < 92:
		w.pass(time.Duration(1+r.IntN(25)) * time.Hour)
		w.expire(id)
		return "time passes"
	case dice < 96:
		what, f = "cancel", func(ctx context.Context, tx pgx.Tx, d *dossier) error { return w.core.cancel(ctx, tx, d, "") }
	default:
		what, f = "decline", func(ctx context.Context, tx pgx.Tx, d *dossier) error { return w.core.decline(ctx, tx, d, d.Me) }
	}
	return w.does(id, n+1, who, what, f)
}

// does runs one thing and names it with what came of it.
func (w *world) does(id uuid.UUID, n int, who *browser, what string, f func(context.Context, pgx.Tx, *dossier) error) string {
	err := w.inTx(id, who.p, f)
	if err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
		w.t.Fatalf("%s: %v", what, err)
	}
	return fmt.Sprintf("%s by %d (%v)", what, n, err)
}

// afterwards does one of the things that happen once the department has the application.
func (w *world) afterwards(r *rand.Rand, id uuid.UUID, n int, who *browser) string {
	switch dice := r.IntN(100); {
	case dice < 14:
		status := []string{departments.Accepted, departments.InProgress, departments.InProgress, departments.Completed, departments.Refused}[r.IntN(5)]
		w.told(id, departments.Update{Status: status})
		return "the department says " + status
	case dice < 36:
		w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Исправьте",
			Request: &departments.Request{Fields: []string{[]string{"birth_place", "second.birth_place"}[r.IntN(2)]}}})
		return "the department asks"
	case dice < 44:
		return w.does(id, n, who, "message", func(ctx context.Context, tx pgx.Tx, d *dossier) error {
			return w.core.say(ctx, tx, d, &message{Kind: saidMessage, Words: words{Text: "?"}}, nil)
		})
	case dice < 46:
		return w.does(id, n, who, "withdraw", func(ctx context.Context, tx pgx.Tx, d *dossier) error { return w.core.cancel(ctx, tx, d, "") })
	case dice < 66:
		return w.does(id, n, who, "propose", func(ctx context.Context, tx pgx.Tx, d *dossier) error {
			a, err := w.anyRequest(ctx, tx, d)
			if err != nil || len(a.keys) == 0 {
				return err
			}
			step, _, _ := d.visible("birth")
			answers := catalog.Answers{"birth_date": "1996-09-03", "birth_place": fmt.Sprint("посёлок № ", r.IntN(3))}
			return w.core.propose(ctx, tx, d, a, d.Definition.With(d.base(a), step, d.Me.ID, answers), "", nil)
		})
	default:
		return w.does(id, n, who, "sign the correction", func(ctx context.Context, tx pgx.Tx, d *dossier) error {
			a, err := w.anyRequest(ctx, tx, d)
			if err != nil || a.Correction == nil {
				return err
			}
			return w.core.signCorrection(ctx, tx, d, who.p, a, a.Correction.Hash)
		})
	}
}

// anyRequest is the first request that waits.
func (w *world) anyRequest(ctx context.Context, tx pgx.Tx, d *dossier) (*asked, error) {
	said, err := w.core.conversation(ctx, tx, d.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range said {
		if d.awaited(m) {
			return w.core.openRequest(ctx, tx, d, m.ID)
		}
	}
	return nil, errClosed
}

// payIfAsked pays the open duty, if there is one; the news may be slow.
func (w *world) payIfAsked(id uuid.UUID, atOnce bool) {
	c, err := payments.ChargeOf(context.Background(), w.db, origin(id))
	if err != nil || c.Status != payments.Open {
		return
	}
	args := w.pay(id)
	if atOnce {
		w.tellPaid(args)
	}
}

func (w *world) tellIfPaid(id uuid.UUID) {
	c, err := payments.ChargeOf(context.Background(), w.db, origin(id))
	if err == nil && c.Status == payments.Paid {
		w.tellPaid(payments.PaidArgs{ChargeID: c.ID, Origin: origin(id)})
	}
}
