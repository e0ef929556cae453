package esia

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/idp/organisation"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// requestLife is how long a request waits for the person: long enough to register. An address line that a system has signed can be
// repeated by anybody who has seen it, so it is not longer.
const requestLife = 3 * time.Hour

// requestRate is how often one address may come with a request, right or wrong: each costs checks of signatures and some rows.
var requestRate = web.Rate{Burst: 600, Every: time.Second}

// request is an authorization request under way. Its client_secret has been checked.
type request struct {
	ID        uuid.UUID
	Client    *Client
	Form      url.Values
	Signature []byte // hash of its client_secret
	CreatedAt time.Time
	UsedAt    *time.Time
}

// step is what stands between a request and its answer.
type step string

// The steps, in their order.
const (
	stepSignIn  step = "sign_in"
	stepConsent step = "consent"
	stepAnswer  step = "answer"
)

// findClient returns the client of a form whose redirect address may be trusted with an answer.
func (h *Handler) findClient(ctx context.Context, form url.Values) (*Client, error) {
	if repeated(form) == "client_id" || repeated(form) == "redirect_uri" {
		return nil, errParameter
	}
	if form.Get("client_id") == "" {
		return nil, errMissing
	}
	c, err := ClientByMnemonic(ctx, h.DB, form.Get("client_id"))
	if errors.Is(err, fault.NotFound) {
		return nil, errUnauthorized
	}
	if err != nil {
		return nil, err
	}
	switch address := form.Get("redirect_uri"); {
	case address == "":
		return nil, errMissing
	case !matchRedirect(c.Redirects, address):
		return nil, errRedirect
	}
	return c, nil
}

// maxText bounds a parameter: ASP.NET seals all that it knows of the sign-in into state.
const maxText = 8 << 10

// checkRequest checks the parameters of an authorization request.
func checkRequest(e endpoint, c *Client, form url.Values, now time.Time) error {
	if repeated(form) != "" {
		return errParameter
	}
	for _, name := range []string{"response_type", "state", "timestamp", "client_secret"} {
		if form.Get(name) == "" {
			return errMissing
		}
	}
	if e == ac2 && form.Get("client_certificate_hash") == "" {
		return errMissing
	}
	switch {
	case form.Get("response_type") != "code":
		return errResponseType
	case max(len(form.Get("state")), len(form.Get("nonce")), len(form.Get("scope"))) > maxText:
		return errParameter
	case !timely(form.Get("timestamp"), now):
		return errTime
	}
	return checkAsked(c, form)
}

var challenge = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// checkAsked checks what is asked for and how.
func checkAsked(c *Client, form url.Values) error {
	switch form.Get("access_type") {
	case "", "online", "offline":
	default:
		return errParameter
	}
	if given := form.Get("code_challenge"); given != "" {
		method := cmp.Or(form.Get("code_challenge_method"), "S256")
		if method != "S256" || !challenge.MatchString(strings.TrimRight(given, "=")) {
			return errParameter
		}
	}
	if _, err := filterOf(form); err != nil {
		return err
	}
	asked, err := askedOf(form)
	if err != nil {
		return err
	}
	if len(asked) == 0 {
		return errNoScope
	}
	for _, s := range asked {
		if !covers(c.Scopes, s.Name) || kinds[s.Name] == ofSystem {
			return errScope
		}
	}
	return nil
}

// askedOf are the scopes of a request: of the person, of organisations, of consents.
func askedOf(form url.Values) ([]scope, error) {
	asked, err := parseScopes(form.Get("scope") + " " + form.Get("scope_org"))
	if err != nil {
		return nil, err
	}
	consents, err := parsePermissions(form.Get("permissions"))
	if err != nil {
		return nil, err
	}
	for _, s := range scopesOf(consents) {
		if !slices.ContainsFunc(asked, func(a scope) bool { return a.Name == s.Name }) {
			asked = append(asked, s)
		}
	}
	return asked, nil
}

