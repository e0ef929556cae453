package organisation

import (
	"testing"

	"github.com/google/uuid"

	"tamga/internal/dbtest"
)

// TestRolesOfNobody: the query runs, and who works nowhere has no role.
func TestRolesOfNobody(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.IDP)
	roles, err := RolesOf(t.Context(), tx, uuid.New())
	if err != nil || len(roles) != 0 {
		t.Errorf("%v, %v", roles, err)
	}
	if _, err := Employees(t.Context(), tx, 1); err != nil {
		t.Error(err)
	}
	if c, err := ClaimOf(t.Context(), tx, uuid.New(), 1); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}
