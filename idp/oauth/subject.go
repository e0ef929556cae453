package oauth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"sync"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/secret"
)

// sectorKey is the key of pairwise subjects, opened when it is first needed.
type sectorKey struct {
	db  db.DB
	box *secret.Box

	mu  sync.Mutex
	key []byte
}

// subject is the person as a client knows them: by the account's number, or, where the client registered for pairwise subjects,
// by a keyed hash that is another in each sector. Two sectors cannot tell by it that they have the same person.
func (k *sectorKey) subject(ctx context.Context, c *Client, a *account.Account) (string, error) {
	if c.SubjectType != "pairwise" {
		return a.Subject(), nil
	}
	key, err := k.open(ctx)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(c.Sector + "\x00" + a.Subject()))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func (k *sectorKey) open(ctx context.Context) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.key != nil {
		return k.key, nil
	}
	const bound = "oauth_sector_key"
	sealed, err := putSectorKey(ctx, k.db, k.box.Seal([]byte(secret.Token(32)), []byte(bound)))
	if err != nil {
		return nil, err
	}
	k.key, err = k.box.Open(sealed, []byte(bound))
	return k.key, err
}

// sectorOf is the host that names the sector of pairwise subjects: of sector_identifier_uri, or the one host of all redirect
// addresses (OpenID Connect Core 8.1). Without either it is "".
func sectorOf(c *Client) string {
	if c.SectorURI != "" {
		return hostOf(c.SectorURI)
	}
	sector := ""
	for _, one := range c.RedirectURIs {
		host := hostOf(one)
		if host == "" || sector != "" && host != sector {
			return ""
		}
		sector = host
	}
	return sector
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
