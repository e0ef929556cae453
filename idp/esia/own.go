package esia

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/fault"
)

// own gives a token to a system in its own name (client_credentials): to read what registers hold openly of an organisation,
// what an employee of it let the system read, or, by prm_chg, what a person agreed to in the digital profile.
func (h *Handler) own(ctx context.Context, client *Client, form url.Values) (*tokens, error) {
	asked, err := parseScopes(form.Get("scope") + " " + form.Get("scope_org"))
	if err != nil {
		return nil, err
	}
	if len(asked) == 0 {
		return nil, errNoScope
	}
	now := h.Now().UTC().Truncate(time.Microsecond)
	g := &grant{ID: uuid.Must(uuid.NewV7()), ClientID: client.Mnemonic, CreatedAt: now, ExpiresAt: now.Add(accessLife)}
	var a *account.Account
	if slices.ContainsFunc(asked, func(s scope) bool { return s.Name == "prm_chg" }) {
		if a, err = h.agreed(ctx, client, asked, g, now); err != nil {
			return nil, err
		}
	} else {
		for _, s := range asked {
			if err := h.mayRead(ctx, client, s, now); err != nil {
				return nil, err
			}
		}
		g.Scopes = granted(asked, 0)
	}
	if err := insertGrant(ctx, h.DB, g, ""); err != nil {
		return nil, err
	}
	return h.issue(ctx, client, g, a, now)
}

// mayRead tells whether a system may read a scope of an organisation by itself.
func (h *Handler) mayRead(ctx context.Context, client *Client, s scope, now time.Time) error {
	if !covers(client.Scopes, s.Name) || kinds[s.Name] != ofOrg || s.OrgOID == 0 {
		return errNoGrants
	}
	if slices.Contains(openRegister, s.Name) {
		return nil
	}
	yes, err := lent(ctx, h.DB, client.Mnemonic, s.OrgOID, s.Name, now)
	if err == nil && !yes {
		return errNoGrants
	}
	return err
}

// agreed turns a request for prm_chg into a token for the person, with what the agreement in force names.
func (h *Handler) agreed(ctx context.Context, client *Client, asked []scope, g *grant, now time.Time) (*account.Account, error) {
	if len(asked) != 1 || asked[0].OID == 0 || !covers(client.Scopes, "prm_chg") {
		return nil, errNoGrants
	}
	a, err := account.ByOID(ctx, h.DB, asked[0].OID)
	if errors.Is(err, fault.NotFound) {
		return nil, errNoGrants
	}
	if err != nil {
		return nil, err
	}
	in, err := agreementOf(ctx, h.DB, a.ID, client.Mnemonic, now)
	if err != nil {
		return nil, err
	}
	if in == nil {
		return nil, errNoGrants
	}
	g.AccountID, g.Permissions = &a.ID, in.Permissions
	g.Scopes = granted(append(scopesOf(in.Permissions), asked...), a.OID)
	if in.ExpiresAt.Before(g.ExpiresAt) {
		g.ExpiresAt = in.ExpiresAt
	}
	return a, nil
}