// filterOf is what the parameter person_filter lets pass.
func filterOf(form url.Values) ([]string, error) {
	text := form.Get("person_filter")
	if text == "" {
		return nil, nil
	}
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == ';' })
	}
	known := []string{"conf_acc", "acc_kid", "acc_not_kid"}
	for _, list := range [][]string{words(string(readBase64(text))), words(text)} {
		if len(list) > 0 && !slices.ContainsFunc(list, func(w string) bool { return !slices.Contains(known, w) }) {
			return list, nil
		}
	}
	return nil, errParameter
}

// admits tells whether the filter lets a person pass. Nobody signs in to a child's account: its parents keep it.
func (r *request) admits(p *person) error {
	filter, err := filterOf(r.Form)
	switch {
	case err != nil:
		return err
	case slices.Contains(filter, "conf_acc") && p.Level != account.Confirmed:
		return errNotConfirmed
	case slices.Contains(filter, "acc_kid"):
		return errPersonKind
	}
	return nil
}

// next decides the step, and tells by an error when there is no way on.
func (h *Handler) next(ctx context.Context, r *request, p *person) (step, error) {
	if p == nil {
		return stepSignIn, nil
	}
	if err := r.admits(p); err != nil {
		return "", err
	}
	asked, roles, err := h.resolve(ctx, r, p)
	if err != nil {
		return "", err
	}
	if len(roles) > 0 {
		return stepConsent, nil // in whose name is for the person to say, each time
	}
	if r.Client.SkipConsent {
		return stepAnswer, nil
	}
	agreed, err := agreedScopes(ctx, h.DB, p.ID, r.Client.Mnemonic)
	if err != nil {
		return "", err
	}
	for _, name := range names(asked) {
		if !slices.Contains(agreed, name) {
			return stepConsent, nil
		}
	}
	if consents, _ := parsePermissions(r.Form.Get("permissions")); len(consents) > 0 {
		return stepConsent, nil // an agreement with a purpose and a term is a question of its own
	}
	return stepAnswer, nil
}

// resolve returns the scopes with their organisations. Roles are returned when the person must choose one.
func (h *Handler) resolve(ctx context.Context, r *request, p *person) ([]scope, []organisation.Role, error) {
	asked, err := askedOf(r.Form)
	if err != nil {
		return nil, nil, err
	}
	ofOrgs := func(s scope) bool { return kinds[s.Name] == ofOrg }
	if !slices.ContainsFunc(asked, ofOrgs) {
		return asked, nil, nil
	}
	roles, err := organisation.RolesOf(ctx, h.DB, p.ID)
	if err != nil {
		return nil, nil, err
	}
	employee := func(oid int64) bool {
		return slices.ContainsFunc(roles, func(role organisation.Role) bool { return role.OID == oid })
	}
	var chosen int64
	switch acting := p.SignIn.ActingOID; {
	case len(roles) == 1:
		chosen = roles[0].OID
	case acting != nil && employee(*acting):
		chosen = *acting
	}
	for i := range asked {
		s := &asked[i]
		if !ofOrgs(*s) {
			continue
		}
		if s.OrgOID == 0 {
			s.OrgOID = chosen
		}
		if s.OrgOID != 0 && !employee(s.OrgOID) || len(roles) == 0 {
			return nil, nil, errNotEmployee
		}
	}
	if slices.ContainsFunc(asked, func(s scope) bool { return ofOrgs(s) && s.OrgOID == 0 }) {
		return asked, roles, nil
	}
	return asked, nil, nil
}

// inName completes scopes by the organisation that the person chose among roles.
func inName(asked []scope, roles []organisation.Role, oid int64) error {
	if !slices.ContainsFunc(roles, func(role organisation.Role) bool { return role.OID == oid }) {
		return errNotEmployee
	}
	for i := range asked {
		if kinds[asked[i].Name] == ofOrg && asked[i].OrgOID == 0 {
			asked[i].OrgOID = oid
		}
	}
	return nil
}
