package stand

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/db"
)

// BankID is the bank's other service: it says who its customer is, once the customer allows it, in the manner of OpenID Connect with
// PKCE. Table: bank_id_code. Routes, all below /bank/id:
//
//	GET  /bank/id/authorize   who of the bank's customers is it, and may the bank tell
//	POST /bank/id/authorize   back with a code, or with error=access_denied
//	POST /bank/id/token       the code and the verifier for a signed answer
//	GET  /bank/id/jwks.json   the key of the signature
type BankID struct {
	DB     db.DB
	Pages  *frontend.Pages
	Secret []byte // the signing key is derived from it
	URL    string // of this service, as a browser sees it: "http://localhost:8083/bank/id"
	Client string // address of the provider that may ask; answers go below it
	Now    func() time.Time
}

const bankIDLife = 2 * time.Minute

// asking is a request as it travels through the page.
type asking struct{ Client, Redirect, State, Nonce, Challenge string }

// valid tells whether the request is the provider's.
func (b *BankID) valid(a asking) bool {
	return a.Client == b.Client && strings.HasPrefix(a.Redirect, b.Client+"/") && a.State != "" && a.Nonce != "" && len(a.Challenge) == 43
}

// grant is what a code gives.
type grant struct {
	Client    string
	Redirect  string
	Challenge string
	Nonce     string
	Claims    []byte
}

// fits tells whether a code is used by whom it was given to.
func (g *grant) fits(client, redirect, verifier string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return g.Client == client && g.Redirect == redirect && g.Challenge == base64.RawURLEncoding.EncodeToString(sum[:])
}

func (b *BankID) key() (ed25519.PrivateKey, error) {
	seed, err := hkdf.Key(sha256.New, b.Secret, nil, "tamga stand bank id", ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// answer signs who the customer is.
func (b *BankID) answer(g *grant) (string, error) {
	key, err := b.key()
	if err != nil {
		return "", err
	}
	claims := map[string]any{}
	if err := json.Unmarshal(g.Claims, &claims); err != nil {
		return "", err
	}
	now := b.Now()
	claims["iss"], claims["aud"], claims["nonce"], claims["jti"] = b.URL, g.Client, g.Nonce, uuid.NewString()
	claims["iat"], claims["exp"] = now.Unix(), now.Add(bankIDLife).Unix()
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: key, KeyID: "bank"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(raw)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// claimsOf are what the bank tells of a customer.
func claimsOf(p Person) map[string]string {
	return map[string]string{"family_name": p.LastName, "given_name": p.FirstName, "middle_name": p.MiddleName, "birthdate": p.BirthDate,
		"snils": digits(p.SNILS), "document_series": digits(p.Series), "document_number": digits(p.Number)}
}
