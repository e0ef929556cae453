package gost

import (
	"bytes"
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	listFresh = time.Hour        // how long a list is believed before it is read again
	listPause = time.Minute      // how long a source that failed is left alone
	listMax   = 64 << 20         // the lists of large authorities have millions of entries
	listTime  = 20 * time.Second // to fetch one
)

// Revocations are lists of revoked certificates (CRL), read from files and addresses.
type Revocations struct {
	Sources []string // paths of files, http:// and https:// addresses
	Client  *http.Client

	mu    sync.Mutex
	lists map[string]*source
}

// source is one list as it was last read.
type source struct {
	read    time.Time
	err     error
	list    *x509.RevocationList
	oid     asn1.ObjectIdentifier // how it is signed
	revoked map[string]bool       // by serial number
}

// check tells whether a list of the certificate's issuer names it. Without such a list nobody knows.
func (r *Revocations) check(c *Certificate, at time.Time, issuers []*Certificate) error {
	why := fmt.Errorf("%w: no list of %q", ErrRevocation, c.Issuer.CommonName)
	for _, path := range r.Sources {
		s := r.source(path, at)
		switch {
		case s.list == nil:
			why = fmt.Errorf("%w: %s: %w", ErrRevocation, path, s.err)
		case !bytes.Equal(s.list.RawIssuer, c.RawIssuer) || !s.signedBy(issuers):
		case at.Before(s.list.ThisUpdate) || !s.list.NextUpdate.IsZero() && at.After(s.list.NextUpdate):
			why = fmt.Errorf("%w: the list of %q is out of date", ErrRevocation, c.Issuer.CommonName)
		case s.revoked[c.SerialNumber.String()]:
			return fmt.Errorf("%w: %q", ErrRevoked, c.Holder.CommonName)
		default:
			return nil
		}
	}
	return why
}

// source returns a list, read anew when its time has come. What was read before counts while the source is away, up to its own date.
func (r *Revocations) source(path string, now time.Time) *source {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.lists[path]
	if old != nil && now.Sub(old.read) < map[bool]time.Duration{true: listFresh, false: listPause}[old.err == nil] {
		return old
	}
	s, err := r.fetch(path)
	if err != nil {
		s = &source{err: err}
		if old != nil {
			s.list, s.oid, s.revoked = old.list, old.oid, old.revoked
		}
	}
	s.read = now
	if r.lists == nil {
		r.lists = map[string]*source{}
	}
	r.lists[path] = s
	return s
}

func (r *Revocations) fetch(path string) (*source, error) {
	raw, err := r.read(path)
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	list, err := x509.ParseRevocationList(raw)
	if err != nil {
		return nil, err
	}
	var outer struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if err := unmarshal(raw, &outer); err != nil {
		return nil, err
	}
	s := &source{list: list, oid: outer.Algorithm.Algorithm, revoked: make(map[string]bool, len(list.RevokedCertificateEntries))}
	for _, e := range list.RevokedCertificateEntries {
		if e.ReasonCode != removeFromCRL {
			s.revoked[e.SerialNumber.String()] = true
		}
	}
	return s, nil
}

// removeFromCRL is the reason of RFC 5280 for one that is no longer on hold.
const removeFromCRL = 8

func (r *Revocations) read(path string) ([]byte, error) {
	if !strings.HasPrefix(path, "http://") && !strings.HasPrefix(path, "https://") {
		return os.ReadFile(path)
	}
	ctx, cancel := context.WithTimeout(context.Background(), listTime) // not the reader's: others wait for the same list
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	client := r.Client
	if client == nil {
		client = http.DefaultClient
	}
	got, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %d", got.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(got.Body, listMax+1))
	if err == nil && len(raw) > listMax {
		err = errors.New("too long a list")
	}
	return raw, err
}

// signedBy tells whether one of the authorities, that may sign lists, signed this one.
func (s *source) signedBy(issuers []*Certificate) bool {
	for _, issuer := range issuers {
		if !bytes.Equal(issuer.RawSubject, s.list.RawIssuer) || issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCRLSign == 0 {
			continue
		}
		if issuer.checkSigned(s.oid, s.list.SignatureAlgorithm, s.list.RawTBSRevocationList, s.list.Signature) == nil {
			return true
		}
	}
	return false
}
