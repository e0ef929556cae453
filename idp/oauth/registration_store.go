package oauth

import (
	"context"
	"fmt"
	"time"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// NewRegistrationToken makes an initial access token: whoever holds it may register so many clients, until then.
func NewRegistrationToken(ctx context.Context, d db.DB, note string, uses int, until time.Time) (string, error) {
	token := secret.Token(32)
	_, err := d.Exec(ctx, `
		INSERT INTO oauth_registration_token (token_hash, note, uses_left, created_at, expires_at)
		VALUES ($1, $2, $3, now(), $4)`, secret.HashToken(token), note, uses, until)
	if err != nil {
		return "", fmt.Errorf("new registration token: %w", err)
	}
	return token, nil
}

// mayRegister tells whether a token is good for one registration more.
func mayRegister(ctx context.Context, d db.DB, token string, now time.Time) (ok bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM oauth_registration_token WHERE token_hash = $1 AND uses_left > 0 AND expires_at > $2)`,
		secret.HashToken(token), now).Scan(&ok)
	return ok, err
}

// useRegistrationToken counts a registration, and tells whether it was still allowed.
func useRegistrationToken(ctx context.Context, d db.DB, token string, now time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `
		UPDATE oauth_registration_token SET uses_left = uses_left - 1
		WHERE token_hash = $1 AND uses_left > 0 AND expires_at > $2`, secret.HashToken(token), now)
	return tag.RowsAffected() == 1, err
}
