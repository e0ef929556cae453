package check

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/gost"
)

// Config says what to check.
type Config struct {
	URL     string          // of the department: messages go to URL/events
	Code    string          // of the department
	Portal  string          // our public address: the department finds our keys at Portal/api/departments/jwks.json and calls back there
	Service string          // of the applications that are sent
	Data    json.RawMessage // an application of that service; a made-up one when empty
	Wait    time.Duration   // how long to wait for a call-back
	Now     func() time.Time

	Signature   string              // departments.FormJWS, also when "", or FormCMS
	Certificate *gost.Certificate   // of the department, with FormCMS
	Signet      *departments.Signet // ours; a made-up one when nil, which the department can only fetch from Portal/api/departments/certificates.pem
}

// Finding is what came of one rule.
type Finding struct {
	Rule  string // its name, as in docs/departments.md
	OK    bool
	Seen  bool   // false: what the rule is about has not happened, so nothing is known
	Got   string // what the department did
	Mend  string // what to do about it
	Takes time.Duration
}

// Run plays the portal at ln until all rules are tried, and returns what came of each. An error means that nothing could be tried.
func Run(ctx context.Context, cfg Config, ln net.Listener) ([]Finding, error) {
	c, err := newChecker(cfg)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: c.portal(), ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	found := c.rules(ctx)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(closing) != nil {
		_ = server.Close()
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return found, err
	}
	return found, nil
}

// checker is a portal that knows what is right.
type checker struct {
	cfg    Config
	keys   *departments.Keys
	wrong  *departments.Keys // published nowhere, nor registered
	client *departments.Client
	trust  *departments.Trust
	calls  calls

	application uuid.UUID // that was taken, or should have been
	first       *departments.Event
	taken       bool // the department took the first application
	status      int  // how it answered
}

func newChecker(cfg Config) (*checker, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.URL, cfg.Portal = strings.TrimRight(cfg.URL, "/"), strings.TrimRight(cfg.Portal, "/")
	if cfg.Service == "" {
		cfg.Service = "check"
	}
	if len(cfg.Data) == 0 {
		cfg.Data = madeUp(cfg.Now())
	}
	if u, err := url.Parse(cfg.Portal); err != nil || u.Host == "" {
		return nil, fmt.Errorf("the portal's address %q is none", cfg.Portal)
	}
	c := &checker{cfg: cfg, client: departments.NewClient(departments.ClientConfig{Private: true, Plain: true}),
		application: uuid.Must(uuid.NewV7())}
	if err := c.client.CheckURL(cfg.URL); err != nil {
		return nil, err
	}
	c.trust = &departments.Trust{Client: c.client, Now: cfg.Now}
	var secrets [2][32]byte
	for i, keys := range []**departments.Keys{&c.keys, &c.wrong} {
		_, _ = rand.Read(secrets[i][:]) // never fails
		var err error
		if *keys, err = departments.DeriveKeys("check", secrets[i][:]); err != nil {
			return nil, err
		}
	}
	if c.cms() {
		return c, c.prepareCMS()
	}
	return c, nil
}

func madeUp(now time.Time) json.RawMessage {
	raw, _ := json.Marshal(departments.Application{SubmittedAt: now.UTC(), ServiceName: "Проверка обмена", // plain data always marshal
		Sections: []departments.Section{{Title: "Проверка", Rows: []departments.Row{{Label: "Буквы", Value: "Ёлка, җәй, өмет"}}}},
		Parties:  []departments.Party{{ID: "first", Role: "Заявитель", Last: "Җиһаншина", First: "Әминә"}}})
	return raw
}

// letter is a message that a test may spoil.
type letter struct {
	Event  departments.Event
	Keys   *departments.Keys
	Form   string // of the signature
	Signed time.Time
	Tamper func([]byte) []byte // after signing
	Unsign bool
}

// letter is a good one about an application.
func (c *checker) letter(typ string, application uuid.UUID, body any) *letter {
	raw, _ := json.Marshal(body) // our own structs
	m := departments.Message{Number: "CHECK-" + strings.ToUpper(application.String()[:8]), Department: c.cfg.Code, Service: c.cfg.Service, ServiceVersion: 1}
	switch typ {
	case departments.TypeMessage:
		m.Message = raw
	case departments.TypeCorrected:
		m.Correction = raw
	case departments.TypeCancelled:
		m.Cancellation = raw
	default:
		m.Application = raw
	}
	e, _ := departments.NewEvent(typ, uuid.Must(uuid.NewV7()).String(), c.cfg.Portal, c.cfg.Code, application.String(), c.cfg.Now(), m)
	return &letter{Event: *e, Keys: c.keys, Form: c.cfg.Signature, Signed: c.cfg.Now()}
}

// send posts a letter and returns what was answered, 0 and the reason when nothing was.
func (c *checker) send(ctx context.Context, l *letter) *reply {
	body, err := json.Marshal(l.Event)
	if err != nil {
		return &reply{Problem: err.Error()}
	}
	signature, err := l.Keys.In(l.Form)(body, l.Signed)
	if err != nil {
		return &reply{Problem: err.Error()}
	}
	if l.Unsign {
		signature = ""
	}
	if l.Tamper != nil {
		body = l.Tamper(body)
	}
	answer, err := c.client.PostEvent(ctx, c.cfg.URL+"/events", signature, body)
	if err != nil {
		return &reply{Problem: err.Error()}
	}
	var said struct{ Text, Reason string }
	_ = json.Unmarshal(answer.Body, &said) // a body is optional
	return &reply{Status: answer.Status, Reason: strings.TrimSpace(said.Reason), Body: answer.Body, Signature: answer.Signature}
}

// reply is a department's answer.
type reply struct {
	Status    int
	Reason    string
	Body      []byte
	Signature string
	Problem   string
}

func (r *reply) String() string {
	if r.Status == 0 {
		return "no answer: " + r.Problem
	}
	text := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(string(r.Body), "?")), " "))
	if len(text) > 120 {
		text = append(text[:120], '…')
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, string(text)))
}

// settled tells that the answer is one of the three that the protocol has.
func (r *reply) settled() bool {
	return r.Status == http.StatusOK || r.Status == http.StatusAccepted || r.Status == http.StatusUnprocessableEntity && r.Reason != ""
}

func (r *reply) received() bool { return r.Status == http.StatusOK || r.Status == http.StatusAccepted }

// refused tells that the message was turned away for good, in order.
func (r *reply) refused() bool {
	return r.Status >= 400 && r.Status < 500 && r.Status != http.StatusTooManyRequests
}
