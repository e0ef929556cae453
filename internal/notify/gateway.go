package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Gateway sends SMS through an operator's HTTP gateway, or an adapter in front of one. It posts {"to", "text", "id"} as JSON;
// any 2xx means that the gateway has taken the message on itself. A second request with the same id is to be dropped.
type Gateway struct {
	URL    string
	Token  string       // sent as "Authorization: Bearer"; empty sends none
	Client *http.Client // nil: one that gives up after 20 seconds
}

var _ Sender = (*Gateway)(nil)

var gatewayClient = &http.Client{Timeout: 20 * time.Second}

// Send hands one SMS over. 400 and 422 are for good: the gateway does not like this number or this text. All else is worth
// another attempt, 401 too: it is our setting, and waits for mending.
func (g *Gateway) Send(ctx context.Context, id uuid.UUID, m Message) error {
	body, err := json.Marshal(map[string]string{"to": m.To, "text": m.Body, "id": id.String()})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("SMS gateway: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if g.Token != "" {
		req.Header.Set("Authorization", "Bearer "+g.Token)
	}
	client := g.Client
	if client == nil {
		client = gatewayClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("SMS gateway: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 == 2 {
		return nil
	}
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 200)) // whatever it says is only for the log
	err = fmt.Errorf("SMS gateway answers %s: %s", resp.Status, strings.TrimSpace(string(said)))
	if resp.StatusCode == http.StatusBadRequest || resp.StatusCode == http.StatusUnprocessableEntity {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}
