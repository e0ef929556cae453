package notify

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// mailServer is a small real SMTP server that keeps what it takes.
type mailServer struct {
	addr string
	mu   sync.Mutex
	got  []string
}

func startMail(t *testing.T) *mailServer {
	t.Helper()
	m := &mailServer{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.addr = l.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{server: m}, nil }))
	server.Domain = "localhost"
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return m
}

func (m *mailServer) mails() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.got)
}

type mailSession struct {
	server *mailServer
}

func (s *mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt refuses for good whoever starts with "nobody", and for now whoever starts with "busy".
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "nobody"):
		return &smtp.SMTPError{Code: 550, Message: "no such user " + to}
	case strings.HasPrefix(to, "busy"):
		return &smtp.SMTPError{Code: 451, Message: "try later, " + to}
	}
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.got = append(s.server.got, string(raw))
	return err
}

func (s *mailSession) Reset()        {}
func (s *mailSession) Logout() error { return nil }

// smsServer is an SMS gateway that answers with the statuses it is given, one a request, and then with 202.
type smsServer struct {
	url      string
	mu       sync.Mutex
	statuses []int
	got      []map[string]string
}

func startSMS(t *testing.T, statuses ...int) *smsServer {
	t.Helper()
	s := &smsServer{statuses: statuses}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *smsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]string
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Authorization") != "Bearer token" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if len(s.statuses) > 0 {
		status := s.statuses[0]
		s.statuses = s.statuses[1:]
		http.Error(w, "bad number "+body["to"], status)
		return
	}
	s.got = append(s.got, body)
	w.WriteHeader(http.StatusAccepted)
}

func (s *smsServer) messages() []map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}
