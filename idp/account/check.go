package account

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// startChecks stores the data and asks the registers, each in a job of its own: all or nothing of it happens.
func (h *Handler) startChecks(ctx context.Context, i *Identity, lang i18n.Lang) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := SetLanguage(ctx, tx, i.Account, lang); err != nil { // the answer comes in the language of the question
			return err
		}
		_, err := h.beginRound(ctx, tx, i, journal.Entry{Actor: i.Account.String(), ActorRole: "citizen"})
		return err
	})
}

// beginRound does so in a transaction, by whoever has typed the data. It returns 0 when a round is under way already.
func (h *Handler) beginRound(ctx context.Context, tx pgx.Tx, i *Identity, by journal.Entry) (int, error) {
	round, found, err := putIdentity(ctx, tx, h.Box, i, h.Now())
	if err != nil || !found { // sent twice, or in two tabs: the checks of the first are under way
		return 0, err
	}
	by.Action, by.Subject, by.Details = "idp.data_sent", i.Account.String(), withRound(by.Details, round)
	if err := journal.Write(ctx, tx, by); err != nil {
		return 0, err
	}
	for _, register := range Registers {
		c := Check{ID: uuid.Must(uuid.NewV7()), Account: i.Account, Round: round, Register: register}
		if err := insertCheck(ctx, tx, c, h.Now()); err != nil {
			return 0, err
		}
		if _, err := h.River.InsertTx(ctx, tx, CheckArgs{CheckID: c.ID}, nil); err != nil {
			return 0, fmt.Errorf("enqueue check: %w", err)
		}
	}
	return round, nil
}

func withRound(details map[string]any, round int) map[string]any {
	all := map[string]any{"round": round}
	maps.Copy(all, details)
	return all
}

// Answer is what a register says. Without a match there is a reason.
type Answer struct {
	Match  bool   `json:"match"`
	Reason string `json:"reason"`
}

// reasons that a register may give; pages have a text for each.
var reasons = map[string]bool{"not_found": true, "name": true, "birth_date": true, "sex": true, "document": true, "taken": true, "parent": true}

// question is what a register needs to know, and no more.
func question(register string, i *Identity) any {
	type person struct {
		LastName   string `json:"last_name"`
		FirstName  string `json:"first_name"`
		MiddleName string `json:"middle_name"`
		BirthDate  string `json:"birth_date"`
	}
	p := person{i.LastName, i.FirstName, i.MiddleName, i.BirthDate.Format(time.DateOnly)}
	if register == "pension" {
		return struct {
			SNILS string `json:"snils"`
			Sex   string `json:"sex"`
			person
		}{i.SNILS, i.Gender(), p}
	}
	return struct {
		Kind     string `json:"kind"`
		Series   string `json:"series"`
		Number   string `json:"number"`
		IssuedOn string `json:"issued_on"`
		Code     string `json:"code"`
		person
	}{i.Document.Type, i.Document.Series, i.Document.Number, i.Document.IssuedOn, i.Document.Code, p}
}

// AskRegister puts a question to a register. An error means that there is no answer yet.
func AskRegister(ctx context.Context, client *http.Client, base, register string, question any) (*Answer, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/registers/"+register, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := client.Do(r)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "idp.register_away")
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("register %s answered %d", register, got.StatusCode)
	}
	a := &Answer{}
	if err := json.NewDecoder(io.LimitReader(got.Body, 64<<10)).Decode(a); err != nil {
		return nil, errors.New("register " + register + " gave no JSON")
	}
	if !a.Match && !reasons[a.Reason] {
		a.Reason = "not_found"
	}
	return a, nil
}
