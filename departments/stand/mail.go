package stand

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"html"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/text/encoding/htmlindex"

	"tamga/internal/db"
)

// mailServer takes e-mail for everybody and keeps it in the outbox.
type mailServer struct {
	db  db.DB
	now func() time.Time
	log *slog.Logger
}

func newMailServer(cfg *Config) *smtp.Server {
	server := smtp.NewServer(&mailServer{db: cfg.DB, now: cfg.Now, log: cfg.Log})
	server.Domain = "stand.tamga.example"
	server.MaxMessageBytes = 5 << 20
	server.MaxRecipients = 50
	server.ReadTimeout, server.WriteTimeout = 30*time.Second, 30*time.Second
	server.EnableSMTPUTF8 = true
	server.ErrorLog = slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug)
	return server
}

// NewSession starts the talk with one client.
func (s *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &mailSession{server: s}, nil
}

type mailSession struct {
	server *mailServer
	from   string
	to     []string
}

func (s *mailSession) Reset()        { s.from, s.to = "", nil }
func (s *mailSession) Logout() error { return nil }

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = storable(from)
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, storable(to))
	return nil
}

// Data keeps the letter once for each recipient.
func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	l, err := readMail(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "the letter cannot be read"}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, to := range s.to {
		m := message{Channel: "email", To: to, Subject: storable(l.Subject), Text: storable(l.Text), At: s.server.now()}
		key := ""
		if l.ID != "" {
			key = "email/" + storable(l.ID) + "/" + to
		}
		if err := saveMessage(ctx, s.server.db, &m, s.from, key); err != nil {
			s.server.log.Error("stand: keep e-mail", "err", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again"}
		}
	}
	return nil
}

// words of headers may be in any charset that people's programs still write.
var wordDecoder = &mime.WordDecoder{CharsetReader: charsetReader}

func charsetReader(charset string, r io.Reader) (io.Reader, error) {
	encoding, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return encoding.NewDecoder().Reader(r), nil
}

// letter is what a person reads of an e-mail.
type letter struct {
	ID      string // Message-ID
	Subject string
	Text    string // the plain part, or the HTML one without its tags
}

func readMail(raw []byte) (*letter, error) {
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	l := &letter{ID: read.Header.Get("Message-Id")}
	if l.Subject, err = wordDecoder.DecodeHeader(read.Header.Get("Subject")); err != nil {
		l.Subject = read.Header.Get("Subject")
	}
	parts := &mailParts{}
	if err := parts.read(textproto.MIMEHeader(read.Header), read.Body, 0); err != nil {
		return nil, err
	}
	if parts.plain == "" {
		parts.plain = plainOf(parts.html)
	}
	l.Text = strings.TrimSpace(strings.ReplaceAll(parts.plain, "\r\n", "\n"))
	return l, nil
}

// mailParts are the first plain and the first HTML part found.
type mailParts struct{ plain, html string }

const mailDepth = 8

var errMailDepth = errors.New("parts are nested too deep")

func (p *mailParts) read(header textproto.MIMEHeader, body io.Reader, depth int) error {
	if depth > mailDepth {
		return errMailDepth
	}
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		kind, params = "text/plain", nil
	}
	if strings.HasPrefix(kind, "multipart/") {
		return p.readMultipart(multipart.NewReader(body, params["boundary"]), depth)
	}
	if disposition, _, _ := mime.ParseMediaType(header.Get("Content-Disposition")); disposition == "attachment" {
		return nil
	}
	text, err := decodePart(header.Get("Content-Transfer-Encoding"), params["charset"], body)
	if err != nil {
		return err
	}
	switch {
	case kind == "text/plain" && p.plain == "":
		p.plain = text
	case kind == "text/html" && p.html == "":
		p.html = text
	}
	return nil
}

func (p *mailParts) readMultipart(r *multipart.Reader, depth int) error {
	for {
		// The raw part: NextPart would undo quoted-printable, and only that.
		part, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.read(part.Header, part, depth+1); err != nil {
			return err
		}
	}
}

func decodePart(transfer, charset string, body io.Reader) (string, error) {
	switch strings.ToLower(strings.TrimSpace(transfer)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if decoded, err := charsetReader(charset, body); err == nil {
			body = decoded
		}
	}
	raw, err := io.ReadAll(body)
	return string(raw), err
}

var (
	htmlHidden = regexp.MustCompile(`(?is)<(style|script|head)\b.*?</(style|script|head)>`)
	htmlBreak  = regexp.MustCompile(`(?i)<(br|/p|/div|/tr|/h[1-6]|/li)[^>]*>`)
	htmlTag    = regexp.MustCompile(`<[^>]*>`)
)

// plainOf shows a letter that has no plain part.
func plainOf(s string) string {
	s = htmlBreak.ReplaceAllString(htmlHidden.ReplaceAllString(s, ""), "\n")
	return html.UnescapeString(htmlTag.ReplaceAllString(s, ""))
}
