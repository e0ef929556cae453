package factor

import (
	"encoding/base64"
	"errors"
	"html/template"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

const (
	qrShown frontend.Page[qrPage]    = "idp/factor/qr.html"
	qrPhone frontend.Page[phonePage] = "idp/factor/qr_phone.html"
)

type qrPage struct {
	Client  string
	Picture template.HTML // "" when it is over
	Over    string        // why
	Number  int
	Fresh   frontend.Button
	Back    string
}

type phonePage struct {
	frontend.Errors
	Code    string
	Done    string // the answer was given: what it came to
	Device  string
	Address string
	Near    bool // the same network as this phone's
	Number  frontend.Radios
	Confirm frontend.Button
	Refuse  frontend.Button
}

// showQR shows a QR code, and the page that waits until it is confirmed. A plain refresh moves it on, with or without scripts.
func (h *Handler) showQR(c *fiber.Ctx) error {
	id, _ := h.waiting(c)
	q, err := h.shownQR(c)
	if err != nil {
		return err
	}
	if q == nil || c.Query("fresh") != "" {
		if err := h.newQR(c); err != nil {
			return err
		}
		return c.Redirect(account.WithRequest("/login/qr", id), fiber.StatusSeeOther)
	}
	switch {
	case q.State == "confirmed" && h.now().Before(q.ExpiresAt):
		return h.signInByQR(c, q)
	case q.State == "waiting" && h.now().Before(q.ExpiresAt):
		return h.renderQR(c, q, "")
	case q.State == "used" && account.CurrentSignIn(c) != nil: // a second tab, or the back button
		id, w := h.waiting(c)
		return c.Redirect(account.Onward(id, w), fiber.StatusSeeOther)
	case q.State == "refused":
		return h.renderQR(c, q, "idp_factor.qr_refused")
	}
	return h.renderQR(c, q, "idp_factor.qr_old")
}

// shownQR is the code that this browser shows, or nil.
func (h *Handler) shownQR(c *fiber.Ctx) (*qrSignIn, error) {
	token := c.Cookies(h.Cookie + qrCookie)
	if token == "" {
		return nil, nil
	}
	q, err := qrByBrowser(c.UserContext(), h.DB, secret.HashToken(token))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return q, err
}

// codeOf is what the picture of a browser holds. Only that browser has the token it grows from.
func (h *Handler) codeOf(token string) string {
	return base64.RawURLEncoding.EncodeToString(h.Box.Blind("qr:" + token)[:18])
}

func (h *Handler) newQR(c *fiber.Ctx) error {
	if err := h.Limit.Allow(c.UserContext(), "idp-qr", c.IP(), showRate); err != nil {
		return err
	}
	token, now := secret.Token(32), h.now()
	q := &qrSignIn{ID: uuid.Must(uuid.NewV7()), CodeHash: secret.HashToken(h.codeOf(token)), BrowserHash: secret.HashToken(token),
		Device: DeviceName(c.Get(fiber.HeaderUserAgent)), Address: c.IP(), CreatedAt: now, ExpiresAt: now.Add(qrLife)}
	q.Choices, q.Number = choices()
	h.setCookie(c, qrCookie, token, "/login/qr", time.Hour)
	return insertQR(c.UserContext(), h.DB, q)
}

func (h *Handler) renderQR(c *fiber.Ctx, q *qrSignIn, over string) error {
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := qrPage{Number: q.Number, Back: account.WithRequest("/login", id)}
	if w != nil {
		page.Client = w.Name
	}
	if over != "" {
		page.Over = t(over)
		page.Fresh = frontend.Button{Text: t("idp_factor.qr_fresh"), Href: qrPath(id)}
		return qrShown.Render(c, h.Pages, page)
	}
	var err error
	page.Picture, err = drawQR(h.PublicURL+"/qr?code="+h.codeOf(c.Cookies(h.Cookie+qrCookie)), t("idp_factor.qr_picture"))
	if err != nil {
		return err
	}
	return qrShown.Render(c, h.Pages, page)
}

// qrPath shows a fresh code.
func qrPath(request *uuid.UUID) string {
	path := account.WithRequest("/login/qr", request)
	if request == nil {
		return path + "?fresh=1"
	}
	return path + "&fresh=1"
}

// stateQR tells the page's script how it goes.
func (h *Handler) stateQR(c *fiber.Ctx) error {
	q, err := h.shownQR(c)
	if err != nil {
		return err
	}
	state := "over"
	if q != nil && h.now().Before(q.ExpiresAt) {
		state = q.State
	}
	return c.JSON(fiber.Map{"state": state})
}

// signInByQR lets the person in who confirmed at the phone. Who wants a second proof, and did not give it at the phone, gives it here.
func (h *Handler) signInByQR(c *fiber.Ctx, q *qrSignIn) error {
	id, w := h.waiting(c)
	mine, err := useQR(c.UserContext(), h.DB, q.ID, h.now())
	if err != nil {
		return err
	}
	if !mine {
		return c.Redirect(account.WithRequest("/login/qr", id), fiber.StatusSeeOther)
	}
	a, err := account.ByID(c.UserContext(), h.DB, *q.AccountID)
	if err != nil {
		return err
	}
	s, err := setOf(c.UserContext(), h.DB, a.ID, h.BrowserHash(c))
	if err != nil {
		return err
	}
	proved := append([]string{account.MethodQR}, q.Methods...)
	if s.Any() && Needed(&account.SignIn{Methods: proved}) {
		if err := h.begin(c, a, &half{AccountID: a.ID, Methods: proved}, s); err != nil {
			return err
		}
		return c.Redirect(secondPath(id, ""), fiber.StatusSeeOther)
	}
	if err := h.start(c, a, proved...); err != nil {
		return err
	}
	return c.Redirect(account.Onward(id, w), fiber.StatusSeeOther)
}

// askPhone shows on the phone which browser asks to be let in.
func (h *Handler) askPhone(c *fiber.Ctx) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	if account.CurrentSignIn(c) == nil {
		return fault.New(fault.SignIn, "idp_factor.qr_sign_in_first")
	}
	q, err := h.askingQR(c, c.Query("code"))
	if err != nil {
		return err
	}
	return h.renderPhone(c, q, c.Query("code"), "")
}

