package departments

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"crypto"

	"github.com/go-jose/go-jose/v4"
)

// signatureType is the JWS header typ: a token made for another purpose with the same key is not taken for a message.
const signatureType = "tamga-message+jws"

// Keys sign our messages. The first key signs, all are published: a new key is added behind, published for a while, and then
// moved to the front.
type Keys struct {
	kid    string
	key    *ecdsa.PrivateKey
	public jose.JSONWebKeySet

	CMS *Signet // nil: no department wants GOST CMS
}

// DeriveKeys derives a P-256 key from each secret (32 bytes or more), so that nothing but the secret need be kept. purpose
// separates keys that are derived from one secret.
func DeriveKeys(purpose string, secrets ...[]byte) (*Keys, error) {
	if len(secrets) == 0 {
		return nil, errors.New("departments: no secret for the signing key")
	}
	k := &Keys{}
	for i, secret := range secrets {
		if len(secret) < 32 {
			return nil, fmt.Errorf("departments: secret %d of the signing key is shorter than 32 bytes", i+1)
		}
		key, err := deriveKey(purpose, secret)
		if err != nil {
			return nil, err
		}
		public := jose.JSONWebKey{Key: &key.PublicKey, Algorithm: string(jose.ES256), Use: "sig"}
		print, err := public.Thumbprint(crypto.SHA256)
		if err != nil {
			return nil, err
		}
		public.KeyID = base64.RawURLEncoding.EncodeToString(print)
		k.public.Keys = append(k.public.Keys, public)
		if i == 0 {
			k.key, k.kid = key, public.KeyID
		}
	}
	return k, nil
}

// deriveKey takes the next candidate when one is not a valid scalar, which happens once in 2^32.
func deriveKey(purpose string, secret []byte) (*ecdsa.PrivateKey, error) {
	for n := range 8 {
		raw, err := hkdf.Key(sha256.New, secret, nil, fmt.Sprintf("tamga ES256 %s %d", purpose, n), 32)
		if err != nil {
			return nil, err
		}
		if key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("departments: the secret gives no key")
}

// Public is our JWKS.
func (k *Keys) Public() jose.JSONWebKeySet { return k.public }

// Sign returns the value of SignatureHeader for body. now goes into the signature, not into the event: an event may be hours
// old when a department is back.
func (k *Keys) Sign(body []byte, now time.Time) (string, error) {
	options := (&jose.SignerOptions{}).WithType(signatureType).WithHeader("iat", now.Unix())
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: k.key, KeyID: k.kid}}, options)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(body)
	if err != nil {
		return "", err
	}
	return signed.DetachedCompactSerialize()
}
