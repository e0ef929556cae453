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
	err = unsigned(h.Trust.From(ctx, from, signature, body))
	var no *refusal
	if errors.As(err, &no) {
		noteRefusal(ctx, h.DB, h.Log, h.Now(), code, no, "")
	}
	return err
}

// Refusal is the status, the code and the words of an answer to a department that is not taken at its word.
func (r *refusal) Refusal() (status int, code, text string) { return r.Status, r.Code, r.Text }
