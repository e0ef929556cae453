package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// Clerk is what the jobs about people work with: each package's Jobs have one.
type Clerk struct {
	DB        db.DB
	Box       *secret.Box
	Notify    *notify.Outbox
	Pages     *frontend.Pages // for the texts of messages
	Now       func() time.Time
	Client    *http.Client // with a timeout
	Registers string       // address of the registers, without a slash at the end
	PublicURL string
}

// Ask puts a question to a register. Without an answer it notes why and fails, so that River tries again. When the last attempt is
// spent, the answer is that nobody has answered: a person must not wait for ever, and can send the data again.
func (c *Clerk) Ask(ctx context.Context, register string, question any, last bool, note func(why string) error) (*Answer, error) {
	a, err := AskRegister(ctx, c.Client, c.Registers, register, question)
	switch {
	case err == nil:
		return a, nil
	case last:
		return &Answer{Reason: "away"}, nil
	}
	return nil, errors.Join(err, note(err.Error()))
}
