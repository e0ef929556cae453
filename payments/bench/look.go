package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/payments/lookup"
)

// way is one way to ask, of a random payment: those of frequent names come often, as they do in life.
type way struct {
	name string
	ask  func(w *world, r *rand.Rand, i int) lookup.Question
}

func (w *world) payer(i int) *payer { return &w.payers[w.payerOf(w.chargeOf(i))] }

func initials(words ...string) string {
	var b strings.Builder
	for _, word := range words {
		if word != "" {
			b.WriteString(string([]rune(word)[:1]) + ". ")
		}
	}
	return strings.TrimSpace(b.String())
}

func named(make func(r *rand.Rand, last, first, middle string) string) func(*world, *rand.Rand, int) lookup.Question {
	return func(w *world, r *rand.Rand, i int) lookup.Question {
		last, first, middle := w.spell.written(w.payer(i))
		return lookup.Question{Typed: strings.TrimSpace(make(r, last, first, middle))}
	}
}

func words(all ...string) string { return strings.Join(all, " ") }

func oneTypo(r *rand.Rand, last, first, middle string) string {
	switch n := r.IntN(10); {
	case n < 6 || len([]rune(first)) < 3:
		return words(mistype(r, last), first, middle)
	case n < 8 || middle == "":
		return words(last, mistype(r, first), middle)
	}
	father, rest, _ := strings.Cut(middle, " ")
	return words(last, first, strings.TrimSpace(mistype(r, father)+" "+rest))
}

func ways() []way {
	narrow := func(n func(w *world, i int) lookup.Narrow, typed func(*rand.Rand, string, string, string) string) func(*world, *rand.Rand, int) lookup.Question {
		return func(w *world, r *rand.Rand, i int) lookup.Question {
			q := named(typed)(w, r, i)
			q.Narrow = n(w, i)
			return q
		}
	}
	surname := func(_ *rand.Rand, last, _, _ string) string { return last }
	lastFirst := func(_ *rand.Rand, last, first, _ string) string { return words(last, first) }
	return []way{
		{"number", func(_ *world, _ *rand.Rand, i int) lookup.Question {
			return lookup.Question{Typed: rus.NewReceipt(int64(i))}
		}},
		{"uin", func(w *world, _ *rand.Rand, i int) lookup.Question {
			return lookup.Question{Typed: uin(w.chargeOf(i))}
		}},
		{"application", func(w *world, _ *rand.Rand, i int) lookup.Question {
			c := w.chargeOf(i)
			return lookup.Question{Typed: "16-000000-0", Numbers: func(context.Context, db.DB, string) (uuid.UUID, bool, error) {
				return id(2, c, w.chargeAt(c)), true, nil
			}}
		}},
		{"phone", func(w *world, _ *rand.Rand, i int) lookup.Question {
			for phone(w.payerOf(w.chargeOf(i))) == "" {
				i = (i + 1) % w.payments
			}
			return lookup.Question{Typed: phone(w.payerOf(w.chargeOf(i)))}
		}},
		{"fullname", named(func(_ *rand.Rand, last, first, middle string) string { return words(last, first, middle) })},
		{"fullname_swapped", named(func(_ *rand.Rand, last, first, middle string) string { return words(first, middle, last) })},
		{"initials", named(func(_ *rand.Rand, last, first, middle string) string { return words(last, initials(first, middle)) })},
		{"last_first", named(lastFirst)},
		{"surname", named(surname)},
		{"typo", named(oneTypo)},
		{"typo_last_first", named(func(r *rand.Rand, last, first, _ string) string { return words(mistype(r, last), first) })},
		{"similar", func(w *world, r *rand.Rand, i int) lookup.Question {
			q := named(lastFirst)(w, r, i)
			q.Similar = true
			return q
		}},
		{"last_first_month", narrow(func(w *world, i int) lookup.Narrow {
			return lookup.Narrow{From: w.at(i).AddDate(0, 0, -15), Until: w.at(i).AddDate(0, 0, 15)}
		}, lastFirst)},
		{"surname_week", narrow(func(w *world, i int) lookup.Narrow {
			return lookup.Narrow{From: w.at(i).AddDate(0, 0, -3), Until: w.at(i).AddDate(0, 0, 4)}
		}, surname)},
		{"surname_amount", narrow(func(w *world, i int) lookup.Narrow { return lookup.Narrow{Amount: kindOf(w.chargeOf(i)).amount} }, surname)},
		{"surname_no_amount", narrow(func(*world, int) lookup.Narrow { return lookup.Narrow{Amount: 123} }, surname)},
		{"surname_department", narrow(func(w *world, i int) lookup.Narrow {
			k := kindOf(w.chargeOf(i))
			return lookup.Narrow{Service: k.service, Payee: k.payee}
		}, surname)},
		{"nobody", named(func(r *rand.Rand, _, first, middle string) string {
			return words(fmt.Sprintf("несуществов%c", 'а'+rune(r.IntN(30))), first, middle)
		})},
	}
}

