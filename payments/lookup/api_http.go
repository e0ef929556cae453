package lookup

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/access"
)

// APIPath is where the systems of departments ask; the guard of forms lets it through, for a key stands in each request.
const APIPath = "/api/payments/"

// APIHandler is payment control for the systems of departments: docs/openapi/payments.yaml. A system asks in the name of an employee of its
// department and says what for; that is journalled as a look-up on the page is.
type APIHandler struct {
	Staff *Handler
	Limit *web.Limiter
	Now   func() time.Time
}

// Mount registers the routes.
func (h *APIHandler) Mount(r fiber.Router) { r.Post(APIPath+"lookups", h.lookUp) }

// apiQuery is a question as it comes.
type apiQuery struct {
	Query    string `json:"query"`
	Purpose  string `json:"purpose"`
	Employee struct {
		Name string `json:"name"`
		Post string `json:"post"`
	} `json:"employee"`
	From    string `json:"from"`
	Until   string `json:"until"`
	Service string `json:"service"`
	Payee   string `json:"payee"`
	Amount  int64  `json:"amount"`
	Similar bool   `json:"similar"`
	After   string `json:"after"`
}

type apiAnswer struct {
	Kind     kind         `json:"kind"`
	Close    bool         `json:"close"`
	Payments []apiPayment `json:"payments"`
	Next     string       `json:"next,omitempty"`
	Why      []apiReason  `json:"why"`
}

type apiReason struct {
	Key  string `json:"key"`
	Text string `json:"text"`
}

type apiPayment struct {
	Receipt   string         `json:"receipt"`
	State     payments.State `json:"state"`
	StateText string         `json:"state_text"`
	Advice    string         `json:"advice,omitempty"`
	Amount    int64          `json:"amount"`
	Received  *int64         `json:"received,omitempty"`
	Purpose   string         `json:"purpose"`
	UIN       string         `json:"uin"`
	Payer     string         `json:"payer"`
	Service   string         `json:"service"`
	Payee     string         `json:"payee"`
	StartedAt time.Time      `json:"started_at"`
	PaidAt    *time.Time     `json:"paid_at,omitempty"`
}

type apiProblem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Field  string `json:"field,omitempty"`
}

func (h *APIHandler) text(key string, args ...any) string {
	return h.Staff.Pages.T(i18n.RU, key, args...)
}

func (h *APIHandler) refuse(c *fiber.Ctx, status int, field, title string) error {
	if status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	raw, err := json.Marshal(apiProblem{title, status, field})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return c.Status(status).Send(raw)
}

func (h *APIHandler) lookUp(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	k, err := access.ClientOf(c.UserContext(), h.Staff.DB, c.Get(fiber.HeaderAuthorization), h.Now())
	switch {
	case err != nil:
		return err
	case k == nil:
		return h.refuse(c, fiber.StatusUnauthorized, "", h.text("payments_clients.api_key"))
	}
	err = h.Limit.Allow(c.UserContext(), "payments.api", k.ID.String(), web.Rate{Burst: k.PerMinute, Every: time.Minute / time.Duration(k.PerMinute)})
	if errors.Is(err, fault.TooMany) {
		return h.refuse(c, fiber.StatusTooManyRequests, "", h.text("payments_clients.api_too_many", k.PerMinute))
	} else if err != nil {
		return err
	}
	var q apiQuery
	in := json.NewDecoder(bytes.NewReader(c.Body()))
	in.DisallowUnknownFields()
	if err := in.Decode(&q); err != nil || in.Decode(&struct{}{}) != io.EOF {
		return h.refuse(c, fiber.StatusBadRequest, "", h.text("payments_clients.api_json"))
	}
	l, field, title, err := h.read(c, &q)
	switch {
	case err != nil:
		return err
	case field != "":
		return h.refuse(c, fiber.StatusUnprocessableEntity, field, title)
	}
	var o outcome
	err = pgx.BeginFunc(c.UserContext(), h.Staff.DB, func(tx pgx.Tx) (err error) {
		if o, err = l.answer(c.UserContext(), tx); err != nil {
			return err
		}
		name := strings.TrimSpace(q.Employee.Name)
		by := looker{actor: k.Actor(), role: "system", organisation: k.OrganisationID, own: name, asker: strings.Trim(name+", "+q.Employee.Post, ", ")}
		return h.Staff.note(c, tx, mark{kind: l.Kind, query: q.Query, purpose: q.Purpose, by: by}, o.Found)
	})
	if err != nil {
		return err
	}
	return c.JSON(h.answer(&l, &o))
}

// read checks a question; field and title tell what of it is wrong.
func (h *APIHandler) read(c *fiber.Ctx, q *apiQuery) (l query, field, title string, err error) {
	q.Query = strings.TrimSpace(q.Query)
	l, err = readQuery(c.UserContext(), h.Staff.DB, h.Staff.Numbers, q.Query)
	if wrong, ok := badNumber(err); ok {
		return l, "query", h.text(wrong.Key, wrong.Args...), nil
	} else if err != nil {
		return l, "", "", err
	}
	from, fromErr := apiDay(q.From)
	until, untilErr := apiDay(q.Until)
	switch {
	case l.empty():
		return l, "query", h.text("payments.staff_query_empty"), nil
	case !slices.Contains(purposes, q.Purpose):
		return l, "purpose", h.text("payments.staff_purpose_empty"), nil
	case len(nameUnits(q.Employee.Name)) < 2 || utf8.RuneCountInString(q.Employee.Name) > 200 || utf8.RuneCountInString(q.Employee.Post) > 200:
		return l, "employee", h.text("payments_clients.api_employee"), nil
	case fromErr != nil:
		return l, "from", h.text("payments_clients.api_date"), nil
	case untilErr != nil:
		return l, "until", h.text("payments_clients.api_date"), nil
	case q.Amount < 0:
		return l, "amount", h.text("payments_lookup.amount_wrong"), nil
	}
	if !until.IsZero() {
		until = until.AddDate(0, 0, 1)
	}
	l.Narrow = Narrow{From: from, Until: until, Service: q.Service, Payee: q.Payee, Amount: q.Amount}
	l.Similar, l.After = q.Similar, parsePlace(q.After)
	return l, "", "", nil
}

func apiDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, s, rus.Moscow)
}

func (h *APIHandler) answer(l *query, o *outcome) apiAnswer {
	a := apiAnswer{Kind: l.Kind, Close: o.Close, Payments: []apiPayment{}, Why: []apiReason{}}
	for _, f := range o.Found {
		advice := ""
		switch {
		case f.State != payments.Succeeded:
			advice = h.text("payments.advice_" + string(f.State))
		case f.Refund != nil:
			advice = h.text("payments.advice_refund", rus.FormatDate(*f.Refund, i18n.RU))
		}
		a.Payments = append(a.Payments, apiPayment{Receipt: f.Receipt, State: f.State, StateText: h.text("payments.state_" + string(f.State)), Advice: advice,
			Amount: f.Amount, Received: f.Received, Purpose: f.Purpose, UIN: f.UIN, Payer: f.Name, Service: f.Service, Payee: f.Payee, StartedAt: f.CreatedAt, PaidAt: f.PaidAt})
	}
	if o.More {
		last := o.Found[len(o.Found)-1]
		a.Next = formatPlace(place{last.Rank, last.CreatedAt, last.ID})
	}
	for _, w := range o.Why {
		a.Why = append(a.Why, apiReason{w.Key, h.text("payments_lookup.why_"+w.Key, w.Args...)})
	}
	return a
}
