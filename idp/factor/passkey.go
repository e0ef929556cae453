package factor

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/fault"
)

// passkeyLife is how long a page with a challenge may stand open. The sign-in page offers passkeys while one types, so it is long.
const passkeyLife = 15 * time.Minute

// newPasskeys returns nil at an address without a domain name, where browsers refuse passkeys.
func newPasskeys(address string) *webauthn.WebAuthn {
	u, err := url.Parse(address)
	if err != nil {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Тамга", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		slog.Warn("no passkeys at this address", "address", address, "err", err)
		return nil
	}
	return w
}

// passkey is a row of factor_passkey.
type passkey struct {
	ID             uuid.UUID
	AccountID      uuid.UUID
	CredentialID   []byte
	PublicKey      []byte
	Name           string
	AAGUID         uuid.UUID
	Transports     []string
	SignCount      int64
	UserVerified   bool
	BackupEligible bool
	BackedUp       bool
	Cloned         bool
	CreatedAt      time.Time
	UsedAt         *time.Time
}

// credential is the passkey as the library knows it.
func (p *passkey) credential() webauthn.Credential {
	transports := make([]protocol.AuthenticatorTransport, len(p.Transports))
	for i, t := range p.Transports {
		transports[i] = protocol.AuthenticatorTransport(t)
	}
	return webauthn.Credential{
		ID: p.CredentialID, PublicKey: p.PublicKey, Transport: transports,
		Flags:         webauthn.CredentialFlags{UserPresent: true, UserVerified: p.UserVerified, BackupEligible: p.BackupEligible, BackupState: p.BackedUp},
		Authenticator: webauthn.Authenticator{AAGUID: p.AAGUID[:], SignCount: uint32(p.SignCount)},
	}
}

// holder is a person and their passkeys, as the library wants them.
type holder struct {
	*account.Account
	keys []passkey
}

// WebAuthnID is what an authenticator stores: the account's id, which says nothing to others.
func (p holder) WebAuthnID() []byte { return p.ID[:] }

// WebAuthnName tells a person's accounts apart in the browser's own list.
func (p holder) WebAuthnName() string { return p.Phone }

// WebAuthnDisplayName is shown in the browser's own list.
func (p holder) WebAuthnDisplayName() string { return p.FullName() }

// WebAuthnCredentials are the passkeys that are not suspected to be copied.
func (p holder) WebAuthnCredentials() []webauthn.Credential {
	var list []webauthn.Credential
	for i := range p.keys {
		if !p.keys[i].Cloned {
			list = append(list, p.keys[i].credential())
		}
	}
	return list
}

func (h *Handler) holderOf(ctx context.Context, person uuid.UUID) (holder, error) {
	a, err := account.ByID(ctx, h.DB, person)
	if err != nil {
		return holder{}, err
	}
	keys, err := passkeysOf(ctx, h.DB, person)
	return holder{a, keys}, err
}

// ask makes a challenge for the browser. Without a person any passkey of ours may answer.
func (h *Handler) ask(use string, p *holder) (account.PasskeyForm, error) {
	var (
		options *protocol.CredentialAssertion
		session *webauthn.SessionData
		err     error
	)
	if p == nil {
		options, session, err = h.passkeys.BeginDiscoverableLogin()
	} else {
		options, session, err = h.passkeys.BeginLogin(*p)
	}
	if err != nil {
		return account.PasskeyForm{}, err
	}
	return h.form(use, options.Response, session)
}

func (h *Handler) form(use string, options any, session *webauthn.SessionData) (account.PasskeyForm, error) {
	raw, err := json.Marshal(options)
	if err != nil {
		return account.PasskeyForm{}, err
	}
	state, err := seal(h, use, session, passkeyLife)
	return account.PasskeyForm{Options: string(raw), State: state}, err
}

// errPasskey is any passkey that does not fit: what exactly is wrong with it helps a forger only.
var errPasskey = fault.New(fault.Invalid, "idp_factor.passkey_wrong")

// check takes a passkey's answer to a challenge of use, once. It returns whose it is and how it proved that. person is uuid.Nil
// when anybody may answer.
func (h *Handler) check(ctx context.Context, use, state, answer string, person uuid.UUID) (*account.Account, []string, error) {
	session, hash, expires, err := unseal[*webauthn.SessionData](h, use, state)
	if err != nil {
		return nil, nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return nil, nil, errPasskey
	}
	if fresh, err := useChallenge(ctx, h.DB, hash, expires); err != nil || !fresh {
		return nil, nil, errors.Join(err, fault.New(fault.Invalid, "idp_factor.page_old"))
	}
	owner := holder{}
	find := func(_, handle []byte) (webauthn.User, error) {
		id, err := uuid.FromBytes(handle)
		if err == nil {
			owner, err = h.holderOf(ctx, id)
		}
		return owner, err
	}
	var used *webauthn.Credential
	if person == uuid.Nil {
		_, used, err = h.passkeys.ValidatePasskeyLogin(find, *session, parsed)
	} else if owner, err = h.holderOf(ctx, person); err == nil {
		used, err = h.passkeys.ValidateLogin(owner, *session, parsed)
	}
	if err != nil {
		return nil, nil, errPasskey
	}
	return owner.Account, []string{account.MethodPasskey, account.MethodPresence}, h.keep(ctx, owner.Account, used)
}

// keep notes the use of a passkey. One whose counter fell back was copied, and is refused from now on.
func (h *Handler) keep(ctx context.Context, a *account.Account, used *webauthn.Credential) error {
	if err := touchPasskey(ctx, h.DB, used, h.now()); err != nil {
		return err
	}
	if used.Authenticator.CloneWarning {
		return fault.New(fault.Invalid, "idp_factor.passkey_copied")
	}
	return nil
}
