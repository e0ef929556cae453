package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"

	old "github.com/go-jose/go-jose/v3"
	"github.com/go-jose/go-jose/v4"
	"github.com/ory/fosite/token/jwt"
)

// signer is fosite's jwt.Signer with a key per kid: fosite's own knows one key, so whatever the previous key signed would be
// refused after a rotation (F10).
type signer struct {
	keys *Keys
}

var _ jwt.Signer = (*signer)(nil)

// signBy is the header of a session that names the algorithm which its client registered for. Fosite keeps "alg" to itself.
const signBy = "sign_by"

// Generate signs an ID token with the active key of the client's algorithm.
func (s *signer) Generate(ctx context.Context, claims jwt.MapClaims, headers jwt.Mapper) (token, signature string, err error) {
	alg := algUsual
	if headers != nil {
		if named, ok := headers.Get(signBy).(string); ok {
			alg = named
		}
	}
	if token, err = s.signWith(ctx, alg, "JWT", claims); err != nil {
		return "", "", err
	}
	signature, err = s.GetSignature(ctx, token)
	return token, signature, err
}

// signAs signs claims as a JWT of a type.
func (s *signer) signAs(ctx context.Context, typ jose.ContentType, claims map[string]any) (string, error) {
	return s.signWith(ctx, algUsual, typ, claims)
}

// signWith is signAs by an algorithm.
func (s *signer) signWith(ctx context.Context, alg string, typ jose.ContentType, claims map[string]any) (string, error) {
	private, err := s.keys.signingKey(ctx, alg)
	if err != nil {
		return "", err
	}
	key := jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: private}
	with, err := jose.NewSigner(key, (&jose.SignerOptions{}).WithType(typ))
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed, err := with.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// Decode verifies a token by the key that its kid names. An expired one is returned together with an error that says so.
func (s *signer) Decode(ctx context.Context, token string) (*jwt.Token, error) {
	malformed := &jwt.ValidationError{Errors: jwt.ValidationErrorMalformed}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256, jose.RS256})
	if err != nil || len(signed.Signatures) != 1 {
		return &jwt.Token{}, malformed
	}
	set, err := s.keys.current(ctx)
	if err != nil {
		return nil, err
	}
	header := signed.Signatures[0].Header
	key, ok := set.public[header.KeyID]
	if !ok {
		return &jwt.Token{}, &jwt.ValidationError{Errors: jwt.ValidationErrorUnverifiable}
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return &jwt.Token{}, &jwt.ValidationError{Errors: jwt.ValidationErrorSignatureInvalid}
	}
	claims := jwt.MapClaims{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return &jwt.Token{}, malformed
	}
	t := &jwt.Token{
		Claims: claims, Method: jose3(header.Algorithm),
		Header: map[string]any{"alg": header.Algorithm, "kid": header.KeyID, "typ": header.ExtraHeaders[jose.HeaderType]},
	}
	return t, claims.Valid()
}

// Validate verifies a token and returns its signature.
func (s *signer) Validate(ctx context.Context, token string) (string, error) {
	if _, err := s.Decode(ctx, token); err != nil {
		return "", err
	}
	return s.GetSignature(ctx, token)
}

// GetSignature returns the third part of a token.
func (s *signer) GetSignature(_ context.Context, token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", errors.New("a token has three parts")
	}
	return parts[2], nil
}

// Hash is SHA-256, the hash of ES256 and RS256.
func (s *signer) Hash(_ context.Context, in []byte) ([]byte, error) {
	sum := sha256.Sum256(in)
	return sum[:], nil
}

// GetSigningMethodLength is the length of Hash.
func (s *signer) GetSigningMethodLength(context.Context) int { return sha256.Size }

// jose3 names an algorithm in the older jose that fosite's types are made of.
func jose3(algorithm string) old.SignatureAlgorithm { return old.SignatureAlgorithm(algorithm) }
