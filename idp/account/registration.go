package account

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// registrationLife is the time a person has from the first page to the last; codeLife that of one SMS code.
const (
	registrationLife = 2 * time.Hour
	codeLife         = 10 * time.Minute
	codeTries        = 5
	emailLinkLife    = 3 * 24 * time.Hour
)

// begin stores a registration and sends the SMS. A phone that has an account gets an SMS that says so, and no code; the page
// is the same, so that it cannot be used to find out who has an account.
func (h *Handler) begin(ctx context.Context, r *registration, lang i18n.Lang) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		send, err := h.newCode(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := insertRegistration(ctx, tx, r, h.Now()); err != nil {
			return err
		}
		return send(lang)
	})
}

// newCode puts a fresh code into r and returns how to send it.
func (h *Handler) newCode(ctx context.Context, tx pgx.Tx, r *registration) (send func(i18n.Lang) error, err error) {
	taken, err := phoneTaken(ctx, tx, r.Phone)
	if err != nil {
		return nil, err
	}
	code := secret.Code(6)
	r.CodeHash = h.codeHash(r, code)
	if taken {
		r.CodeHash = nil
		return func(lang i18n.Lang) error {
			return sendSMS(ctx, tx, h.Notify, "registration_taken", r.Phone, h.Pages.T(lang, "idp.sms_taken", h.PublicURL+"/login"))
		}, nil
	}
	return func(lang i18n.Lang) error {
		return sendSMS(ctx, tx, h.Notify, "registration_code", r.Phone, h.Pages.T(lang, "idp.sms_code", code))
	}, nil
}

func (h *Handler) codeHash(r *registration, code string) []byte {
	return h.Box.Blind("registration:" + string(r.TokenHash) + ":" + code)
}

// resend sends another code and voids the one before.
func (h *Handler) resend(ctx context.Context, r *registration, lang i18n.Lang) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		send, err := h.newCode(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := setCode(ctx, tx, r.TokenHash, r.CodeHash, h.Now()); err != nil {
			return err
		}
		return send(lang)
	})
}

// checkCode returns the locale key of what is wrong with a code, or "".
func (h *Handler) checkCode(ctx context.Context, r *registration, typed string) (problem string, err error) {
	code := strings.Join(strings.Fields(typed), "")
	if code == "" {
		return "idp.code_empty", nil
	}
	allowed, err := countAttempt(ctx, h.DB, r.TokenHash, codeTries)
	if err != nil {
		return "", err
	}
	switch {
	case !allowed:
		return "idp.code_spent", nil
	case h.Now().After(r.SentAt.Add(codeLife)):
		return "idp.code_old", nil
	case r.CodeHash == nil || subtle.ConstantTimeCompare(r.CodeHash, h.codeHash(r, code)) != 1:
		return "idp.code_wrong", nil
	}
	return "", setVerified(ctx, h.DB, r.TokenHash, h.Now())
}

// finish makes the account, and sends the link that confirms the e-mail.
func (h *Handler) finish(ctx context.Context, r *registration, password string, lang i18n.Lang) error {
	if r.VerifiedAt == nil {
		return fault.New(fault.Forbidden, "idp.registration_gone")
	}
	hash, err := h.Passwords.Hash(ctx, password)
	if err != nil {
		return err
	}
	a := &Account{ID: r.AccountID, LastName: r.LastName, FirstName: r.FirstName, Phone: r.Phone, Email: r.Email, Language: lang}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := insertAccount(ctx, tx, a, hash, h.Now()); err != nil {
			return err
		}
		if err := deleteRegistration(ctx, tx, r.TokenHash); err != nil {
			return err
		}
		person := a.ID.String()
		entry := journal.Entry{Actor: person, ActorRole: "citizen", Action: "idp.registered", Subject: person}
		if err := journal.Write(ctx, tx, entry); err != nil {
			return err
		}
		if h.Born != nil {
			if err := h.Born(ctx, tx, a.ID); err != nil {
				return err
			}
		}
		return h.mailConfirmation(ctx, tx, a, lang)
	})
}

// mailConfirmation sends the link that confirms an address.
func (h *Handler) mailConfirmation(ctx context.Context, tx pgx.Tx, a *Account, lang i18n.Lang) error {
	token := secret.Token(32)
	if err := insertConfirmation(ctx, tx, secret.HashToken(token), a, h.Now().Add(emailLinkLife)); err != nil {
		return err
	}
	link := h.PublicURL + "/email/confirm?token=" + token
	return sendEmail(ctx, tx, h.Notify, "email_confirmation", a.Email,
		h.Pages.T(lang, "idp.mail_confirm_subject"), h.Pages.T(lang, "idp.mail_confirm_text", a.FirstName, link))
}

// newcomer is the first form of registration.
type newcomer struct {
	LastName, FirstName, Phone, Email string
	Consent                           bool
}

// read checks the form and brings its values to their stored form. problems are by field.
func (n *newcomer) read(t func(string, ...any) string) map[string]string {
	problems := map[string]string{}
	take := func(field string, value *string, missing string, parse func(string) (string, error)) {
		if strings.TrimSpace(*value) == "" {
			problems[field] = t(missing)
			return
		}
		parsed, err := parse(*value)
		if err != nil {
			problems[field] = problemOf(t, err)
			return
		}
		*value = parsed
	}
	take("last_name", &n.LastName, "idp.last_name_missing", rus.Name)
	take("first_name", &n.FirstName, "idp.first_name_missing", rus.Name)
	take("phone", &n.Phone, "idp.phone_missing", rus.MobilePhone)
	take("email", &n.Email, "idp.email_missing", parseEmail)
	if !n.Consent {
		problems["consent"] = t("idp.consent_missing")
	}
	return problems
}

// errEmail is told in the page's words by problemOf.
var errEmail = errors.New("not an e-mail address")

func parseEmail(s string) (string, error) {
	s = normalEmail(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return "", errEmail
	}
	return s, nil
}

func newRegistration(n newcomer, token string, request *uuid.UUID) *registration {
	return &registration{
		TokenHash: secret.HashToken(token), AccountID: uuid.Must(uuid.NewV7()),
		LastName: n.LastName, FirstName: n.FirstName, Phone: n.Phone, Email: n.Email, RequestID: request,
	}
}
