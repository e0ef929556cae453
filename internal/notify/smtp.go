package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/wneessen/go-mail"
)

// Security says how the connection to the mail server is protected.
type Security string

// The kinds of protection. The zero value is the safe one.
const (
	STARTTLS Security = ""     // on the submission port, and nothing is sent when the server does not offer it
	TLS      Security = "tls"  // from the first byte, port 465
	Plain    Security = "none" // the demo's server, or one on this machine
)

// SMTP sends e-mail through a mail server.
type SMTP struct {
	Addr     string // host:port
	From     string // "Портал услуг <noreply@example.org>"
	User     string // empty: no sign-in
	Password string
	Security Security
	Config   *tls.Config // nil: the system's certificates
}

var _ Sender = (*SMTP)(nil)

// Send hands one e-mail over. Its Message-ID is made of id.
func (s *SMTP) Send(ctx context.Context, id uuid.UUID, m Message) error {
	msg, err := s.message(id, m)
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.Addr, err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if isRefused(err) {
		return fmt.Errorf("mail server %s: %w: %w", s.Addr, ErrRefused, err)
	}
	if err != nil {
		return fmt.Errorf("mail server %s: %w", s.Addr, err)
	}
	return nil
}

// isRefused tells whether the server will never take this message: 5yz is for good (RFC 5321, 4.2.1). A sender or a sign-in
// that it refuses is our setting, which is worth waiting for.
func isRefused(err error) bool {
	var e *mail.SendError
	if !errors.As(err, &e) || e.ErrorCode()/100 != 5 {
		return false
	}
	return e.Reason == mail.ErrSMTPRcptTo || e.Reason == mail.ErrSMTPData || e.Reason == mail.ErrSMTPDataClose
}

func (s *SMTP) message(id uuid.UUID, m Message) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.From(s.From); err != nil {
		return nil, fmt.Errorf("sender's address %q: %w", s.From, err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("%w: recipient's address: %w", ErrRefused, err)
	}
	sender, err := msg.GetSender(false)
	if err != nil {
		return nil, err
	}
	sender = strings.Trim(sender, "<>")
	msg.SetMessageIDWithValue(id.String() + sender[strings.LastIndexByte(sender, '@'):])
	msg.SetDate()
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no out-of-office answers, please
	msg.Subject(m.Subject)
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	return msg, nil
}

func (s *SMTP) client() (*mail.Client, error) {
	host, portText, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{mail.WithPort(port), mail.WithoutNoop()}
	switch s.Security {
	case TLS:
		options = append(options, mail.WithSSL())
	case Plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.Config != nil {
		options = append(options, mail.WithTLSConfig(s.Config))
	}
	if s.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover),
			mail.WithUsername(s.User), mail.WithPassword(s.Password))
	}
	return mail.NewClient(host, options...)
}
