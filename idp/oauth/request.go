package oauth

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/ory/fosite"

	"tamga/idp/account"
	"tamga/internal/web"
)

// requestLife is how long a request waits for the person: long enough to register. Anybody may have one written, so it is not longer.
// When somebody who has signed in must be checked first, it waits on for checkLife.
const (
	requestLife = 3 * time.Hour
	checkLife   = 24 * time.Hour
)

// requestRate is how many requests one address may leave waiting: a ministry behind one address sends its people through in the
// morning, and no address fills the table.
var requestRate = web.Rate{Burst: 600, Every: time.Second}

// costOf counts a long request for as many as would take its room.
func costOf(form url.Values) int {
	size := 0
	for name, values := range form {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	return 1 + size/(2<<10)
}

// request is an authorization request under way, with what decides about its next step.
type request struct {
	ID        uuid.UUID
	Form      url.Values // as the client meant it: of a request object or a pushed request, what stands in there
	CreatedAt time.Time
	UsedAt    *time.Time
	Client    *client
	Agreed    []string // what the person let this client know before

	waits bool // its row is in the database
}

// step is what stands between a request and its answer.
type step string

// The steps, in their order.
const (
	stepSignIn  step = "sign_in"
	stepCreate  step = "create" // the client asks for a new account
	stepSecond  step = "second" // a second factor
	stepLevel   step = "level"
	stepChoice  step = "choice" // in whose name the person comes
	stepConsent step = "consent"
	stepAnswer  step = "answer"
)

// answering is what is written together with the code that answers a request.
type answering struct {
	at      time.Time
	request *uuid.UUID // that is used up, when it waited in the database
	agreed  []string   // what the person has agreed to just now, or nil
	address string     // of the person, for the journal
	lost    bool       // the request was answered meanwhile: nothing is written
}

type answeringKey struct{}

func answeringOf(ctx context.Context) *answering {
	a, _ := ctx.Value(answeringKey{}).(*answering)
	return a
}

// visit is somebody signed in.
type visit struct {
	Account *account.Account
	SignIn  *account.SignIn
}

// next decides the step. v is nil when nobody is signed in; other tells that the client means somebody else.
func (r *request) next(v *visit, other bool) step {
	fresh := v != nil && !v.SignIn.AuthenticatedAt.Before(r.CreatedAt)
	if v == nil || r.tooOld(v) || other && !fresh {
		if promptOf(r.Form).Has("create") {
			return stepCreate
		}
		return stepSignIn
	}
	values, _, _ := askedACR(r.Client, r.Form)
	if slices.Contains(values, acrTwo) && !v.SignIn.Strong() {
		return stepSecond
	}
	if !v.Account.Level.AtLeast(levelOf(values)) {
		return stepLevel
	}
	if promptOf(r.Form).Has("consent") || !r.Client.SkipConsent && len(r.unknown()) > 0 {
		return stepConsent
	}
	return stepAnswer
}

// tooOld tells whether the client wants the person to prove again who they are.
func (r *request) tooOld(v *visit) bool {
	proved := v.SignIn.AuthenticatedAt
	if p := promptOf(r.Form); p.Has("login") || p.Has("select_account") || p.Has("create") {
		return proved.Before(r.CreatedAt)
	}
	// max_age=0 is as good as prompt=login; fosite takes it for absent (F13).
	age, set, _ := maxAge(r.Form)
	if !set && r.Client.DefaultMaxAge != nil {
		age, set = time.Duration(*r.Client.DefaultMaxAge)*time.Second, true
	}
	return set && proved.Add(age).Before(r.CreatedAt)
}

// level is the level of account that the client needs.
func (r *request) level() account.Level {
	values, _, _ := askedACR(r.Client, r.Form)
	return levelOf(values)
}

// scopes are what the person is asked about: the scopes that the client names, and those that single claims belong to.
func (r *request) scopes() []string {
	scopes := strings.Fields(r.Form.Get("scope"))
	w, err := readWanted(r.Form)
	if err != nil {
		return scopes
	}
	for _, scope := range w.scopes(r.Client) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}

// unknown are the scopes that the person has not agreed to yet.
func (r *request) unknown() []string {
	return slices.DeleteFunc(slices.Clone(r.scopes()), func(scope string) bool { return slices.Contains(r.Agreed, scope) })
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
	Path      string // where the person goes on
}

// AskerOf describes the client of a waiting request, or returns nil.
func (h *Handler) AskerOf(ctx context.Context, id uuid.UUID) *Asker {
	r, err := h.store.requestByID(ctx, id, uuid.Nil, time.Now())
	if err != nil {
		return h.deviceAsker(ctx, id)
	}
	return &Asker{r.Client.Name, originOf(r.Form.Get("redirect_uri")), r.Form.Get("login_hint"), stepPaths[stepConsent]}
}
