package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"
)

// target is a provider under load, ours or the peer.
type target struct {
	name   string
	issuer string
	secret string // of the client "machine"

	authorize, token, introspect string

	login, consent string // what marks the forms
	password       string
	account        func(n int) string                 // what the n-th person types as login
	known          func(n int) (cookie, value string) // of a browser where the n-th person has signed in before; nil at the peer
	client         *fasthttp.Client
	meter          meter
}

const redirectURI = "https://client.example/callback"

// discover reads where things are.
func (p *target) discover() error {
	var d struct {
		Authorization string `json:"authorization_endpoint"`
		Token         string `json:"token_endpoint"`
		Introspection string `json:"introspection_endpoint"`
	}
	_, raw, err := p.client.Get(nil, p.issuer+"/.well-known/openid-configuration")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		return err
	}
	p.authorize, p.token, p.introspect = d.Authorization, d.Token, d.Introspection
	return nil
}

// ready waits until the provider answers.
func (p *target) ready() error {
	for range 200 {
		if p.discover() == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%s does not answer at %s", p.name, p.issuer)
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	ID      string `json:"id_token"`
}

// flow is the whole of a sign-in: the client's request, sign-in, consent, the code, and the tokens for it.
func (p *target) flow(n int, scope string) (*tokens, error) {
	b := newBrowser(p.client, n)
	if p.known != nil {
		name, value := p.known(n)
		b.cookies[name] = value
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	verifier := base64.RawURLEncoding.EncodeToString(raw)
	sum := sha256.Sum256([]byte(verifier))
	state := verifier[:16]
	page, at, err := b.open(p.authorize+"?"+url.Values{
		"client_id": {"bench"}, "response_type": {"code"}, "redirect_uri": {redirectURI}, "scope": {scope}, "state": {state},
		"nonce": {state}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		"prompt": {"consent"},
	}.Encode(), nil, redirectURI)
	if err != nil {
		return nil, err
	}
	page, at, err = b.submit(page, at, p.login, url.Values{"login": {p.account(n)}, "password": {p.password}}, redirectURI)
	if err != nil {
		return nil, err
	}
	if _, at, err = b.submit(page, at, p.consent, nil, redirectURI); err != nil {
		return nil, err
	}
	back, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	code := back.Query().Get("code")
	if code == "" || back.Query().Get("state") != state {
		return nil, fmt.Errorf("no code came back: %s", at)
	}
	got, err := p.ask(p.token, "", url.Values{"grant_type": {"authorization_code"}, "client_id": {"bench"}, "code": {code},
		"redirect_uri": {redirectURI}, "code_verifier": {verifier}})
	if err == nil && got.ID == "" {
		err = errors.New("no id_token")
	}
	return got, err
}

// ask posts to an endpoint, as "machine" when a secret is given.
func (p *target) ask(endpoint, secret string, form url.Values) (*tokens, error) {
	r, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(r)
	defer fasthttp.ReleaseResponse(got)
	r.SetRequestURI(endpoint)
	r.Header.SetMethod(fasthttp.MethodPost)
	r.Header.SetContentType("application/x-www-form-urlencoded")
	r.SetBodyString(form.Encode())
	if secret != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("machine:"+secret)))
	}
	if err := p.client.Do(r, got); err != nil {
		return nil, err
	}
	if got.StatusCode() != fasthttp.StatusOK {
		return nil, fmt.Errorf("%s answered %d: %s", endpoint, got.StatusCode(), got.Body())
	}
	t := &tokens{}
	return t, json.Unmarshal(got.Body(), t)
}
