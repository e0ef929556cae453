package applications

import (
	"context"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/documents"
	"tamga/frontend"
)

// rememberBox is the name of the box «запомнить в моих документах». It is not among a service's questions, whose ids have no underscore
// in front.
const rememberBox = "_remember"

// offerRemember is the box on a page that asks what a document says, as the person left it the last time; nil elsewhere. What an
// organisation says is nobody's document.
func (h *Handler) offerRemember(ctx context.Context, p *Person, step *catalog.Step, typed url.Values, label string) (*frontend.Checkboxes, error) {
	if step.Repeat != nil || p.Organisation != nil {
		return nil, nil
	}
	var sources []string
	for _, source := range step.Prefills() {
		sources = append(sources, source)
	}
	offer, keep, err := documents.Offered(ctx, h.DB, p.ID, sources)
	if err != nil || !offer {
		return nil, err
	}
	if typed != nil {
		keep = typed.Get(rememberBox) != ""
	}
	return &frontend.Checkboxes{Name: rememberBox, Classes: "govuk-checkboxes--small",
		Items: []frontend.Choice{{Value: "yes", Text: label, Checked: keep}}}, nil
}

// remember keeps the choice, and with it what a page says, among the person's documents.
func (h *Handler) remember(ctx context.Context, tx pgx.Tx, p *Person, step *catalog.Step, typed url.Values, answers catalog.Answers) error {
	if step.Repeat != nil || p.Organisation != nil || p.ID == uuid.Nil {
		return nil
	}
	said := map[string]string{}
	for at, source := range step.Prefills() {
		question, part, inside := strings.Cut(at, ".")
		text, _ := answers[question].(string)
		if parts, ok := answers[question].(map[string]any); ok && inside {
			text, _ = parts[part].(string)
		}
		if text != "" {
			said[source] = text
		}
	}
	if !documents.Keeps(said) {
		return nil
	}
	return documents.Remember(ctx, tx, h.Box, p.ID, typed.Get(rememberBox) != "", said, h.Now())
}
