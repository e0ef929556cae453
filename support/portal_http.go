package support

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/files"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Citizen is who is signed in.
type Citizen struct {
	ID           uuid.UUID
	Email, Phone string
}

// Handler is support on the citizens' site.
type Handler struct {
	Desk
	Limiter *web.Limiter
	Scanner *files.Scanner // nil scans nothing
	Citizen func(*fiber.Ctx) (*Citizen, error)
}

// MaxUpload is the size of a body with files, and TakesFiles where such bodies come.
const (
	MaxUpload = maxFiles*maxFile + 64<<10
	maxFile   = 3 << 20
	maxFiles  = 3
)

// TakesFiles tells whether the address takes files.
func TakesFiles(path string) bool { return path == "/support/new" }

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/support", h.showHelp)
	r.Get("/help", h.showHelp)
	r.Get("/support/new", h.showAsk)
	r.Post("/support/new", h.sendQuestion)
	r.Get("/support/sent", h.showSent)
	r.Get("/support/requests", h.showOwn)
	r.Get("/support/requests/:id<guid>", h.showOne)
	r.Post("/support/requests/:id<guid>", h.reply)
	r.Get("/support/requests/:id<guid>/files/:file<guid>", h.sendFile)
	r.Get("/questions", h.showKnowledge)
	r.Get("/questions/:topic", h.showTopic)
	r.Get("/status", h.showStatus)
}

const (
	helpView    frontend.Page[helpPage]    = "support/help.html"
	askView     frontend.Page[askPage]     = "support/ask.html"
	sentView    frontend.Page[sentPage]    = "support/sent.html"
	ownView     frontend.Page[ownPage]     = "support/own.html"
	requestView frontend.Page[requestPage] = "support/request.html"
)

var (
	kinds    = []string{"question", "problem", "idea"}
	askRate  = web.Rate{Burst: 5, Every: 10 * time.Minute} // per account and per address
	talkRate = web.Rate{Burst: 10, Every: 5 * time.Minute} // of replies
)

// somebody returns who is signed in, or nil.
func (h *Handler) somebody(c *fiber.Ctx) (*Citizen, error) {
	who, err := h.Citizen(c)
	if errors.Is(err, fault.SignIn) {
		return nil, nil
	}
	return who, err
}

type helpPage struct {
	Topics []frontend.Card
	Signed bool
}

func (h *Handler) showHelp(c *fiber.Ctx) error {
	who, err := h.somebody(c)
	if err != nil {
		return err
	}
	return helpView.Render(c, h.Pages, helpPage{Topics: topicCards(h.Pages.Texts(c)), Signed: who != nil})
}

type askPage struct {
	frontend.Errors
	Key, Application string
	Kind             frontend.Radios
	Topic            frontend.Select
	Text             frontend.CharacterCount
	Email            *frontend.Input // of somebody who is not signed in
	Answered         string          // where the answer will go
	Files            *frontend.FileUpload
	Button           frontend.Button
}

func (h *Handler) askForm(c *fiber.Ctx, who *Citizen, q *question) (askPage, error) {
	t := h.Pages.Texts(c)
	topics, err := listTopics(c.UserContext(), h.DB)
	if err != nil {
		return askPage{}, err
	}
	page := askPage{Key: q.Key,
		Kind:   frontend.Radios{Name: "kind", Value: q.Kind, Fieldset: frontend.Question(t("support.kind"))},
		Topic:  frontend.Select{Name: "topic", Value: q.Topic, Label: frontend.Label{Text: t("support.topic")}, Items: []frontend.Option{{Text: t("support.choose")}}},
		Text:   frontend.CharacterCount{Name: "text", Value: q.Text, Maxlength: maxText, Rows: "8", Label: frontend.Label{Text: t("support.text")}, Hint: frontend.Hint{Text: t("support.text_hint")}},
		Button: frontend.Button{Text: t("support.send"), PreventDoubleClick: true},
	}
	if q.Application != nil {
		page.Application = q.Application.String()
	}
	for _, k := range kinds {
		page.Kind.Items = append(page.Kind.Items, frontend.Choice{Value: k, Text: t("support.kind_" + k)})
	}
	for _, code := range topics {
		page.Topic.Items = append(page.Topic.Items, frontend.Option{Value: code, Text: t("support.topic_" + code)})
	}
	if who == nil {
		page.Email = &frontend.Input{Name: "email", Type: "email", Value: q.To.Email, Label: frontend.Label{Text: t("support.email")},
			Hint: frontend.Hint{Text: t("support.email_hint")}, Autocomplete: "email", Spellcheck: "false"}
		return page, nil
	}
	page.Answered = t("support.answer_mail")
	if who.Email == "" {
		page.Answered = t("support.answer_sms")
	}
	page.Files = &frontend.FileUpload{Name: "files", Label: frontend.Label{Text: t("support.files")}, Hint: frontend.Hint{Text: t("support.files_hint", maxFiles, maxFile>>20)},
		Multiple: true, Attributes: frontend.Attributes{"accept": files.Accept(fileKinds)}}
	return page, nil
}

