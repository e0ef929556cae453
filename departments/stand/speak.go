package stand

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/cms"
	"tamga/internal/fault"
	"tamga/internal/gost"
	"tamga/internal/i18n"
	"tamga/internal/paper"
	"tamga/internal/rus"
)

// spoken is what an employee wants to say besides a decision.
type spoken struct {
	Action    string // ask, request, issue, invite
	Text      string
	Documents []string
	Fields    []string
	At        time.Time // of an appointment, or until when a request waits
	Place     string
}

// utter queues for the portal what the employee says, in one transaction with the document that goes with it.
func (s *System) utter(ctx context.Context, id uuid.UUID, w spoken) error {
	return pgx.BeginFunc(ctx, s.cfg.DB, func(tx pgx.Tx) error {
		r, err := lockReceived(ctx, tx, s.Code, id)
		if err != nil {
			return err
		}
		if r.State == "cancelled" {
			return fault.New(fault.Conflict, "stand.decided")
		}
		switch w.Action {
		case "ask":
			return s.queue(ctx, tx, r, departments.TypeMessage, w.Text, departments.SaidData{Text: w.Text})
		case "request":
			return s.queue(ctx, tx, r, departments.TypeRequest, w.Text, departments.RequestData{Text: w.Text,
				Request: departments.Request{Until: w.At, Documents: w.Documents, Fields: w.Fields}})
		case "invite":
			return s.queue(ctx, tx, r, departments.TypeAppointment, w.Text, departments.Appointment{At: w.At, Place: w.Place, Text: w.Text})
		}
		return s.issue(ctx, tx, r, w.Text)
	})
}

func (s *System) queue(ctx context.Context, tx pgx.Tx, r *received, typ, text string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return queueEvent(ctx, tx, s.Code, r, typ, "", text, raw, s.cfg.Now())
}

// issue makes a signed paper and offers it to the portal.
func (s *System) issue(ctx context.Context, tx pgx.Tx, r *received, text string) error {
	now, name := s.cfg.Now(), serviceName(r)
	d := paper.New(paper.Head{Title: name, Lang: "ru", Foot: r.Number, Page: "Страница %d из %s", At: now})
	d.Title(name)
	d.Row("Номер заявления", r.Number)
	d.Row("Дата", rus.FormatDate(now, i18n.RU))
	if text != "" {
		d.Text(text)
	}
	d.Small("Документ учебного стенда: юридической силы не имеет.")
	content, err := d.Bytes()
	if err != nil {
		return err
	}
	signature, err := s.seal.sign(s.Code, content, now)
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7())
	if err := insertDocument(ctx, tx, s.Code, id, r.ApplicationID, "application/pdf", content, now); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	return s.queue(ctx, tx, r, departments.TypeResult, text, departments.ResultData{Text: text, Documents: []departments.Document{{
		Name: "Результат по заявлению " + r.Number + ".pdf", MediaType: "application/pdf", Size: int64(len(content)),
		SHA256: hex.EncodeToString(sum[:]), URL: strings.TrimRight(r.Base, "/") + "/" + s.Code + "/documents/" + id.String(),
		Signature: signature}}})
}

// seal signs papers with a GOST key that lives as long as the process: the certificate goes with each signature.
type seal struct {
	once sync.Once
	key  *gost.PrivateKey
	cert *gost.Certificate
	err  error
}

func (s *seal) sign(code string, content []byte, now time.Time) ([]byte, error) {
	s.once.Do(func() {
		s.key, s.cert, s.err = selfSigned("Учебный стенд: "+code, now)
	})
	if s.err != nil {
		return nil, fmt.Errorf("seal of stand %s: %w", code, s.err)
	}
	return cms.Sign(rand.Reader, content, s.cert, s.key, cms.Signing{Time: now})
}

// hear takes what a citizen says after having applied. The refusal of a cancellation that comes too late is kept, so that a repeated
// message is answered alike.
func (s *System) hear(ctx context.Context, e *departments.Event, m *departments.Message, sum []byte) error {
	id, err1 := uuid.Parse(e.ID)
	application, err2 := uuid.Parse(e.Subject)
	if err1 != nil || err2 != nil {
		return errBadEvent
	}
	reason := ""
	err := pgx.BeginFunc(ctx, s.cfg.DB, func(tx pgx.Tx) error {
		r, err := lockApplied(ctx, tx, s.Code, application)
		if err != nil {
			return err
		}
		if r == nil {
			reason = "Заявления, о котором вы пишете, здесь нет"
			return nil
		}
		known, refused, err := insertHeard(ctx, tx, s.Code, &heard{ID: id, ApplicationID: application, Type: e.Type, Data: m.Said(), ReceivedAt: s.cfg.Now()}, sum)
		switch {
		case err != nil:
			return err
		case known != nil && string(known) != string(sum):
			return errOtherContent
		case known != nil:
			reason = refused
			return nil
		}
		reason, err = s.heed(ctx, tx, r, e.Type, m)
		if err != nil || reason == "" {
			return err
		}
		return refuseHeard(ctx, tx, s.Code, id, reason)
	})
	if err == nil && reason != "" {
		return refusal{reason}
	}
	return err
}

// heed does what a message asks; the reason says why it does not.
func (s *System) heed(ctx context.Context, tx pgx.Tx, r *received, typ string, m *departments.Message) (reason string, err error) {
	over := r.State == "completed" || r.State == "refused" || r.State == "cancelled"
	switch typ {
	case departments.TypeCancelled:
		if over {
			return "Решение по заявлению уже принято: отозвать его нельзя", nil
		}
		return "", setState(ctx, tx, s.Code, r.ID, "cancelled", "")
	case departments.TypeCorrected:
		var c departments.CorrectedData
		if json.Unmarshal(m.Correction, &c) != nil || len(c.Application) == 0 {
			return "", errBadEvent
		}
		if over {
			return "Решение по заявлению уже принято: исправить его нельзя", nil
		}
		return "", setData(ctx, tx, s.Code, r.ID, c.Application)
	}
	return "", nil
}
