package oauth

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/ory/fosite"
)

// Proofs of possession (RFC 9449): a client shows by a signature of its own over the request that it holds the key to which a
// token is bound, so that a stolen token is worth nothing.

// proofAge is how old a proof may be, and how far a client's clock may go ahead.
const proofAge = time.Minute

// proofAlgs are the algorithms of proofs.
var proofAlgs = []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.EdDSA, jose.PS256, jose.RS256}

// proof is a proof that was checked. Nil is none.
type proof struct {
	jkt string // RFC 7638 thumbprint of the key, in base64url
}

// proofClaims are what a proof says.
type proofClaims struct {
	JTI string      `json:"jti"`
	HTM string      `json:"htm"`
	HTU string      `json:"htu"`
	IAT json.Number `json:"iat"`
	ATH string      `json:"ath"`
}

func badProof(why string) *fosite.RFC6749Error {
	return &fosite.RFC6749Error{ErrorField: "invalid_dpop_proof", DescriptionField: why, CodeField: fiber.StatusBadRequest}
}

// proofOf reads the DPoP header, if any.
func (h *Handler) proofOf(ctx context.Context, c *fiber.Ctx) (*proof, error) {
	return h.proofFor(ctx, c, "")
}

// proofFor is proofOf for a request with an access token, whose hash the proof must have.
func (h *Handler) proofFor(ctx context.Context, c *fiber.Ctx, accessToken string) (*proof, error) {
	headers := c.Request().Header.PeekAll("DPoP") // net/http's view of the request has only one of two
	switch len(headers) {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, badProof("There is more than one DPoP header.")
	}
	claims, jkt, err := readProof(string(headers[0]))
	if err != nil {
		return nil, err
	}
	if why := claims.wrong(strings.Clone(c.Method()), h.Issuer+strings.Clone(c.Path()), accessToken, time.Now()); why != "" {
		return nil, badProof(why)
	}
	fresh, err := insertProof(ctx, h.DB, hashOf(jkt+"\x00"+claims.JTI), time.Now().Add(2*proofAge))
	if err != nil {
		return nil, err
	}
	if !fresh {
		if err := writeReplay(ctx, h.DB, uuid.Nil, replayed{What: "proof", Client: jkt}, c.IP()); err != nil {
			return nil, err
		}
		return nil, badProof("This proof was used before.")
	}
	return &proof{jkt}, nil
}

// readProof verifies a proof by the key that it brings along.
func readProof(text string) (*proofClaims, string, error) {
	signed, err := jose.ParseSignedCompact(text, proofAlgs)
	if err != nil || len(signed.Signatures) != 1 {
		return nil, "", badProof("The proof is no JWT with an algorithm that is taken.")
	}
	header := signed.Signatures[0].Protected
	if header.ExtraHeaders[jose.HeaderType] != "dpop+jwt" {
		return nil, "", badProof("The proof's typ is not dpop+jwt.")
	}
	if header.JSONWebKey == nil || !header.JSONWebKey.IsPublic() || !header.JSONWebKey.Valid() {
		return nil, "", badProof("The proof brings no public key.")
	}
	payload, err := signed.Verify(header.JSONWebKey)
	if err != nil {
		return nil, "", badProof("The proof's signature is wrong.")
	}
	claims := &proofClaims{}
	if err := json.Unmarshal(payload, claims); err != nil {
		return nil, "", badProof("The proof's claims are of wrong types.")
	}
	sum, err := header.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, "", badProof("The proof's key has no thumbprint.")
	}
	return claims, base64.RawURLEncoding.EncodeToString(sum), nil
}

// wrong tells why a proof is not about this request, or "".
func (p *proofClaims) wrong(method, address, accessToken string, now time.Time) string {
	seconds, err := p.IAT.Float64()
	switch {
	case p.JTI == "" || len(p.JTI) > 256:
		return "The proof has no jti, or too long a one."
	case p.HTM != method:
		return "The proof is for another method."
	case !sameAddress(p.HTU, address):
		return "The proof is for another address."
	case err != nil || math.IsNaN(seconds) || math.Abs(seconds-float64(now.Unix())) > proofAge.Seconds():
		return "The proof is too old or from the future."
	case accessToken != "" && subtle.ConstantTimeCompare([]byte(p.ATH), []byte(tokenHash(accessToken))) != 1:
		return "The proof is for another access token."
	}
	return ""
}

// sameAddress compares without query and fragment (RFC 9449 section 4.3).
func sameAddress(claimed, ours string) bool {
	u, err := url.Parse(claimed)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return false
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = "", false, "", ""
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return u.String() == ours
}

// tokenHash is the ath of a token.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// bind binds the tokens of an answer to the key of the request. What was bound stays bound: a public client needs the same key
// for each refresh, for the key is all it has to prove itself with.
func (p *proof) bind(x *exchange, s *session, ar fosite.AccessRequester) error {
	c, _ := ar.GetClient().(*client)
	if p == nil {
		if s.JKT != "" || c != nil && c.DPoPBound {
			return badProof("A proof is required.")
		}
		return nil
	}
	if s.JKT != "" && s.JKT != p.jkt && c != nil && c.Public() {
		return badProof("The token is bound to another key.")
	}
	for _, g := range x.read {
		if wanted := url.Values(g.Form).Get("dpop_jkt"); g.Kind == "code" && wanted != "" && wanted != p.jkt {
			return badProof("The code is bound to another key.")
		}
	}
	s.JKT = p.jkt
	return nil
}

// fits tells whether the request is proved by the key with that thumbprint, where one is needed.
func (p *proof) fits(jkt string) bool {
	return jkt == "" || p != nil && p.jkt == jkt
}
