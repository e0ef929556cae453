package access_test

import (
	"testing"

	"tamga/payments/access"
	"tamga/payments/paytest"
)

// TestRoles: the ministry gives and takes roles, with a ground, in the journal; nobody changes the own one, and the last who approves stays.
func TestRoles(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	desk, clerk := b.as(b.desk), b.as(b.clerk)
	paytest.Want(t, b.as(b.head).Get("/payment-roles"), 403)
	paytest.Want(t, b.as(b.head).Post("/payment-access/new", "/payment-roles", "employee", b.clerk.String(), "role", access.RightAccess, "why", "без права"), 403)
	page := "/payment-roles"
	paytest.Want(t, desk.Get(page), 200, "Шарипова Диляра", "Нуриев Марат")
	paytest.Want(t, desk.Post(page, page, "employee", b.clerk.String(), "role", access.RightHead), 422, "Запишите основание")
	paytest.Want(t, desk.Post(page, page, "employee", b.clerk.String(), "role", "refunds", "why", "x"), 422, "Выберите роль")
	paytest.Want(t, desk.Post(page, page, "employee", b.desk.String(), "role", access.RightHead, "why", "x"), 403, "Свою роль")
	for range 2 { // a double click
		paytest.Want(t, b.done(desk, page, page, "employee", b.clerk.String(), "role", access.RightHead, "why", "Приказ 7"), 200, "Валеева Гузель")
	}
	paytest.Want(t, clerk.Get("/payment-access"), 200)
	paytest.Want(t, b.done(desk, page, page+"/take", "employee", b.clerk.String(), "role", access.RightHead, "why", "Приказ 8"), 200)
	paytest.Want(t, clerk.Get("/payment-access"), 403)
	paytest.Want(t, b.done(desk, page, page, "employee", b.clerk.String(), "role", access.RightAccess, "why", "Приказ 9"), 200)
	paytest.Want(t, b.done(clerk, page, page+"/take", "employee", b.desk.String(), "role", access.RightAccess, "why", "Уволен"), 200)
	paytest.Want(t, desk.Get(page), 403)
	tx := b.db
	if _, err := tx.Exec(t.Context(), `INSERT INTO payment_role VALUES ($1, $2)`, b.desk, access.RightAccess); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE employee SET blocked_at = now() WHERE id = $1`, b.clerk); err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, clerk.Post(page, page+"/take", "employee", b.desk.String(), "role", access.RightAccess, "why", "x"), 409, "последний") // the other one is blocked
	var given, taken int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE action = 'payments.role_given'), count(*) FILTER (WHERE action = 'payments.role_taken') FROM journal`).Scan(&given, &taken); err != nil || given != 2 || taken != 2 {
		t.Errorf("the journal has %d given and %d taken, %v", given, taken, err)
	}
}
