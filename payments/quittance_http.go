package payments

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// listQuittances shows the notices that the owners of charges have not taken, with the reason and a button to try again.
func (h *BooksHandler) listQuittances(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	all, err := stuckQuittances(c.UserContext(), h.DB, h.Desk.Now())
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := booksPage{Title: t("payments_role.quittances"), Empty: t("payments_role.no_quittances")}
	if c.Query("again") != "" {
		page.Done = t("payments_role.again")
	}
	for _, q := range all {
		page.Cards = append(page.Cards, bookCard{ID: q.ID.String(), Title: t("payments_role.quittance_" + q.Kind), Action: "/quittances/" + q.ID.String(),
			List: frontend.SummaryOf(t, "payments.number", q.Receipt, "payments.amount", rus.FormatRubles(q.Amount), "payments_role.source", q.Source, "payments_role.reference", q.Reference,
				"payments_role.attempts", strconv.Itoa(q.Attempts), "payments_role.problem", q.LastError, "payments_books.found", rus.FormatDateTime(q.At, web.Lang(c))),
			Note:    note(t, q.ID.String()),
			Buttons: []frontend.Button{{Text: t("payments_role.retry"), Name: "choice", Value: "retry", PreventDoubleClick: true}}})
	}
	return booksView.Render(c, h.Pages, page)
}

// retryQuittance sends a notice once more, under its own key: an owner that has it already says so.
func (h *BooksHandler) retryQuittance(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id := uuid.MustParse(c.Params("id"))
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		q, err := quittanceByID(c.UserContext(), tx, id)
		if err != nil {
			return fault.New(fault.NotFound, "payments.no_payment")
		}
		if q.Sent {
			return nil
		}
		if _, err := h.Desk.River.InsertTx(c.UserContext(), tx, QuittanceArgs{id}, nil); err != nil {
			return err
		}
		return h.write(c, tx, "payments.quittance_retry", &q.PaymentID, short(c.FormValue("note"), 1000), map[string]any{"quittance": id})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/quittances?again=1", fiber.StatusSeeOther)
}
