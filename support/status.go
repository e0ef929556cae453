package support

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"tamga/internal/calendar"
	"tamga/internal/i18n"
)

const (
	probeTime   = 10 * time.Second
	staleAfter  = 5 * time.Minute // an older measurement says nothing of now
	keepChecks  = 90 * 24 * time.Hour
	alarmAfter  = 3 // failures in a row that raise an incident
	departments = "department:"
)

// component is a part of the portal, or a department's system.
type component struct {
	Code      string
	Name      *i18n.Text // of a department
	OK        *bool
	CheckedAt *time.Time
	TookMS    *int
	Error     string
	Day, Days *float64 // share of good measurements in a day and in thirty
	Failures  int      // in a row, up to now
	LastGood  *time.Time
}

// State says in a word how it is: ok, down, unknown.
func (c *component) State(now time.Time) string {
	switch {
	case c.CheckedAt == nil || now.Sub(*c.CheckedAt) > staleAfter:
		return "unknown"
	case *c.OK:
		return "ok"
	}
	return "down"
}

// probe measures everything at once; one that hangs holds none of the others.
func (j *Jobs) probe(ctx context.Context) error {
	targets := map[string]func(context.Context) error{}
	for code, check := range j.Checks {
		targets[code] = check
	}
	bodies, err := departmentEndpoints(ctx, j.DB)
	if err != nil {
		return err
	}
	for _, b := range bodies {
		if j.Reach != nil {
			targets[departments+b.Code] = func(ctx context.Context) error { return j.Reach(ctx, b.URL+"/jwks.json") }
		}
	}
	if err := putComponents(ctx, j.DB, j.Checks, bodies, j.Now()); err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(10)
	for code, check := range targets {
		g.Go(func() error { return j.measure(ctx, code, check) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := j.alarm(ctx); err != nil {
		return err
	}
	return deleteChecks(ctx, j.DB, j.Now().Add(-keepChecks))
}

func (j *Jobs) measure(ctx context.Context, code string, check func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	began := time.Now()
	err := check(limited)
	told := ""
	if err != nil {
		told = err.Error()
		told = told[:min(len(told), 250)]
	}
	return insertCheck(ctx, j.DB, code, j.Now(), err == nil, int(time.Since(began).Milliseconds()), told)
}

// alarm raises an incident for each part that has failed some times in a row: one for each time that it went down.
func (j *Jobs) alarm(ctx context.Context) error {
	parts, err := listComponents(ctx, j.DB, j.Now())
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Failures < alarmAfter || p.State(j.Now()) != "down" {
			continue
		}
		since := "ever"
		if p.LastGood != nil {
			since = fmt.Sprint(p.LastGood.Unix())
		}
		err := pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
			_, err := Raise(ctx, tx, Report{Key: "status:" + p.Code + ":" + since, Topic: "portal", Cause: p.Code + ": " + p.Error, At: j.Now()})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// earliestWorks is when works that are announced now may start: a working day later at the earliest.
func earliestWorks(now time.Time) time.Time { return calendar.Default().AddWorkingDays(now, 1) }
