package oauth

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/ory/fosite"
)

// bearer returns what the access token of a request says: in the header, or in the body of a form. A token that is bound to a key
// counts only together with a proof by that key, and only under its own name.
func (h *Handler) bearer(ctx context.Context, c *fiber.Ctx) (*session, fosite.Arguments, string, error) {
	scheme, token, err := tokenIn(ctx, c)
	if err != nil {
		return nil, nil, "", err
	}
	_, ar, err := h.fosite.IntrospectToken(ctx, token, fosite.AccessToken, emptySession())
	if err != nil {
		return nil, nil, "", err
	}
	s, ok := ar.GetSession().(*session)
	if !ok || (s.JKT != "") != (scheme == "dpop") {
		return nil, nil, "", fosite.ErrInactiveToken
	}
	if s.JKT != "" {
		p, err := h.proofFor(ctx, c, token)
		if err != nil {
			return nil, nil, "", err
		}
		if !p.fits(s.JKT) {
			return nil, nil, "", badProof("A proof by the key of the token is required.")
		}
	}
	return s, ar.GetGrantedScopes(), ar.GetClient().GetID(), nil
}

// tokenIn finds the token of a request, and in which way it is shown.
func tokenIn(ctx context.Context, c *fiber.Ctx) (scheme, token string, err error) {
	r, err := httpRequest(ctx, c)
	if err != nil {
		return "", "", err
	}
	r.URL.RawQuery = "" // addresses stand in logs
	if err := r.ParseForm(); err != nil {
		return "", "", fosite.ErrInvalidRequest
	}
	header, body := r.Header.Get(fiber.HeaderAuthorization), r.PostForm["access_token"]
	if header != "" && len(body) > 0 || len(body) > 1 {
		return "", "", fosite.ErrInvalidRequest.WithHint("The access token is there twice.")
	}
	if len(body) == 1 {
		return "bearer", body[0], nil
	}
	scheme, token, _ = strings.Cut(header, " ")
	scheme, token = strings.ToLower(scheme), strings.TrimSpace(token)
	if scheme != "bearer" && scheme != "dpop" || token == "" {
		return "", "", fosite.ErrRequestUnauthorized
	}
	return scheme, token, nil
}
