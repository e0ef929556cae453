package oauth

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"

	"tamga/idp/account"
)

// requestLife is how long a request waits for the person: long enough to register and to be checked.
const requestLife = 24 * time.Hour

// request is an authorization request under way.
type request struct {
	ID        uuid.UUID
	ClientID  string
	Form      url.Values
	CreatedAt time.Time
	UsedAt    *time.Time
}

// step is what stands between a request and its answer.
type step string

// The steps, in their order.
const (
	stepSignIn  step = "sign_in"
	stepLevel   step = "level"
	stepConsent step = "consent"
	stepAnswer  step = "answer"
)

// visit is somebody signed in.
type visit struct {
	Account *account.Account
	SignIn  *account.SignIn
}

// next decides the step. v is nil when nobody is signed in; agreed is what the person let this client know before.
func (r *request) next(v *visit, hinted string, agreed []string, skipConsent bool) step {
	if v == nil || r.tooOld(v) {
		return stepSignIn
	}
	fresh := !v.SignIn.AuthenticatedAt.Before(r.CreatedAt)
	if hinted != "" && hinted != v.Account.Subject() && !fresh {
		return stepSignIn
	}
	if !v.Account.Level.AtLeast(r.level()) {
		return stepLevel
	}
	if promptOf(r.Form).Has("consent") || !skipConsent && len(r.unknownTo(agreed)) > 0 {
		return stepConsent
	}
	return stepAnswer
}

// tooOld tells whether the client wants the password asked for again.
func (r *request) tooOld(v *visit) bool {
	if p := promptOf(r.Form); p.Has("login") || p.Has("select_account") {
		return v.SignIn.AuthenticatedAt.Before(r.CreatedAt)
	}
	// max_age=0 is as good as prompt=login; fosite takes it for absent (F13).
	age, set, _ := maxAge(r.Form)
	return set && v.SignIn.AuthenticatedAt.Add(age).Before(r.CreatedAt)
}

// level is the least level among those that the client names; names of others are ignored, as the standard says.
func (r *request) level() account.Level {
	least := account.Level("")
	for _, value := range strings.Fields(r.Form.Get("acr_values")) {
		level := account.Level(strings.TrimPrefix(value, account.ACRPrefix))
		if level.Known() && strings.HasPrefix(value, account.ACRPrefix) && (least == "" || least.AtLeast(level)) {
			least = level
		}
	}
	return least
}

func (r *request) scopes() fosite.Arguments { return strings.Fields(r.Form.Get("scope")) }

func (r *request) unknownTo(agreed []string) []string {
	var more []string
	for _, scope := range r.scopes() {
		if !fosite.Arguments(agreed).Has(scope) {
			more = append(more, scope)
		}
	}
	return more
}

func promptOf(form url.Values) fosite.Arguments { return strings.Fields(form.Get("prompt")) }

func maxAge(form url.Values) (age time.Duration, set bool, err error) {
	text := form.Get("max_age")
	if text == "" {
		return 0, false, nil
	}
	seconds, err := strconv.ParseUint(text, 10, 31)
	return time.Duration(seconds) * time.Second, true, err
}

// Asker is what the sign-in pages say about the client that waits.
type Asker struct {
	Name      string
	Origin    string // where the chain of redirects ends: the page's form-action must allow it
	LoginHint string
}

// AskerOf describes the client of a waiting request, or returns nil.
func (h *Handler) AskerOf(ctx context.Context, id uuid.UUID) *Asker {
	r, err := requestByID(ctx, h.store.DB, id, time.Now())
	if err != nil {
		return nil
	}
	c, err := clientByID(ctx, h.store.DB, r.ClientID)
	if err != nil {
		return nil
	}
	return &Asker{Name: c.Name, Origin: originOf(r.Form.Get("redirect_uri")), LoginHint: r.Form.Get("login_hint")}
}
