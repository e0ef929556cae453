package departments

import (
	"context"
	"errors"
	"net/http"
)

// Speaks checks that a body was signed by the department of that code, lately: for what departments send elsewhere than to events.
// The refusal that it returns tells its answer by Refusal.
func (h *Handler) Speaks(ctx context.Context, code, signature string, body []byte) error {
	from, err := endpointByCode(ctx, h.DB, code)
	if err != nil {
		return err
	}
	if from == nil {
		return refuse(http.StatusNotFound, "department", "no such department")
	}
	err = h.Trust.Verify(ctx, from.jwks(), signature, body)
	switch {
	case errors.Is(err, ErrKeys):
		return refuse(http.StatusServiceUnavailable, "keys", "your public keys cannot be fetched, try again")
	case err != nil:
		return refuse(http.StatusUnauthorized, "signature", err.Error())
	}
	return nil
}

// Refusal is the status, the code and the words of an answer to a department that is not taken at its word.
func (r *refusal) Refusal() (status int, code, text string) { return r.Status, r.Code, r.Text }
