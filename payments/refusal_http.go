package payments

import (
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// refusal is a decision that was not taken. The list comes back with the words beside their row, and with what was typed in it.
type refusal struct {
	id   string
	note string
	err  *fault.Error
}

// refusalOf returns nil for what is no refusal but a failure of ours.
func refusalOf(id uuid.UUID, note string, err error) *refusal {
	var known *fault.Error
	if !errors.As(err, &known) {
		return nil
	}
	return &refusal{id.String(), note, known}
}

// refuse puts a refusal into a list. A row that has left it meanwhile, in a second tab or by somebody else, comes back on top as it has
// become; gone is nil when there never was one.
func (p *booksPage) refuse(c *fiber.Ctx, t func(string, ...any) string, r *refusal, gone *bookCard) {
	text := t(r.err.Key, r.err.Args...)
	c.Status(web.FailureOf(r.err).Status)
	at := slices.IndexFunc(p.Cards, func(card bookCard) bool { return card.ID == r.id })
	if at < 0 && gone != nil {
		p.Cards, at = slices.Insert(p.Cards, 0, *gone), 0
	}
	switch {
	case at < 0:
		p.Errors.AddAt("card", "main-content", text)
	case p.Cards[at].Note.Name != "":
		card := &p.Cards[at]
		p.Errors.AddAt(card.Note.ID, card.Note.ID, text)
		card.Note.Value, card.Note.ErrorMessage = r.note, p.Errors.Message(card.Note.ID)
	default:
		p.Errors.AddAt("card", "card-"+r.id, text)
		p.Cards[at].Problem, p.Cards[at].Typed = text, r.note
	}
}

// goneDiscrepancy is a discrepancy that has ended: how, when and why.
func (h *BooksHandler) goneDiscrepancy(c *fiber.Ctx, t func(string, ...any) string, id string) (*bookCard, error) {
	x, end, err := endedDiscrepancy(c.UserContext(), h.DB, uuid.MustParse(id))
	if err != nil || x == nil {
		return nil, err
	}
	return &bookCard{ID: id, Title: t("payments_books.kind_" + x.Kind),
		List: frontend.SummaryOf(t, "payments.number", x.Receipt, "payments_books.ours", oursText(*x), "payments_books.theirs", theirsText(*x),
			"payments_books.ended", t("payments_books.end_"+end.How), "payments_books.note", end.Note, "payments_books.found", rus.FormatDateTime(end.At, web.Lang(c)))}, nil
}

// goneRefund is a refund that waits for nobody any more.
func (h *BooksHandler) goneRefund(c *fiber.Ctx, id string) (*bookCard, error) {
	r, err := refundByID(c.UserContext(), h.DB, uuid.MustParse(id))
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	card := h.refundCard(c, r)
	return &card, nil
}

// noteOf is why an employee decides so; a fault when it is too long to be kept.
func noteOf(text string) error {
	if len([]rune(text)) > mostNote {
		return fault.New(fault.Invalid, "payments_books.note_long")
	}
	return nil
}

const mostNote = 1000
