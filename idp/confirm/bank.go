package confirm

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Bank is an online bank that says who its customer is, as an OpenID provider does: a redirect with state, nonce and PKCE, a code, and
// for the code a signed answer from server to server, so that no personal data travel through the browser.
type Bank struct {
	Name   string
	URL    string // "https://bank.example/id": /authorize, /token and /jwks.json lie below; also the issuer of its answers
	Client *http.Client
}

const (
	bankLife = 15 * time.Minute
	bankSkew = 2 * time.Minute
)

// question is a row of confirm_bank.
type question struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	SessionID uuid.UUID
	Nonce     string
	Verifier  []byte
	RequestID *uuid.UUID
	Result    string
	ExpiresAt time.Time
}

func verifierPlace(id uuid.UUID) []byte { return []byte("confirm_bank.verifier:" + id.String()) }

// newQuestion returns a question and where the browser takes it.
func (h *Handler) newQuestion(a *account.Account, in *account.SignIn, request *uuid.UUID) (q question, state, address string) {
	verifier := secret.Token(32)
	q = question{ID: uuid.Must(uuid.NewV7()), AccountID: a.ID, SessionID: in.ID, Nonce: secret.Token(24), RequestID: request,
		ExpiresAt: h.Now().Add(bankLife)}
	q.Verifier, state = h.Box.Seal([]byte(verifier), verifierPlace(q.ID)), secret.Token(32)
	challenge := sha256.Sum256([]byte(verifier))
	values := url.Values{"response_type": {"code"}, "client_id": {h.PublicURL}, "redirect_uri": {h.PublicURL + "/confirm/bank/back"},
		"scope": {"openid profile snils document"}, "state": {state}, "nonce": {q.Nonce},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"}}
	return q, state, h.Bank.URL + "/authorize?" + values.Encode()
}

// customer is who the bank says its customer is.
type customer struct {
	Issuer     string   `json:"iss"`
	Audience   audience `json:"aud"`
	Nonce      string   `json:"nonce"`
	IssuedAt   int64    `json:"iat"`
	Expires    int64    `json:"exp"`
	LastName   string   `json:"family_name"`
	FirstName  string   `json:"given_name"`
	MiddleName string   `json:"middle_name"`
	BirthDate  string   `json:"birthdate"`
	SNILS      string   `json:"snils"`
	Series     string   `json:"document_series"`
	Number     string   `json:"document_number"`
}

// audience is one name or a list of names.
type audience []string

// UnmarshalJSON takes both.
func (a *audience) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}

// errAnswer is the error of an answer that cannot be believed; details are for the log.
var errAnswer = errors.New("the bank's answer cannot be used")

// ask gives the code to the bank and returns what it says, its signature and addressee checked.
func (b *Bank) ask(ctx context.Context, us, code, verifier, nonce string, now time.Time) (*customer, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {us}, "redirect_uri": {us + "/confirm/bank/back"},
		"code_verifier": {verifier}}
	raw, err := b.fetch(ctx, http.MethodPost, "/token", form)
	if err != nil {
		return nil, err
	}
	var answer struct {
		IDToken string `json:"id_token"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("%w: no JSON", errAnswer)
	}
	if raw, err = b.fetch(ctx, http.MethodGet, "/jwks.json", nil); err != nil {
		return nil, err
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, fmt.Errorf("%w: no keys", errAnswer)
	}
	return b.read(answer.IDToken, keys, us, nonce, now)
}

func (b *Bank) read(token string, keys jose.JSONWebKeySet, us, nonce string, now time.Time) (*customer, error) {
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.EdDSA, jose.ES256, jose.PS256})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	raw, err := signed.Verify(keys)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	c := &customer{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	issued, expires := time.Unix(c.IssuedAt, 0), time.Unix(c.Expires, 0)
	switch {
	case c.Issuer != b.URL:
		return nil, fmt.Errorf("%w: iss", errAnswer)
	case len(c.Audience) != 1 || c.Audience[0] != us:
		return nil, fmt.Errorf("%w: aud", errAnswer)
	case nonce == "" || subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1:
		return nil, fmt.Errorf("%w: nonce", errAnswer)
	case !now.Before(expires) || issued.After(now.Add(bankSkew)) || issued.Before(now.Add(-bankLife)):
		return nil, fmt.Errorf("%w: out of its time", errAnswer)
	}
	return c, nil
}

func (b *Bank) fetch(ctx context.Context, method, path string, form url.Values) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := b.Client
	if client == nil {
		client = &http.Client{Timeout: 5 * time.Second}
	}
	got, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: no answer", errAnswer)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", errAnswer, got.StatusCode)
	}
	return io.ReadAll(io.LimitReader(got.Body, 256<<10))
}

// differs says in what the customer is another than the person whose data the registers have confirmed, or "".
func (c *customer) differs(i *account.Identity) string {
	switch {
	case rus.FoldName(c.LastName) != rus.FoldName(i.LastName), rus.FoldName(c.FirstName) != rus.FoldName(i.FirstName),
		rus.FoldName(c.MiddleName) != rus.FoldName(i.MiddleName):
		return "name"
	case c.BirthDate != i.BirthDate.Format(time.DateOnly):
		return "birth_date"
	case c.SNILS != i.SNILS:
		return "snils"
	case c.Series != i.Document.Series || c.Number != i.Document.Number:
		return "document"
	}
	return ""
}
