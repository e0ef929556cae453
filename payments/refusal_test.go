package payments

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/payments/paytest"
)

// TestRefusedDecisionsComeBackWithTheList: an employee whose decision is refused reads why at its row, and types nothing twice.
func TestRefusedDecisionsComeBackWithTheList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.lied("more")
	at := w.office()
	valeeva, nuriev := at("valeeva"), at("nuriev")
	place := w.discrepancy("amount")
	paytest.Want(t, valeeva.Post("/discrepancies", place, "choice", "dismiss", "note", "сверено & верно"), 422,
		"Такого действия здесь нет", `value="сверено & верно"`, "Зачесть эти деньги", `govuk-input--error`)
	long := strings.Repeat("ә", 1001)
	paytest.Want(t, valeeva.Post("/discrepancies", place, "choice", "accept", "note", long), 422, "Напишите короче", long)
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`) + w.count(w.db, `SELECT count(*) FROM journal WHERE action LIKE 'payments.discrepancy%'`); n != 1 {
		t.Errorf("%d: a refused decision left a trace", n)
	}
	paytest.Want(t, valeeva.Post("/discrepancies", "/discrepancies/"+uuid.NewString(), "choice", "accept"), 409, "уже разобрались", "Пришла другая сумма")
	paytest.Want(t, at("nobody").Get("/discrepancies"), 403)

	done := valeeva.Post("/discrepancies", place, "choice", "accept", "note", "сверено с банком")
	paytest.Want(t, done, 303)
	paytest.Want(t, valeeva.Get(done.To), 200, "Деньги зачтены")
	w.wantPaidOnce(c)
	// In the second tab the row is gone: it comes back as it ended, with what was typed there.
	paytest.Want(t, nuriev.Post("/discrepancies", place, "choice", "return", "note", "вернуть всё"), 409,
		"уже разобрались", "Чем кончилось", "сверено с банком", "Вы написали: вернуть всё")

	refund := w.refund()
	paytest.Want(t, nuriev.Post("/refunds", refund, "choice", "burn", "note", "лишнее"), 422, "Такого действия здесь нет", `value="лишнее"`)
	paytest.Want(t, nuriev.Post("/refunds", refund, "choice", "take"), 303)
	paytest.Want(t, nuriev.Post("/refunds", refund, "choice", "approve", "note", "сам и утвержу"), 403, "другой сотрудник", `value="сам и утвержу"`)
	paytest.Want(t, valeeva.Post("/refunds", refund, "choice", "reject", "note", "не нужно"), 303)
	paytest.Want(t, valeeva.Post("/refunds", refund, "choice", "approve", "note", "передумала"), 409, "Возврат отклонён", "кто-то другой", "Вы написали: передумала")
	paytest.Want(t, valeeva.Post("/refunds", "/refunds/"+uuid.NewString(), "choice", "approve"), 404, "Такого возврата нет", "Предложить возврат")
	if n := w.count(w.db, `SELECT count(*) FROM refund WHERE state = 'rejected'`) + w.count(w.db, `SELECT count(*) FROM refund_event`); n != 4 { // asked, proposed, rejected
		t.Errorf("%d: a refused decision moved the refund", n)
	}
	paytest.Want(t, valeeva.Post("/refunds", "/quittances/"+uuid.NewString(), "choice", "retry"), 404, "Такого извещения нет")
}
