package check

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"time"

	"tamga/departments"
	"tamga/internal/gost"
)

func (c *checker) cms() bool { return c.cfg.Signature == departments.FormCMS }

// prepareCMS makes our certificates where none are given.
func (c *checker) prepareCMS() error {
	if c.cfg.Certificate == nil {
		return errors.New("the certificate of the department is needed to check its GOST CMS")
	}
	c.keys.CMS = c.cfg.Signet
	for _, keys := range []*departments.Keys{c.keys, c.wrong} {
		if keys.CMS != nil {
			continue
		}
		var err error
		if keys.CMS, err = madeUpSignet(c.cfg.Now()); err != nil {
			return err
		}
	}
	return nil
}

func madeUpSignet(now time.Time) (*departments.Signet, error) {
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("tc26-gost-3410-2012-256-A"))
	if err != nil {
		return nil, err
	}
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "Проверка обмена"}, NotBefore: now.Add(-2 * time.Hour),
		NotAfter: now.AddDate(0, 0, 1)}, key.Public(), nil, key)
	if err != nil {
		return nil, err
	}
	private, err := gost.MarshalPrivateKey(key)
	if err != nil {
		return nil, err
	}
	return departments.ReadSignet(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), private)
}

// verify checks what the department has signed.
func (c *checker) verify(ctx context.Context, signature string, body []byte) error {
	if !c.cms() {
		return c.trust.Verify(ctx, c.cfg.URL+"/jwks.json", signature, body)
	}
	_, err := c.trust.VerifyCMS([]departments.Certificate{{Certificate: c.cfg.Certificate}}, signature, body)
	return err
}

// certificate is a rule about what the department has given to be registered.
func (c *checker) certificate() rule {
	return rule{"certificate", "Have a certificate of GOST R 34.10-2012 made for your system, good now, for signatures, and not that of an authority.",
		func(context.Context) (string, bool, bool) {
			if wrong := departments.WrongWith(c.cfg.Certificate, c.cfg.Now()); wrong != "" {
				return wrong, false, true
			}
			return c.cfg.Certificate.Holder.CommonName + ", until " + c.cfg.Certificate.NotAfter.Format(time.DateOnly), true, true
		}}
}

// signedCMS holds an answer to what decides by GOST CMS.
func (c *checker) signedCMS(ctx context.Context, r *reply) (string, bool, bool) {
	if err := c.verify(ctx, r.Signature, r.Body); err != nil {
		return err.Error(), false, true
	}
	var said struct {
		ID     string
		Status int
	}
	if json.Unmarshal(r.Body, &said) != nil || said.ID != c.first.ID || said.Status != r.Status {
		return "the answer that is signed lacks the id of the message or the status: " + r.String(), false, true
	}
	return "signed", true, true
}
