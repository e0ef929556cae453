package departments

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/gost"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// maxCertificate is larger than any with its chain.
const maxCertificate = 64 << 10

// certificate says whose a certificate is and until when.
func (h *StaffHandler) certificate(k *usedKey, row *keyRow, t func(string, ...any) string, lang i18n.Lang) {
	c, err := gost.ParseCertificate(k.Certificate)
	if err != nil {
		return // it was read when it came
	}
	row.Holder = holderOf(c)
	row.Text = t("departments_certificate.dates", rus.FormatDate(c.NotBefore, lang), rus.FormatDate(c.NotAfter, lang), c.SerialNumber.Text(16))
	now := h.Now()
	switch {
	case now.After(c.NotAfter):
		row.Tag = frontend.Tag{Text: t("departments_certificate.expired"), Classes: "govuk-tag--grey"}
	case now.Before(c.NotBefore):
		row.Tag = frontend.Tag{Text: t("departments_certificate.early"), Classes: "govuk-tag--blue"}
	case now.AddDate(0, 0, 30).After(c.NotAfter):
		row.Tag = frontend.Tag{Text: t("departments_certificate.soon"), Classes: "govuk-tag--yellow"}
	}
	if k.FirstUsedAt == nil {
		row.Text = join(row.Text, t("departments_certificate.unused"))
	}
}

// holderOf names who holds a certificate in a line.
func holderOf(c *gost.Certificate) string {
	var parts []string
	for _, part := range []string{c.Holder.Organization, c.Holder.CommonName} {
		if part = line1(part); part != "" && (len(parts) == 0 || parts[0] != part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

// addCertificate registers one for a department that signs by GOST CMS.
func (h *StaffHandler) addCertificate(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	cert, wrong, err := h.uploaded(c)
	if err != nil {
		return err
	}
	if wrong == "" {
		if wrong, err = h.register(c.UserContext(), c.Params("code"), cert, h.by(c)); err != nil {
			return err
		}
	}
	if wrong != "" {
		var errs frontend.Errors
		errs.Add("certificate", h.Pages.Texts(c)(wrong))
		return h.renderLine(c, fiber.StatusUnprocessableEntity, errs)
	}
	return h.back(c, nil)
}

// uploaded reads the file; wrong is a key of texts.
func (h *StaffHandler) uploaded(c *fiber.Ctx) (cert *gost.Certificate, wrong string, err error) {
	sent, err := c.FormFile("certificate")
	if err != nil || sent.Size == 0 {
		return nil, "departments_certificate.no_file", nil
	}
	if sent.Size > maxCertificate {
		return nil, "departments_certificate.not_certificate", nil
	}
	f, err := sent.Open()
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, "", err
	}
	all, err := gost.ParseCertificates(raw)
	switch {
	case err != nil:
		return nil, "departments_certificate.not_certificate", nil
	case len(all) > 1:
		return nil, "departments_certificate.many", nil
	}
	return all[0], checkCertificate(all[0], h.Now()), nil
}

// register keeps a certificate, and journals who brought it.
func (h *StaffHandler) register(ctx context.Context, code string, cert *gost.Certificate, by who) (wrong string, err error) {
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		e, err := endpointByCode(ctx, tx, code)
		if err != nil {
			return err
		}
		if e == nil || e.Signature != FormCMS {
			wrong = "departments_certificate.not_cms"
			return nil
		}
		print := Fingerprint(cert)
		room, fresh, err := insertCertificate(ctx, tx, code, print, cert.Raw, by.actor, h.Now())
		switch {
		case err != nil:
			return err
		case !room:
			wrong = "departments_certificate.no_room"
			return nil
		case !fresh:
			wrong = "departments_certificate.known"
			return nil
		}
		return noteHold(ctx, tx, by, "department.certificate_add", map[string]any{"department": code, "kid": print, "holder": holderOf(cert),
			"until": cert.NotAfter.Format(time.RFC3339)})
	})
	return wrong, err
}
