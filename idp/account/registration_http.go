package account

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	registrationForm frontend.Page[registrationPage] = "idp/registration.html"
	codeForm         frontend.Page[codePage]         = "idp/code.html"
	passwordForm     frontend.Page[passwordPage]     = "idp/password.html"
	registered       frontend.Page[registeredPage]   = "idp/registered.html"
)

type registrationPage struct {
	frontend.Errors
	Request   string
	Login     string // to those who have an account
	LastName  frontend.Input
	FirstName frontend.Input
	Phone     frontend.Input
	Email     frontend.Input
	Consent   frontend.Checkboxes
	Send      frontend.Button
}

type codePage struct {
	frontend.Errors
	Phone  string // masked
	Code   frontend.Input
	Send   frontend.Button
	Resend frontend.Button
}

type passwordPage struct {
	frontend.Errors
	Username string // for password managers
	Password frontend.PasswordInput
	Repeat   frontend.PasswordInput
	Send     frontend.Button
}

type registeredPage struct {
	Panel  frontend.Panel
	Email  string
	Client string
	Next   frontend.Button
	Raise  string // address of the personal data
}

// Limits of registration: each SMS costs money and wakes somebody. The day's limit also bounds the guesses at codes, five for each:
// by the minute alone there would be 3 600 of them a day, to register with a phone that is somebody else's.
var (
	registerRate = web.Rate{Burst: 20, Every: time.Minute}
	smsRate      = web.Rate{Burst: 3, Every: 2 * time.Minute}
	smsDayRate   = web.Rate{Burst: 8, Every: 3 * time.Hour}
)

// registrationCookie holds the pages of one registration together.
const registrationCookie = "tamga_id_registration"

func (h *Handler) registrationPage(c *fiber.Ctx, n newcomer) registrationPage {
	t := h.Pages.Texts(c)
	id, _ := h.waiting(c)
	input := func(name, value, key, autocomplete, mode string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: t(key)}, Autocomplete: autocomplete, Inputmode: mode}
	}
	page := registrationPage{
		Request: textOf(id), Login: withRequest("/login", id),
		LastName:  input("last_name", n.LastName, "idp.last_name", "family-name", ""),
		FirstName: input("first_name", n.FirstName, "idp.first_name", "given-name", ""),
		Phone:     input("phone", n.Phone, "idp.phone", "tel", "tel"),
		Email:     input("email", n.Email, "idp.email", "email", "email"),
		Consent: frontend.Checkboxes{Name: "consent", Items: []frontend.Choice{
			{Value: "yes", Text: t("idp.consent_text"), Checked: n.Consent},
		}},
		Send: frontend.Button{Text: t("idp.registration_send"), PreventDoubleClick: true},
	}
	page.Phone.Hint.Text, page.Email.Hint.Text = t("idp.phone_hint"), t("idp.email_hint")
	page.Phone.Type, page.Email.Type = "tel", "email"
	return page
}

func (h *Handler) showRegistration(c *fiber.Ctx) error {
	return registrationForm.Render(c, h.Pages, h.registrationPage(c, newcomer{}))
}

// register takes the first form and sends the SMS.
func (h *Handler) register(c *fiber.Ctx) error {
	typed := newcomer{c.FormValue("last_name"), c.FormValue("first_name"), c.FormValue("phone"), c.FormValue("email"),
		c.FormValue("consent") != ""}
	page := h.registrationPage(c, typed)
	read := typed
	problems := read.read(h.Pages.Texts(c))
	if len(problems) > 0 {
		return h.registerAgain(c, page, problems, fiber.StatusUnprocessableEntity)
	}
	if err := h.maySend(c, read.Phone); err != nil {
		return h.registerAgain(c, page, map[string]string{"phone": h.limitText(c, err)}, fiber.StatusTooManyRequests)
	}
	id, _ := h.waiting(c)
	token := secret.Token(32)
	if err := h.begin(c.UserContext(), newRegistration(read, token, id), web.Lang(c)); err != nil {
		return err
	}
	h.setRegistrationCookie(c, token, registrationLife)
	return c.Redirect("/registration/code", fiber.StatusSeeOther)
}

