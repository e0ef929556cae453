package esia

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// endpoint is one of the four places where a client proves itself.
type endpoint string

const (
	ac1 endpoint = "/aas/oauth2/ac"
	ac2 endpoint = "/aas/oauth2/v2/ac"
	te1 endpoint = "/aas/oauth2/te"
	te3 endpoint = "/aas/oauth2/v3/te"
)

// raw tells whether the endpoint's own client_secret is a bare signature; otherwise it is a CMS message.
func (e endpoint) raw() bool { return e == ac2 || e == te3 }

// authorization tells whether a browser brings the request.
func (e endpoint) authorization() bool { return e == ac1 || e == ac2 }

// refusal is the error by which the endpoint refuses a wrong client_secret.
func (e endpoint) refusal() *problem {
	if e.raw() {
		return errSecret
	}
	return errUnauthorized
}

// message is a string that a client may have signed.
type message struct {
	Name  string // v1, v2, v3…: in the name of the variant
	Text  string
	Shown string // for people: without codes and tokens
	Own   bool   // it is the endpoint's own, by the rules
}

// messages are the strings that may have been signed at an endpoint, the endpoint's own first. No separators stand between the
// parts: that is the protocol.
func messages(e endpoint, form url.Values) []message {
	get := form.Get
	v1 := message{Name: "v1", Text: get("scope") + get("timestamp") + get("client_id") + get("state"), Own: !e.raw()}
	v1.Shown = v1.Text
	if !e.raw() {
		return append([]message{v1}, v2s(e, form)...)
	}
	list := v2s(e, form)
	list[0].Own = true
	if e == te3 && get("grant_type") == "refresh_token" {
		head := get("client_id") + get("scope") + get("scope_org") + get("timestamp") + get("state")
		list = append(list, message{"v3-refresh", head + get("refresh_token"), head + "<refresh_token>", true})
	}
	return append(list, v1)
}

// v2s are the strings of the second and third versions. With a code the third's ends in it; one library signs a code by the second's.
func v2s(e endpoint, form url.Values) []message {
	get := form.Get
	text := get("client_id") + get("scope") + get("scope_org") + get("timestamp") + get("state") + get("redirect_uri")
	second := message{Name: "v2", Text: text, Shown: text}
	if e.authorization() || get("grant_type") != "authorization_code" {
		return []message{second}
	}
	return []message{{Name: "v3", Text: text + get("code"), Shown: text + "<code>"}, second}
}

// verdict is how a client_secret was judged.
type verdict struct {
	Accepted bool
	Variant  string // that matched: "cms v1", "raw v2"
	Reason   string // why not; key of a text
	Problem  *problem
	Tried    []string
	Expected []string
	HashSent string
	Hashes   []string // of the client's certificates
	Hash     []byte   // of the signature that matched, to know it again
}

// refuse ends a verdict.
func (v *verdict) refuse(reason string, p *problem) *verdict {
	v.Reason, v.Problem = reason, p
	return v
}

// judge checks a client_secret: the signature of one of the client's registered certificates, in a shape and over a string that
// the endpoint takes. What is wrong is found out as far as possible, for those who look after the client.
func judge(e endpoint, c *Client, form url.Values, now time.Time) *verdict {
	v := &verdict{HashSent: cut(form.Get("client_certificate_hash"), 200)}
	for _, m := range messages(e, form) {
		if m.Own {
			v.Expected = append(v.Expected, cut(m.Shown, 4000))
		}
	}
	for _, one := range c.certificates {
		v.Hashes = append(v.Hashes, strings.ToUpper(hex.EncodeToString(one.Streebog256)))
	}
	certificates, reason := pick(c, form.Get("client_certificate_hash"), now)
	if reason != "" {
		p := e.refusal()
		if reason == "no_certificate" {
			p = errNoCertificate
		}
		return v.refuse(reason, p)
	}
	read := decodeSecret(form.Get("client_secret"))
	if len(read) == 0 {
		return v.refuse("not_base64", e.refusal())
	}
	shapes := shapesOf(read)
	v.match(e, c, form, certificates, shapes)
	if v.Accepted {
		return v
	}
	return v.refuse(v.diagnose(form, certificates, shapes), e.refusal())
}

// match looks for the variant by which the secret is good.
func (v *verdict) match(e endpoint, c *Client, form url.Values, certificates []certificate, shapes []shape) {
	for _, s := range shapes {
		for _, m := range messages(e, form) {
			variant := s.name() + " " + m.Name
			if !slices.Contains(v.Tried, variant) {
				v.Tried = append(v.Tried, variant)
			}
			for _, one := range certificates {
				if s.verify([]byte(m.Text), one, c.Legacy) != nil {
					continue
				}
				if !c.Legacy && (!m.Own || s.raw() != e.raw()) {
					v.Reason = "legacy_off"
					continue
				}
				sum := sha256.Sum256(s.Raw)
				v.Accepted, v.Variant, v.Reason, v.Hash = true, variant, "", sum[:]
				return
			}
		}
	}
}

// pick returns the client's certificates that may have signed: those in their time, and the one that the hash names.
func pick(c *Client, hash string, now time.Time) (found []certificate, reason string) {
	if len(c.certificates) == 0 {
		return nil, "no_certificate"
	}
	named := c.certificates
	if hash != "" {
		sum := readHash(hash)
		if sum == nil {
			return nil, "hash_malformed"
		}
		named = slices.DeleteFunc(slices.Clone(named), func(one certificate) bool { return !one.has(sum) })
		if len(named) == 0 {
			return nil, "hash_unknown"
		}
	}
	for _, one := range named {
		if one.valid(now) {
			found = append(found, one)
		}
	}
	if len(found) == 0 {
		return nil, "certificate_expired"
	}
	return found, ""
}

// cut shortens a text that somebody else sent.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
