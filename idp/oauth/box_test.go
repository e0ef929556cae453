package oauth

import (
	"bytes"
	"testing"

	"tamga/internal/secret"
)

func testBox(t testing.TB) *secret.Box {
	t.Helper()
	box, err := secret.NewBox(bytes.Repeat([]byte("k"), secret.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return box
}