func (h *Handler) askingQR(c *fiber.Ctx, code string) (*qrSignIn, error) {
	if err := h.Limit.Allow(c.UserContext(), "idp-second-address", c.IP(), guessAddress); err != nil {
		return nil, err
	}
	q, err := qrByCode(c.UserContext(), h.DB, secret.HashToken(code), h.now())
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_factor.qr_gone")
	}
	return q, err
}

func (h *Handler) renderPhone(c *fiber.Ctx, q *qrSignIn, code, problem string) error {
	t := h.Pages.Texts(c)
	page := phonePage{
		Code: code, Device: q.Device, Address: network(q.Address), Near: network(q.Address) == network(c.IP()),
		Number:  frontend.Radios{Name: "number", Fieldset: frontend.Question(t("idp_factor.qr_number")), Classes: "govuk-radios--inline"},
		Confirm: frontend.Button{Text: t("idp_factor.qr_confirm"), PreventDoubleClick: true},
		Refuse:  frontend.Button{Text: t("idp_factor.qr_refuse"), Name: "refuse", Value: "yes", Classes: "govuk-button--warning"},
	}
	if page.Device == "" {
		page.Device = t("idp_factor.browser_unknown")
	}
	for _, n := range q.Choices {
		text := strconv.Itoa(n)
		page.Number.Items = append(page.Number.Items, frontend.Choice{Value: text, Text: text})
	}
	if problem != "" {
		page.Errors.Add("number", t(problem))
		page.Number.ErrorMessage = page.Errors.Message("number")
		c.Status(fiber.StatusUnprocessableEntity)
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = "/qr?code=" + code })
	}
	return qrPhone.Render(c, h.Pages, page)
}

// answerPhone lets the browser in, or not. A wrong number refuses it for good: whoever reads the number off the right screen does
// not err, and a swindler's victim has one guess of three.
func (h *Handler) answerPhone(c *fiber.Ctx) error {
	in := account.CurrentSignIn(c)
	if in == nil {
		return fault.New(fault.SignIn, "idp_factor.qr_sign_in_first")
	}
	code := c.FormValue("code")
	q, err := h.askingQR(c, code)
	if err != nil {
		return err
	}
	number, refused := c.FormValue("number"), c.FormValue("refuse") != ""
	if number == "" && !refused {
		return h.renderPhone(c, q, code, "idp_factor.qr_number_missing")
	}
	state, done := "confirmed", "idp_factor.qr_done"
	switch {
	case refused:
		state, done = "refused", "idp_factor.qr_refused_done"
	case number != strconv.Itoa(q.Number):
		state, done = "refused", "idp_factor.qr_number_wrong"
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		mine, err := decideQR(c.UserContext(), tx, q.ID, state, in.AccountID, slices.Clone(in.Methods), h.now())
		if err == nil && !mine {
			err = fault.New(fault.Conflict, "idp_factor.qr_gone")
		}
		if err != nil {
			return err
		}
		return h.write(c, tx, in.AccountID, "idp.factor.qr_"+state, map[string]any{"device": q.Device})
	})
	if err != nil {
		return err
	}
	return qrPhone.Render(c, h.Pages, phonePage{Done: h.Pages.Texts(c)(done)})
}
