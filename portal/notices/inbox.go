package notices

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// Topics are what a person may turn off, by the first word of a message's kind.
var Topics = []string{"applications", "payments", "support"}

// Channels are the ways that may be turned off. The site itself may not.
var Channels = []notify.Channel{notify.SMS, notify.Email}

// Inbox takes messages on their way out.
type Inbox struct {
	Box *secret.Box
	Now func() time.Time
}

// Notice is a line of the list.
type Notice struct {
	ID        uuid.UUID
	Kind      string
	Text      string
	Link      string // a path of this site, "" for none
	CreatedAt time.Time
	ReadAt    *time.Time
}

func place(id uuid.UUID) []byte { return []byte("account_notice/" + id.String()) }

// Take keeps a message for the account that it goes to, once for all its ways, and tells whether it is sent by this one. A message to
// nobody whom the portal knows is sent.
func (b *Inbox) Take(ctx context.Context, tx pgx.Tx, m notify.Message) (send bool, err error) {
	topic, _, _ := strings.Cut(m.Kind, ".")
	if !slices.Contains(Topics, topic) {
		return true, nil
	}
	account, muted := m.Account, false
	if account == uuid.Nil {
		account, muted, err = recipientOf(ctx, tx, m.Channel, m.To, topic)
	} else {
		muted, err = mutedFor(ctx, tx, account, m.Channel, topic)
	}
	if err != nil || account == uuid.Nil {
		return true, err
	}
	id := uuid.Must(uuid.NewV7())
	same := m.Body
	if m.About != "" {
		same = m.Kind + ":" + m.About
	}
	hash := b.Box.Blind("account_notice:" + account.String() + ":" + same)
	if err := insertNotice(ctx, tx, id, account, m.Kind, b.Box.Seal([]byte(m.Body), place(id)), hash, b.Now()); err != nil {
		return true, err
	}
	return !muted, nil
}

// WayTo tells how an account is reached now about a topic: by e-mail where it has one, else by SMS; a way that is turned off is taken
// only when there is no other, for then the message is kept to be read on the site, and not sent.
func WayTo(ctx context.Context, tx pgx.Tx, account uuid.UUID, topic string) (notify.Way, error) {
	a, err := addressesOf(ctx, tx, account, topic)
	if err != nil || a == nil {
		return notify.Way{}, err
	}
	mail, sms := notify.Way{Channel: notify.Email, To: a.Email, Lang: a.Lang}, notify.Way{Channel: notify.SMS, To: a.Phone, Lang: a.Lang}
	if a.Phone == "" || a.Email != "" && (!a.EmailOff || a.PhoneOff) {
		return mail, nil
	}
	return sms, nil
}

// linkIn returns the path of the first address of this site in a text.
func linkIn(text, site string) string {
	at := strings.Index(text, site+"/")
	if site == "" || at < 0 {
		return ""
	}
	path, _, _ := strings.Cut(text[at+len(site):], " ")
	path, _, _ = strings.Cut(path, "\n")
	return strings.TrimRight(path, ".,;:)»")
}

// calls are the last words of a text when they name the address that follows: «Подробнее».
var calls = regexp.MustCompile(`^(?s:(.*[.!?»])\s+)([^.!?:\n\d]{2,40})$`)

// told is a text as the site shows it beside its links: without addresses of ours at its end, and with what the text calls them.
func told(text, site string) (words string, links []frontend.Link) {
	if words, links = toldLines(text, site); len(links) > 0 {
		return words, links
	}
	words, does := toldOne(text, site)
	if link := linkIn(text, site); link != "" {
		links = []frontend.Link{{Text: does, Href: link}}
	}
	return words, links
}

// toldLines takes the last lines of a letter, each a name and an address of ours, as links.
func toldLines(text, site string) (words string, links []frontend.Link) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for site != "" && len(lines) > 1 {
		name, address, named := strings.Cut(lines[len(lines)-1], ": "+site+"/")
		if !named || name == "" || strings.ContainsAny(address, " ") {
			break
		}
		links = append([]frontend.Link{{Text: name, Href: "/" + address}}, links...)
		lines = lines[:len(lines)-1]
	}
	if words = strings.TrimSpace(strings.Join(lines, "\n")); strings.Contains(words, site+"/") {
		return "", nil // not all of them stand at the end
	}
	return words, links
}

// toldOne takes the one address at the end of a text away, and the words that call it.
func toldOne(text, site string) (words, does string) {
	at := strings.LastIndex(text, site+"/")
	if site == "" || at < 0 || strings.ContainsAny(strings.TrimSpace(text[at:]), " \n") || strings.Index(text, site+"/") != at {
		return text, ""
	}
	words = strings.TrimSpace(text[:at])
	call, named := strings.CutSuffix(words, ":")
	if !named {
		return words, ""
	}
	if m := calls.FindStringSubmatch(call); m != nil {
		return m[1], m[2]
	}
	return call + ".", ""
}
