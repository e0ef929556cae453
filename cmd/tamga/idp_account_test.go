package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/dbtest"
	"tamga/internal/secret"
)

func TestAccountBlockCommand(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.IDP)
	box, err := secret.NewBox(bytes.Repeat([]byte("k"), secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	person := account.SeedPerson{Account: account.Account{ID: uuid.Must(uuid.NewV7()), OID: 1000000555, LastName: "Галиев", FirstName: "Булат",
		Phone: "+79170000555", Email: "bulat@example.ru", Level: account.Simplified}}
	if err := account.Seed(t.Context(), pool, box, secret.NewHasher(1), person, "Kyrlay2026"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	order := accountOrder{providerDB: providerDB{DatabaseURL: pool.Config().ConnString(), out: &out}, Reason: "Заявление владельца",
		Actor: "duty", Name: "1000000555"}
	if err := (&accountBlock{order}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := func() (by, reason string) {
		t.Helper()
		err := pool.QueryRow(t.Context(), `SELECT coalesce(blocked_by, ''), block_reason FROM account WHERE oid = 1000000555`).Scan(&by, &reason)
		if err != nil {
			t.Fatal(err)
		}
		return by, reason
	}
	if by, reason := state(); by != "office" || reason != "Заявление владельца" || !strings.Contains(out.String(), `"state": "blocked"`) {
		t.Errorf("blocked by %q for %q, printed %s", by, reason, out.String())
	}
	order.Name, order.Reason = "8 917 000-05-55", "Личность установлена"
	if err := (&accountUnblock{order}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if by, _ := state(); by != "" {
		t.Errorf("still blocked by %q", by)
	}
	var told int
	err = pool.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE subject = $1 AND actor = 'duty' AND actor_role = 'administrator' AND purpose <> ''`,
		person.Account.ID.String()).Scan(&told)
	if err != nil || told != 2 {
		t.Errorf("%d entries in the person's journal, want 2 (%v)", told, err)
	}
	order.Name = "nobody"
	if err := (&accountBlock{order}).Run(t.Context()); err == nil {
		t.Error("blocked nobody")
	}
}
