package departments

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"tamga/internal/db"
	"tamga/internal/i18n"
)

// Endpoint is a departmental system.
type Endpoint struct {
	Code string
	Name i18n.Text
	URL  string // messages go to URL/events, public keys are at URL/jwks.json; or "workplace:", or "file:///folder": see Carrier

	Signature string // FormJWS, also when "", or FormCMS
}

// carried are the schemes that need no HTTP guard.
var carried = map[string]bool{"workplace": true, "file": true}

func (e *Endpoint) events() string { return e.URL + "/events" }
func (e *Endpoint) jwks() string   { return e.URL + "/jwks.json" }

// SaveEndpoints puts the configured endpoints into the database, at each start. An endpoint that is no longer configured
// stays: its deliveries still name it.
func SaveEndpoints(ctx context.Context, d db.DB, c *Client, list []Endpoint, now time.Time) error {
	for _, e := range list {
		e.URL = strings.TrimRight(e.URL, "/")
		if !queueName.MatchString(e.Code) || len(e.Code) > 60 {
			return fmt.Errorf("department %q: a code is small letters, digits and single hyphens, 60 at most", e.Code)
		}
		if scheme, _, _ := strings.Cut(e.URL, ":"); carried[scheme] {
			e.URL = strings.TrimRight(e.URL, "/")
		} else if err := c.CheckURL(e.URL); err != nil {
			return fmt.Errorf("department %s: %w", e.Code, err)
		}
		e.Signature = cmp.Or(e.Signature, FormJWS)
		if err := checkForm(&e); err != nil {
			return fmt.Errorf("department %s: %w", e.Code, err)
		}
		if err := saveEndpoint(ctx, d, e, now); err != nil {
			return fmt.Errorf("department %s: %w", e.Code, err)
		}
	}
	return nil
}
