package stand

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/internal/db"
	"tamga/internal/gost"
)

// signatures are the forms in which a stand may speak, in the order of the page.
var signatures = []string{departments.FormJWS, departments.FormCMS}

// sign signs in the form that is set.
func (s *System) sign(ctx context.Context, body []byte) (string, error) {
	set, err := settingOf(ctx, s.cfg.DB, s.Code)
	if err != nil {
		return "", err
	}
	if set.Signature != departments.FormCMS {
		return s.keys.Sign(body, s.cfg.Now())
	}
	signet, err := s.signet(ctx)
	if err != nil {
		return "", err
	}
	return signet.Sign(body, s.cfg.Now())
}

func (s *System) signet(ctx context.Context) (*departments.Signet, error) {
	all, key, err := certificatesOf(ctx, s.cfg.DB, s.Code)
	if err != nil {
		return nil, err
	}
	return departments.ReadSignet(all, key)
}

// setSignature changes the form. Who begins to sign by GOST CMS has a certificate made.
func (s *System) setSignature(ctx context.Context, form string) error {
	if form == departments.FormCMS {
		if err := certify(ctx, s.cfg.DB, s.Code, s.cfg.Now()); err != nil {
			return err
		}
	}
	return setSignature(ctx, s.cfg.DB, s.Code, form)
}

// certify makes a certificate, unless there is one.
func certify(ctx context.Context, d db.DB, code string, now time.Time) error {
	key, cert, err := selfSigned("Учебный стенд: "+code, now)
	if err != nil {
		return err
	}
	private, err := gost.MarshalPrivateKey(key)
	if err != nil {
		return err
	}
	return insertCertificate(ctx, d, code, cert.Raw, private, now)
}

// selfSigned makes a key of GOST R 34.10-2012 and a certificate of it for five years.
func selfSigned(holder string, now time.Time) (*gost.PrivateKey, *gost.Certificate, error) {
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("tc26-gost-3410-2012-256-A"))
	if err != nil {
		return nil, nil, err
	}
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: holder}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0)},
		key.Public(), nil, key)
	return key, cert, err
}

// spoke checks that the portal has signed this, in the form that is set.
func (s *System) spoke(c *fiber.Ctx, set setting, signed []byte) error {
	ctx := c.UserContext()
	if set.Signature != departments.FormCMS {
		return s.trust.Verify(ctx, s.cfg.PortalAPI+"/api/departments/jwks.json", c.Get(departments.SignatureHeader), signed)
	}
	answer, err := s.client.Get(ctx, s.cfg.PortalAPI+"/api/departments/certificates.pem")
	if err == nil && answer.Status != http.StatusOK {
		err = fmt.Errorf("the portal's certificates: answer %d", answer.Status)
	}
	if err != nil {
		return errors.Join(departments.ErrKeys, err)
	}
	portal, err := gost.ParseCertificates(answer.Body)
	if err != nil {
		return errors.Join(departments.ErrKeys, err)
	}
	var known []departments.Certificate
	for _, one := range portal {
		known = append(known, departments.Certificate{Certificate: one})
	}
	_, err = s.trust.VerifyCMS(known, c.Get(departments.CMSHeader), signed)
	return err
}

// signEventAnswer signs the answer that is written, by GOST CMS: it names the message and the status.
func (s *System) signEventAnswer(c *fiber.Ctx, set setting, body []byte) error {
	if set.Signature != departments.FormCMS {
		return nil
	}
	said := map[string]any{}
	e, err := departments.ParseEvent(body)
	if err != nil || json.Unmarshal(c.Response().Body(), &said) != nil {
		return nil // the answer decides nothing
	}
	said["id"], said["status"] = e.ID, c.Response().StatusCode()
	if err := c.JSON(said); err != nil {
		return err
	}
	return s.signAnswer(c)
}

// signAnswer signs what is written as it is.
func (s *System) signAnswer(c *fiber.Ctx) error {
	signature, err := s.sign(c.UserContext(), c.Response().Body())
	c.Set(departments.HeaderOf(signature), signature)
	return err
}

// showCertificates gives the certificates, for the portal's staff to register.
func (s *System) showCertificates(c *fiber.Ctx) error {
	all, _, err := certificatesOf(c.UserContext(), s.cfg.DB, s.Code)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return c.SendStatus(fiber.StatusNotFound)
	}
	c.Attachment(s.Code + ".pem")
	c.Set(fiber.HeaderContentType, "application/x-pem-file")
	return c.Send(all)
}

// inPEM writes certificates one after another.
func inPEM(all [][]byte) (file []byte) {
	for _, der := range all {
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return file
}
