package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/rus"
)

// planArgs wakes the worker that does what the rule of a service says.
type planArgs struct {
	Application uuid.UUID `json:"application" river:"unique"`
	Department  string    `json:"department" river:"unique"`
}

// Kind names the job in River's tables.
func (planArgs) Kind() string { return "checks.plan" }

// Plan has the checks of a service's rule asked, in the transaction that submits the application. Only a job is put down here: nothing
// that goes wrong with a check can hold the application.
func Plan(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], application uuid.UUID, department string) error {
	_, err := r.InsertTx(ctx, tx, planArgs{Application: application, Department: department}, nil)
	return err
}

type planWorker struct {
	river.WorkerDefaults[planArgs]
	jobs *Jobs
}

// Work asks what the rule asks for. Twice it asks nothing more: the ids of checks are made of the rule's.
func (w *planWorker) Work(ctx context.Context, job *river.Job[planArgs]) error {
	j, a := w.jobs, job.Args
	l, err := departments.LetterOf(ctx, j.DB, j.Box, a.Department, a.Application)
	if err != nil || l == nil {
		return err
	}
	s, err := j.Service(l.Service, l.Version)
	if err != nil {
		return err
	}
	online, err := connected(ctx, j.DB)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		for _, p := range proposals(l, s, j.Now()) {
			k, err := kindOf(p.Kind)
			if err != nil {
				return err
			}
			if k == nil || !k.may(a.Department) || !slices.Contains(online, k.Register) {
				continue
			}
			q, wrong, err := k.makeQuestion(p.Values)
			if err != nil {
				return err
			}
			if len(wrong) > 0 {
				j.warn("a rule's question cannot be asked", l.Service, p.Kind, wrong)
				continue
			}
			err = j.ask(ctx, tx, request{ID: uuid.NewSHA1(a.Application, fmt.Append(nil, p.Rule, " ", p.Party, " ", p.Item)), Department: a.Department,
				Application: a.Application, Number: l.Number, Kind: k, Party: p.Party, Question: q})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *Jobs) warn(what, service, kind string, fields []string) {
	if j.Log != nil {
		j.Log.Warn("checks: "+what, "service", service, "kind", kind, "fields", strings.Join(fields, " "))
	}
}

// proposals are the questions that a service's rule asks of an application, with what the letter knows of the party.
func proposals(l *departments.Letter, s *catalog.Service, now time.Time) []catalog.Asked {
	var set catalog.Set
	if json.Unmarshal(l.Answers, &set) != nil {
		return nil
	}
	set.Today = l.SubmittedAt
	if l.Organisation != nil {
		set.Acting = l.Organisation.Kind
	}
	list := s.Asked(set)
	for i := range list {
		fill(&list[i], l, now)
	}
	return list
}

// fill adds what the rule leaves out and the letter knows: names and SNILS of the party, and the last three whole months of income.
func fill(p *catalog.Asked, l *departments.Letter, now time.Time) {
	own := func(name, value string) {
		if _, said := p.Values[name]; !said && value != "" {
			p.Values[name] = value
		}
	}
	at := slices.IndexFunc(l.Parties, func(o departments.Party) bool { return o.ID == p.Party })
	if at < 0 && p.Party == "" && len(l.Parties) > 0 {
		at = 0
	}
	if at >= 0 && p.Item < 0 && p.Values["last_name"] == "" {
		o := l.Parties[at]
		own("last_name", o.Last)
		own("first_name", o.First)
		own("middle_name", o.Middle)
		own("snils", o.SNILS)
	}
	if p.Kind == "income" {
		first := time.Date(now.In(rus.Moscow).Year(), now.In(rus.Moscow).Month(), 1, 0, 0, 0, 0, rus.Moscow)
		own("from", first.AddDate(0, -3, 0).Format("2006-01"))
		own("until", first.AddDate(0, -1, 0).Format("2006-01"))
	}
}
