package factor

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"tamga/internal/fault"
	"tamga/internal/secret"
)

// envelope is what a page carries sealed, between being shown and being answered.
type envelope[T any] struct {
	Value   T         `json:"v"`
	Expires time.Time `json:"e"`
}

// seal puts a value where the page's form carries it: nobody can read or change it, and it opens for the same use only. A page
// that is merely looked at leaves no row.
func seal[T any](h *Handler, use string, v T, life time.Duration) (string, error) {
	raw, err := json.Marshal(envelope[T]{v, h.now().Add(life)})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(h.Box.Seal(raw, []byte("page/"+use))), nil
}

// unseal is the reverse of seal. The hash names the challenge for useChallenge.
func unseal[T any](h *Handler, use, text string) (v T, hash []byte, expires time.Time, err error) {
	var e envelope[T]
	gone := fault.New(fault.Invalid, "idp_factor.page_old")
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return v, nil, expires, gone
	}
	raw, err := h.Box.Open(sealed, []byte("page/"+use))
	if err != nil || json.Unmarshal(raw, &e) != nil || h.now().After(e.Expires) {
		return v, nil, expires, gone
	}
	return e.Value, secret.HashToken(text), e.Expires, nil
}