// RegisterAs begins the registration of somebody whose id and name are known: a child who takes their account over. It returns what is
// wrong by field, or leads on to the code from the SMS.
func (h *Handler) RegisterAs(c *fiber.Ctx, id uuid.UUID, last, first, phone, email string, consent bool) (problems map[string]string, err error) {
	n := newcomer{last, first, phone, email, consent}
	if problems = n.read(h.Pages.Texts(c)); len(problems) > 0 {
		return problems, nil
	}
	if err := h.maySend(c, n.Phone); err != nil {
		return map[string]string{"phone": h.limitText(c, err)}, nil
	}
	token := secret.Token(32)
	r := newRegistration(n, token, nil)
	r.AccountID = id
	if err := h.begin(c.UserContext(), r, web.Lang(c)); err != nil {
		return nil, err
	}
	h.setRegistrationCookie(c, token, registrationLife)
	return nil, nil
}

func (h *Handler) registerAgain(c *fiber.Ctx, page registrationPage, problems map[string]string, status int) error {
	for _, field := range []string{"last_name", "first_name", "phone", "email", "consent"} {
		if text := problems[field]; text != "" {
			page.Errors.Add(field, text)
		}
	}
	page.LastName.ErrorMessage, page.FirstName.ErrorMessage = page.Errors.Message("last_name"), page.Errors.Message("first_name")
	page.Phone.ErrorMessage, page.Email.ErrorMessage = page.Errors.Message("phone"), page.Errors.Message("email")
	page.Consent.ErrorMessage = page.Errors.Message("consent")
	c.Status(status)
	return registrationForm.Render(c, h.Pages, page)
}

// maySend limits messages to one phone, and from one address.
func (h *Handler) maySend(c *fiber.Ctx, phone string) error {
	if err := h.Limit.Allow(c.UserContext(), "register", c.IP(), registerRate); err != nil {
		return err
	}
	subject := identifier{Phone: &phone}.name(h.Box, "")
	if err := h.Limit.Allow(c.UserContext(), "register-sms", subject, smsRate); err != nil {
		return err
	}
	return h.Limit.Allow(c.UserContext(), "register-sms-day", subject, smsDayRate)
}

func (h *Handler) setRegistrationCookie(c *fiber.Ctx, token string, life time.Duration) {
	c.Cookie(&fiber.Cookie{
		Name: registrationCookie, Value: token, Path: "/registration", MaxAge: int(life.Seconds()),
		HTTPOnly: true, Secure: h.Secure, SameSite: "Lax",
	})
}

func (h *Handler) current(c *fiber.Ctx) (*registration, error) {
	return registrationByToken(c.UserContext(), h.DB, secret.HashToken(c.Cookies(registrationCookie)), h.Now())
}

func (h *Handler) codePage(c *fiber.Ctx, r *registration) codePage {
	t := h.Pages.Texts(c)
	return codePage{
		Phone: rus.MaskPhone(r.Phone),
		Code: frontend.Input{
			Name: "code", Label: frontend.Label{Text: t("idp.code_label")}, Inputmode: "numeric", Autocomplete: "one-time-code",
			Classes: "govuk-input--width-5", Spellcheck: "false",
		},
		Send:   frontend.Button{Text: t("idp.next"), PreventDoubleClick: true},
		Resend: frontend.Button{Text: t("idp.code_resend"), Classes: "govuk-button--secondary", PreventDoubleClick: true},
	}
}

func (h *Handler) showCode(c *fiber.Ctx) error {
	r, err := h.current(c)
	if err != nil {
		return err
	}
	return codeForm.Render(c, h.Pages, h.codePage(c, r))
}

