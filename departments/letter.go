package departments

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// Letter is an application as a department has it: corrected, when it was.
type Letter struct {
	Number, Service string
	Version         int // of the service's definition
	Message         uuid.UUID
	SentAt          time.Time
	Application
}

// LetterOf reads what went to the department about an application; nil when that department never got it, or it is kept no longer.
func LetterOf(ctx context.Context, d db.DB, box *secret.Box, department string, application uuid.UUID) (*Letter, error) {
	return LetterAt(ctx, d, box, department, application, nil)
}

// LetterAt reads what the department had at a moment: before a later correction.
func LetterAt(ctx context.Context, d db.DB, box *secret.Box, department string, application uuid.UUID, at *time.Time) (*Letter, error) {
	sent, err := lastLetter(ctx, d, department, application, at)
	if err != nil || sent == nil {
		return nil, err
	}
	raw, err := box.Open(sent.Data, []byte("delivery.data "+sent.ID.String()))
	if err != nil {
		return nil, err
	}
	if sent.Type == TypeCorrected {
		var c CorrectedData
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, err
		}
		raw = c.Application
	}
	l := &Letter{Number: sent.Number, Service: sent.Service, Version: sent.ServiceVersion, Message: sent.ID, SentAt: sent.CreatedAt}
	return l, json.Unmarshal(raw, &l.Application)
}

// PostSigned posts a signed JSON body: what the registers of departments/checks are asked by.
func (c *Client) PostSigned(ctx context.Context, address, signature string, body []byte) (*Answer, error) {
	return c.do(ctx, http.MethodPost, address, body, http.Header{
		"Content-Type": {"application/json; charset=utf-8"}, "Accept": {"application/json"}, SignatureHeader: {signature}})
}