// lookAll asks in each way, one question after another, and prints how long the answers take.
func lookAll(ctx context.Context, pool *pgxpool.Pool, w *world, r *rand.Rand, o options, figures map[string]metric) error {
	held, err := pool.Acquire(ctx) // one session, whose own time can be read
	if err != nil {
		return err
	}
	defer held.Release()
	conn := held.Conn()
	for _, y := range ways() {
		took, own := make([]time.Duration, 0, o.looks), make([]time.Duration, 0, o.looks)
		hits, slowest, worst := 0, time.Duration(0), ""
		for n := range o.looks + 20 {
			q := y.ask(w, r, r.IntN(w.payments))
			began, worked := time.Now(), workOf(conn.PgConn().PID())
			a, err := lookup.Find(ctx, conn, q)
			if err != nil {
				return fmt.Errorf("%s %q: %w", y.name, q.Typed, err)
			}
			if n < 20 { // the first ones plan the statements
				continue
			}
			d := time.Since(began)
			own = append(own, workOf(conn.PgConn().PID())-worked)
			if took = append(took, d); d > slowest {
				slowest, worst = d, q.Typed
			}
			if len(a.Found) > 0 {
				hits++
			}
		}
		ms := func(all []time.Duration, q float64) float64 {
			slices.Sort(all)
			return float64(all[int(q*float64(len(all)-1))].Microseconds()) / 1000
		}
		figures[y.name+"_p50_ms"], figures[y.name+"_p99_ms"] = metric{ms(took, 0.5), "ms"}, metric{ms(took, 0.99), "ms"}
		figures[y.name+"_server_p99_ms"] = metric{ms(own, 0.99), "ms"}
		line := ""
		if o.explain {
			line = fmt.Sprintf(", slowest %.1f: %s", slowest.Seconds()*1000, worst)
		}
		say("%-20s p50 %7.2f  p95 %7.2f  p99 %7.2f ms, the server itself p50 %6.2f  p99 %7.2f; %d of %d found something%s", y.name,
			ms(took, 0.5), ms(took, 0.95), ms(took, 0.99), ms(own, 0.5), ms(own, 0.99), hits, o.looks, line)
	}
	return nil
}

// workOf is how long a process of the machine has had a processor: what a look-up costs, whatever else the machine does. It is 0 where
// the system does not tell (other than Linux).
func workOf(pid uint32) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		return 0
	}
	ns, _, _ := strings.Cut(string(raw), " ")
	n, _ := strconv.ParseInt(ns, 10, 64)
	return time.Duration(n)
}

// variant is another way to write a name that must find its payments.
type variant struct {
	name  string
	write func(r *rand.Rand, last, first, middle string) string
}

var variants = []variant{
	{"typo", oneTypo},
	{"yo", func(_ *rand.Rand, last, first, middle string) string {
		return strings.NewReplacer("ё", "е", "е", "ё", "Ё", "Е", "Е", "Ё").Replace(words(last, first, middle))
	}},
	{"capitals", func(r *rand.Rand, last, first, middle string) string {
		if r.IntN(2) == 0 {
			return strings.ToUpper(words(last, first, middle))
		}
		return strings.ToLower(words(last, first, middle))
	}},
	{"tatar", func(_ *rand.Rand, last, first, middle string) string {
		return strings.NewReplacer("а", "ә", "о", "ө", "у", "ү", "ж", "җ", "н", "ң", "х", "һ", "ә", "а", "ө", "о", "ү", "у", "җ", "ж", "ң", "н", "һ", "х").
			Replace(words(last, first, middle))
	}},
	{"latin", func(_ *rand.Rand, last, first, middle string) string {
		return strings.NewReplacer("а", "a", "о", "o", "е", "e", "р", "p", "с", "c", "х", "x", "А", "A", "О", "O", "Е", "E", "М", "M", "Н", "H").Replace(words(last, first, middle))
	}},
	{"swapped", func(_ *rand.Rand, last, first, middle string) string { return words(first, middle, last) }},
}

// recallAll counts how often a name written otherwise leads to the payments of its payer: as typed, by the button of similar names, or
// on the pages after the first.
func recallAll(ctx context.Context, pool *pgxpool.Pool, w *world, r *rand.Rand, looks int, figures map[string]metric) error {
	for _, v := range variants {
		found, first := 0, 0
		for range looks {
			last, name, middle := w.spell.written(w.payer(r.IntN(w.payments)))
			typed := strings.TrimSpace(v.write(r, last, name, middle))
			page, err := pageOf(ctx, pool, typed, rus.FoldName(words(last, name, middle)))
			if err != nil {
				return fmt.Errorf("%q: %w", typed, err)
			}
			if page > 0 {
				found++
			}
			if page == 1 {
				first++
			}
		}
		figures["recall_"+v.name] = metric{100 * float64(found) / float64(looks), "%"}
		say("%-20s found %.1f %%, on the first page %.1f %%", "recall "+v.name, 100*float64(found)/float64(looks), 100*float64(first)/float64(looks))
	}
	return nil
}

// pageOf tells on which page a clerk sees the payer, 0 for none within ten.
func pageOf(ctx context.Context, pool *pgxpool.Pool, typed, folded string) (int, error) {
	q, seen := lookup.Question{Typed: typed}, 0
	for range 10 {
		a, err := lookup.Find(ctx, pool, q)
		if err != nil {
			return 0, err
		}
		seen++
		if slices.ContainsFunc(a.Found, func(f lookup.Found) bool { return rus.FoldName(f.Name) == folded }) {
			return seen, nil
		}
		switch {
		case a.More:
			q.After, q.Similar = a.Next, q.Similar || a.Close
		case !q.Similar && !a.Close:
			q.Similar, q.After = true, "" // the button of similar names
		default:
			return 0, nil
		}
	}
	return 0, nil
}
