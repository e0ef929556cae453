package payments

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

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
	return h.renderQuittances(c, nil)
}

func (h *BooksHandler) renderQuittances(c *fiber.Ctx, no *refusal) error {
	all, err := stuckQuittances(c.UserContext(), h.DB, h.Desk.Now())
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := booksPage{Title: t("payments_role.quittances"), Empty: t("payments_role.no_quittances")}
	switch c.Query("again") {
	case "1":
		page.Done = t("payments_role.again")
	case "taken":
		page.Done = t("payments_role.taken")
	}
	for _, q := range all {
		page.Cards = append(page.Cards, bookCard{ID: q.ID.String(), Title: t("payments_role.quittance_" + q.Kind), Action: "/quittances/" + q.ID.String(),
			List: frontend.SummaryOf(t, "payments.number", q.Receipt, "payments.amount", rus.FormatRubles(q.Amount), "payments_role.source", h.ownerName(c, q.Source), "payments_role.reference", q.Reference,
				"payments_role.attempts", strconv.Itoa(q.Attempts), "payments_role.problem", whyNotTaken(t, q.LastError), "payments_books.found", rus.FormatDateTime(q.At, web.Lang(c))),
			Note:    optional(t, note(t, q.ID.String())),
			Buttons: []frontend.Button{{Text: t("payments_role.retry"), Name: "choice", Value: "retry", PreventDoubleClick: true}}})
	}
	if no != nil {
		page.refuse(c, t, no, nil)
	}
	return booksView.Render(c, h.Pages, page)
}

func (h *BooksHandler) ownerName(c *fiber.Ctx, code string) string {
	if h.Department == nil {
		return code
	}
	return orText(h.Department(code, web.Lang(c)), code)
}

// optional is a note that may be left out.
func optional(t func(string, ...any) string, n frontend.Input) frontend.Input {
	n.Label.Text = t("payments_role.retry_note")
	return n
}

var answers = regexp.MustCompile(`answers (\d{3})$`)

// whyNotTaken says in words why a notice was not taken; what is no answer of an owner stays as it was noted, for who mends it.
func whyNotTaken(t func(string, ...any) string, problem string) string {
	m := answers.FindStringSubmatch(problem)
	switch {
	case problem == "":
		return t("payments_role.problem_late")
	case m != nil:
		return t("payments_role.problem_status", m[1])
	case strings.HasPrefix(problem, noAddress):
		return t("payments_role.problem_address")
	}
	return t("payments_role.problem_other", problem)
}

// retryQuittance sends a notice once more, under its own key: an owner that has it already says so.
func (h *BooksHandler) retryQuittance(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id, why, again := uuid.MustParse(c.Params("id")), strings.TrimSpace(c.FormValue("note")), "1"
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		q, err := quittanceByID(c.UserContext(), tx, id)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return fault.New(fault.NotFound, "payments_role.no_quittance")
		case err != nil:
			return err
		case q.Sent:
			again = "taken"
			return nil
		}
		if err := noteOf(why); err != nil {
			return err
		}
		if _, err := h.Desk.River.InsertTx(c.UserContext(), tx, QuittanceArgs{id}, nil); err != nil {
			return err
		}
		return h.write(c, tx, "payments.quittance_retry", &q.PaymentID, why, map[string]any{"quittance": id})
	})
	if no := refusalOf(id, why, err); no != nil {
		return h.renderQuittances(c, no)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/quittances?again="+again, fiber.StatusSeeOther)
}