func (h *Handler) enterCode(c *fiber.Ctx) error {
	r, err := h.current(c)
	if err != nil {
		return err
	}
	problem, err := h.checkCode(c.UserContext(), r, c.FormValue("code"))
	if err != nil {
		return err
	}
	if problem == "" {
		return c.Redirect("/registration/password", fiber.StatusSeeOther)
	}
	return h.codeAgain(c, r, h.Pages.Texts(c)(problem), fiber.StatusUnprocessableEntity)
}

func (h *Handler) codeAgain(c *fiber.Ctx, r *registration, problem string, status int) error {
	page := h.codePage(c, r)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = "/registration/code" })
	page.Errors.Add("code", problem)
	page.Code.ErrorMessage = page.Errors.Message("code")
	c.Status(status)
	return codeForm.Render(c, h.Pages, page)
}

func (h *Handler) resendCode(c *fiber.Ctx) error {
	r, err := h.current(c)
	if err != nil {
		return err
	}
	if err := h.maySend(c, r.Phone); err != nil {
		return h.codeAgain(c, r, h.limitText(c, err), fiber.StatusTooManyRequests)
	}
	if err := h.resend(c.UserContext(), r, web.Lang(c)); err != nil {
		return err
	}
	return c.Redirect("/registration/code", fiber.StatusSeeOther)
}

func (h *Handler) passwordPage(c *fiber.Ctx, r *registration) passwordPage {
	t := h.Pages.Texts(c)
	return passwordPage{
		Username: r.Phone,
		Password: frontend.PasswordInput{Name: "password", Autocomplete: "new-password",
			Label: frontend.Label{Text: t("idp.password_new")}, Hint: frontend.Hint{Text: t("idp.password_hint")}},
		Repeat: frontend.PasswordInput{Name: "repeat", Autocomplete: "new-password", Label: frontend.Label{Text: t("idp.password_repeat")}},
		Send:   frontend.Button{Text: t("idp.password_send"), PreventDoubleClick: true},
	}
}

func (h *Handler) showPassword(c *fiber.Ctx) error {
	r, err := h.current(c)
	if err != nil {
		return err
	}
	if r.VerifiedAt == nil {
		return c.Redirect("/registration/code", fiber.StatusSeeOther)
	}
	return passwordForm.Render(c, h.Pages, h.passwordPage(c, r))
}

// choosePassword makes the account and signs the person in.
func (h *Handler) choosePassword(c *fiber.Ctx) error {
	r, err := h.current(c)
	if err != nil {
		return err
	}
	page, t := h.passwordPage(c, r), h.Pages.Texts(c)
	password := c.FormValue("password")
	if broken := passwordProblems(password); len(broken) > 0 {
		page.Errors.Add("password", passwordText(t, broken))
	} else if password != c.FormValue("repeat") {
		page.Errors.Add("repeat", t("idp.password_differs"))
	}
	if page.Errors.Any() {
		page.Password.ErrorMessage, page.Repeat.ErrorMessage = page.Errors.Message("password"), page.Errors.Message("repeat")
		c.Status(fiber.StatusUnprocessableEntity)
		return passwordForm.Render(c, h.Pages, page)
	}
	if err := h.finish(c.UserContext(), r, password, web.Lang(c)); err != nil {
		return err
	}
	h.setRegistrationCookie(c, "", -time.Second)
	if err := h.start(c, r.AccountID, MethodPassword, MethodSMS); err != nil {
		return err
	}
	return c.Redirect(withRequest("/registration/done", r.RequestID), fiber.StatusSeeOther)
}

func (h *Handler) showRegistered(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := registeredPage{
		Panel: frontend.Panel{TitleText: t("idp.registered_title")},
		Email: rus.MaskEmail(a.Email),
		Raise: withRequest("/profile/data", id),
		Next:  frontend.Button{Text: t("idp.next"), Href: onward(id, w)},
	}
	if w != nil {
		page.Client = w.Name
	}
	return registered.Render(c, h.Pages, page)
}
