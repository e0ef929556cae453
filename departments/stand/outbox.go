package stand

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// message is an SMS or an e-mail.
type message struct {
	ID      uuid.UUID `json:"id"`
	Channel string    `json:"channel"` // sms, email
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// toKey is how a recipient is found: digits of a phone from the tenth on the right, an address in small letters.
func toKey(to string) string {
	to = strings.ToLower(strings.TrimSpace(to))
	if strings.Contains(to, "@") {
		return to
	}
	if d := digits(to); len(d) >= 10 {
		return d[len(d)-10:]
	}
	return to
}

// maxMessage bounds a kept text.
const maxMessage = 256 << 10

// storable makes a foreign text fit for the database: PostgreSQL keeps neither broken UTF-8 nor NUL.
func storable(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
	if len(s) > maxMessage {
		s = strings.ToValidUTF8(s[:maxMessage], "") + "…"
	}
	return s
}