func (h *Handler) showAsk(c *fiber.Ctx) error {
	who, err := h.somebody(c)
	if err != nil {
		return err
	}
	q := question{Key: uuid.NewString(), Topic: c.Query("topic")}
	if id, err := uuid.Parse(c.Query("application")); err == nil && who != nil {
		q.Application, q.Topic = &id, "application"
	}
	page, err := h.askForm(c, who, &q)
	if err != nil {
		return err
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return askView.Render(c, h.Pages, page)
}

func (h *Handler) sendQuestion(c *fiber.Ctx) error {
	who, err := h.somebody(c)
	if err != nil {
		return err
	}
	q := question{Key: c.FormValue("key"), Source: "citizen", Actor: "citizen", Topic: c.FormValue("topic"), Kind: c.FormValue("kind"), Text: cleanText(c.FormValue("text")),
		Lang: string(web.Lang(c)), To: contact{Email: strings.TrimSpace(c.FormValue("email"))}}
	if id, err := uuid.Parse(c.FormValue("application")); err == nil && who != nil {
		q.Application = &id
	}
	if who != nil {
		q.Account, q.To = who.ID, contact{who.Email, who.Phone}
	}
	page, err := h.askForm(c, who, &q)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	checkAsk(t, &page, &q)
	if page.Email != nil && !validEmail(q.To.Email) {
		page.Errors.Add("email", t("support.email_wrong"))
		page.Email.ErrorMessage = page.Errors.Message("email")
	}
	if who != nil {
		problem := ""
		if q.Files, problem, err = h.receive(c, t); err != nil {
			return err
		}
		if problem != "" {
			page.Errors.Add("files", problem)
			page.Files.ErrorMessage = page.Errors.Message("files")
		}
	}
	key, err := uuid.Parse(q.Key)
	if err != nil {
		key = uuid.New()
	}
	if page.Errors.Any() {
		return askView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	q.Key = "form:" + q.Account.String() + ":" + key.String() // bound to the account: nobody learns of another's incident by its key
	if err := h.allow(c, "support-ask", who, askRate); err != nil {
		return err
	}
	i, err := h.ask(c.UserContext(), q)
	if err != nil {
		return err
	}
	if who != nil {
		return c.Redirect("/support/requests/"+i.ID.String()+"?sent=1", fiber.StatusSeeOther)
	}
	return c.Redirect("/support/sent?"+url.Values{"number": {i.Number}}.Encode(), fiber.StatusSeeOther)
}

func checkAsk(t func(string, ...any) string, page *askPage, q *question) {
	if !slices.Contains(kinds, q.Kind) {
		page.Errors.Add("kind", t("support.kind_missing"))
	}
	if !slices.ContainsFunc(page.Topic.Items, func(o frontend.Option) bool { return o.Value != "" && o.Value == q.Topic }) {
		page.Errors.Add("topic", t("support.topic_missing"))
	}
	switch n := utf8.RuneCountInString(q.Text); {
	case n == 0:
		page.Errors.Add("text", t("support.text_missing"))
	case n > maxText:
		page.Errors.Add("text", t("support.text_long", maxText))
	}
	page.Kind.ErrorMessage, page.Topic.ErrorMessage, page.Text.ErrorMessage = page.Errors.Message("kind"), page.Errors.Message("topic"), page.Errors.Message("text")
}

// validEmail refuses what cannot be an address, and whatever could break a header of the mail.
func validEmail(s string) bool {
	at := strings.LastIndex(s, "@")
	return at > 0 && len(s) <= 254 && strings.Contains(s[at:], ".") && !strings.ContainsAny(s, " \t\r\n<>,;:\"()[]\\") && strings.Count(s, "@") == 1
}

func (h *Handler) allow(c *fiber.Ctx, name string, who *Citizen, r web.Rate) error {
	if err := h.Limiter.Allow(c.UserContext(), name+"-address", c.IP(), web.Rate{Burst: r.Burst * 2, Every: r.Every / 2}); err != nil {
		return err
	}
	if who == nil {
		return h.Limiter.Allow(c.UserContext(), name+"-stranger", c.IP(), r)
	}
	return h.Limiter.Allow(c.UserContext(), name, who.ID.String(), r)
}

type sentPage struct {
	Panel frontend.Panel
}

func (h *Handler) showSent(c *fiber.Ctx) error {
	number := validNumber(c.Query("number"))
	if number == "" {
		return errNotFound
	}
	t := h.Pages.Texts(c)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return sentView.Render(c, h.Pages, sentPage{frontend.Panel{TitleText: t("support.sent"), Text: t("support.number", showNumber(number))}})
}

type ownPage struct {
	Rows []ownRow
}

type ownRow struct {
	Number, Href, Topic string
	Tag                 frontend.Tag
	At                  time.Time
}

var stateTags = map[string]string{"new": "govuk-tag--blue", "working": "govuk-tag--yellow", "answered": "govuk-tag--green", "closed": "govuk-tag--grey", "merged": "govuk-tag--yellow"}

func (h *Handler) showOwn(c *fiber.Ctx) error {
	who, err := h.Citizen(c)
	if err != nil {
		return err
	}
	list, err := incidentsOf(c.UserContext(), h.DB, who.ID)
	if err != nil {
		return err
	}
	t, page := h.Pages.Texts(c), ownPage{}
	for _, i := range list {
		page.Rows = append(page.Rows, ownRow{i.Shown(), "/support/requests/" + i.ID.String(), t("support.topic_" + i.Topic), ownTag(t, i), i.RaisedAt})
	}
	return ownView.Render(c, h.Pages, page)
}

// ownTag says to the citizen how it stands: a merged incident is in work until it is answered.
func ownTag(t func(string, ...any) string, i *Incident) frontend.Tag {
	state := i.State
	if state == "merged" {
		if state = "working"; i.AnsweredAt != nil {
			state = "answered"
		}
	}
	return frontend.Tag{Text: t("support.state_" + state), Classes: stateTags[state]}
}

type requestPage struct {
	frontend.Errors
	Sent               bool
	Title, By, Href    string
	Application        string
	Tag                frontend.Tag
	Messages           []spoken
	Files              []frontend.Link
	Text               *frontend.CharacterCount
	Button, Satisfied  frontend.Button
	CanClose, Answered bool
}

type spoken struct {
	Mine bool
	Who  string
	Text string
	At   time.Time
}

func (h *Handler) request(c *fiber.Ctx) (*Incident, *Citizen, error) {
	who, err := h.Citizen(c)
	if err != nil {
		return nil, nil, err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, nil, errNotFound
	}
	i, err := incidentOf(c.UserContext(), h.DB, who.ID, id)
	return i, who, err
}

func (h *Handler) showOne(c *fiber.Ctx) error {
	i, _, err := h.request(c)
	if err != nil {
		return err
	}
	page, err := h.requestPage(c, i)
	if err != nil {
		return err
	}
	page.Sent = c.Query("sent") != ""
	return requestView.Render(c, h.Pages, page)
}

func (h *Handler) requestPage(c *fiber.Ctx, i *Incident) (requestPage, error) {
	t := h.Pages.Texts(c)
	page := requestPage{Title: t("support.request", i.Shown()), Tag: ownTag(t, i), Href: "/support/requests/" + i.ID.String(),
		Answered: i.AnsweredAt != nil, CanClose: i.State == "answered",
		Button:    frontend.Button{Text: t("support.reply"), PreventDoubleClick: true},
		Satisfied: frontend.Button{Text: t("support.satisfied"), Name: "do", Value: "close", Classes: "govuk-button--secondary"}}
	if i.AnsweredAt == nil {
		page.By = rus.FormatDateTime(i.DueAt, web.Lang(c))
	}
	if i.Application != nil {
		page.Application = "/applications/" + i.Application.String()
	}
	if i.State != "merged" {
		page.Text = &frontend.CharacterCount{Name: "text", Maxlength: maxText, Label: frontend.Label{Text: t("support.add")}}
	}
	said, err := h.thread(c.UserContext(), i.ID, false)
	if err != nil {
		return page, err
	}
	for _, m := range said {
		who := t("support.we")
		if m.Author == "citizen" {
			who = t("support.you")
		}
		page.Messages = append(page.Messages, spoken{m.Author == "citizen", who, m.Text, m.At})
	}
	page.Files, err = h.fileLinks(c, i.ID, page.Href)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return page, err
}

func (h *Handler) reply(c *fiber.Ctx) error {
	i, who, err := h.request(c)
	if err != nil {
		return err
	}
	if err := h.allow(c, "support-reply", who, talkRate); err != nil {
		return err
	}
	back := "/support/requests/" + i.ID.String()
	if c.FormValue("do") == "close" {
		if err := h.closeOwn(c.UserContext(), who.ID, i.ID); err != nil {
			return err
		}
		return c.Redirect(back, fiber.StatusSeeOther)
	}
	text := cleanText(c.FormValue("text"))
	if n := utf8.RuneCountInString(text); n == 0 || n > maxText {
		page, err := h.requestPage(c, i)
		if err != nil {
			return err
		}
		t := h.Pages.Texts(c)
		problem := t("support.text_missing")
		if n > 0 {
			problem = t("support.text_long", maxText)
		}
		page.Errors.Add("text", problem)
		if page.Text != nil {
			page.Text.Value, page.Text.ErrorMessage = text, page.Errors.Message("text")
		}
		return requestView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.askAgain(c.UserContext(), who.ID, i.ID, text); err != nil {
		return err
	}
	return c.Redirect(back, fiber.StatusSeeOther)
}

// Lines are the lines of what was said.
func (s spoken) Lines() []string { return strings.Split(s.Text, "\n") }
