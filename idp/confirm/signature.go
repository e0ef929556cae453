package confirm

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/gost"
	"tamga/internal/journal"
	"tamga/internal/rus"
)

const textLife = time.Hour

// challenge is a text that a person signs to confirm the account.
type challenge struct {
	ID        uuid.UUID
	AccountID uuid.UUID
	Text      string
	ExpiresAt time.Time
}

// newChallenge makes a text of one line: it says what for, for whom and where, and its number makes it good once.
func (h *Handler) newChallenge(a *account.Account) challenge {
	id := uuid.Must(uuid.NewV7())
	return challenge{ID: id, AccountID: a.ID, ExpiresAt: h.Now().Add(textLife), Text: fmt.Sprintf(
		"Я, %s, подтверждаю свою учётную запись на %s. %s, номер %s", a.FullName(), h.PublicURL, h.Now().In(rus.Moscow).Format("02.01.2006 15:04"), id)}
}

// signer names a certificate for the journal: what finds it at its authority, and no personal data.
func signer(cert *gost.Certificate) string {
	issuer := cert.Issuer.CommonName
	if issuer == "" {
		issuer = strings.Join(cert.Issuer.Organization, " ")
	}
	return fmt.Sprintf("%X, %s", cert.SerialNumber, issuer)
}

// belongs checks that a certificate of a trusted authority is the person's, and made for signing.
func (h *Handler) belongs(ctx context.Context, d db.DB, a *account.Account, cert *gost.Certificate) error {
	if cert.KeyUsage != 0 && cert.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return fault.New(fault.Invalid, "idp_confirm.signature_usage")
	}
	i, err := h.inForce(ctx, d, a.ID)
	switch {
	case err != nil:
		return err
	case cert.Holder.SNILS != i.SNILS:
		return fault.New(fault.Invalid, "idp_confirm.signature_snils")
	case !h.SameName(a, cert.Holder):
		return fault.New(fault.Invalid, "idp_confirm.signature_name")
	}
	return nil
}

// accept uses the text up and confirms the account.
func (h *Handler) accept(ctx context.Context, tx pgx.Tx, a *account.Account, k *challenge, cert *gost.Certificate, by journal.Entry) error {
	if err := lockAccount(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := h.belongs(ctx, tx, a, cert); err != nil {
		return err
	}
	if err := useText(ctx, tx, k.ID, h.Now()); err != nil {
		return err
	}
	return h.announcer().raise(ctx, tx, a.ID, account.Ground{Way: account.WaySignature, Certificate: signer(cert)}, by, h.Now())
}

// told is the locale key of a fault that the page itself shows, or "".
func told(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind == fault.Invalid {
		return f.Key
	}
	return ""
}
