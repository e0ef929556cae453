package support

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/files"
	"tamga/internal/web"
)

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
		h.tellOfFiles(c, t, &page, problem)
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

// tellOfFiles puts beside the field of files what is wrong with them, and when the form comes back, that they were not kept: a browser
// shows that field empty again.
func (h *Handler) tellOfFiles(c *fiber.Ctx, t func(string, ...any) string, page *askPage, problem string) {
	switch names := sentNames(c); {
	case problem == "" && page.Errors.Any() && len(names) > 0:
		problem = t("support.files_again", strings.Join(names, ", "))
	case problem != "" && len(names) > 1:
		problem += ". " + t("support.files_again", strings.Join(names, ", "))
	}
	if problem != "" {
		page.Errors.Add("files", problem)
		page.Files.ErrorMessage = page.Errors.Message("files")
	}
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
