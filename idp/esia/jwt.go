package esia

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"tamga/internal/gost"
)

// header of a token, in ESIA's words.
type header struct {
	Version   int    `json:"ver"`
	Type      string `json:"typ"`
	Subject   string `json:"sbt"` // access, id
	Algorithm string `json:"alg"`
}

// maxToken bounds a token that somebody presents.
const maxToken = 16 << 10

var errToken = errors.New("not a token of ours")

// sign makes a token by the key of the client's algorithm.
func (k *Keys) sign(ctx context.Context, h header, claims any) (string, error) {
	by, err := k.signing(ctx, h.Algorithm)
	if err != nil {
		return "", err
	}
	head, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	signature, err := by.sign([]byte(text))
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func (k *key) sign(text []byte) ([]byte, error) {
	if k.Kind == GOST {
		sum := gost.Sum256(text)
		return k.Signer.Sign(rand.Reader, sum[:], crypto.Hash(0))
	}
	sum := sha256.Sum256(text)
	return k.Signer.Sign(rand.Reader, sum[:], crypto.SHA256)
}

func (k *key) verify(text, signature []byte) bool {
	switch public := k.Certificate.Public.(type) {
	case *rsa.PublicKey:
		sum := sha256.Sum256(text)
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature) == nil
	case *gost.PublicKey:
		sum := gost.Sum256(text)
		return gost.Verify(public, sum[:], signature)
	}
	return false
}

// verify reads the claims of an access token of ours. The key is chosen by the algorithm of the key, not by the token's word.
func (k *Keys) verify(ctx context.Context, token string, claims any) error {
	head, rest, _ := strings.Cut(token, ".")
	body, signed, found := strings.Cut(rest, ".")
	if !found || len(token) > maxToken {
		return errToken
	}
	var h header
	raw, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || json.Unmarshal(raw, &h) != nil || h.Subject != "access" {
		return errToken
	}
	signature, err := base64.RawURLEncoding.DecodeString(signed)
	if err != nil {
		return errToken
	}
	all, err := k.current(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].Kind == h.Algorithm && all[i].verify([]byte(head+"."+body), signature) {
			payload, err := base64.RawURLEncoding.DecodeString(body)
			if err != nil {
				return errToken
			}
			return json.NewDecoder(bytes.NewReader(payload)).Decode(claims)
		}
	}
	return errToken
}
