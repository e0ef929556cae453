package stand

import (
	"encoding/json"
	"errors"
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// speech is a form of the application's page: something to say to the applicant.
type speech struct {
	Title  string
	Text   frontend.Textarea
	Inputs []frontend.Input
	Button *frontend.Button
	Open   bool
}

// speeches are the forms in the order of the page.
var speeches = []string{"ask", "request", "issue", "invite"}

// speeches returns the forms; the one that was sent keeps what was typed and says what is wrong.
func (s *System) speeches(c *fiber.Ctx, r *received, problem string) []speech {
	if r.State == "cancelled" {
		return nil
	}
	t, sent := s.cfg.Pages.Texts(c), c.FormValue("action")
	var all []speech
	for _, action := range speeches {
		typed := func(name string) string {
			if action == sent && problem != "" {
				return c.FormValue(name)
			}
			return ""
		}
		input := func(name string) frontend.Input {
			return frontend.Input{Name: name, ID: action + "-" + name, Value: typed(name), Label: frontend.Label{Text: t("stand_speech." + action + "_" + name)},
				Hint: frontend.Hint{Text: t("stand_speech." + name + "_hint")}, Autocomplete: "off"}
		}
		f := speech{Title: t("stand_speech." + action), Open: action == sent && problem != "",
			Text:   frontend.Textarea{Name: "text", ID: action + "-text", Rows: "2", Value: typed("text"), Label: frontend.Label{Text: t("stand_speech." + action + "_text")}},
			Button: &frontend.Button{Text: t("stand_speech." + action), Name: "action", Value: action, Classes: "govuk-button--secondary", PreventDoubleClick: true}}
		switch action {
		case "request":
			f.Inputs = []frontend.Input{input("documents"), input("fields"), input("until")}
		case "invite":
			f.Inputs = []frontend.Input{input("at"), input("place")}
		}
		if f.Open {
			f.Text.ErrorMessage = frontend.ErrorMessage{Text: problem}
		}
		all = append(all, f)
	}
	return all
}

// read understands a form. The problem is a key of texts.
func (s *System) readSpeech(c *fiber.Ctx) (w spoken, problem string) {
	w = spoken{Action: c.FormValue("action"), Text: strings.TrimSpace(c.FormValue("text")), Place: strings.TrimSpace(c.FormValue("place"))}
	if w.Text == "" && (w.Action == "ask" || w.Action == "request") {
		return w, "stand_speech.no_text"
	}
	switch w.Action {
	case "request":
		w.Documents, w.Fields = listed(c.FormValue("documents")), listed(c.FormValue("fields"))
		w.At = s.cfg.Now().AddDate(0, 0, 10)
		if until := strings.TrimSpace(c.FormValue("until")); until != "" {
			day, err := time.ParseInLocation("02.01.2006", until, rus.Moscow)
			if err != nil || !day.After(s.cfg.Now()) {
				return w, "stand_speech.bad_until"
			}
			w.At = day.AddDate(0, 0, 1).Add(-time.Second)
		}
		if len(w.Documents)+len(w.Fields) == 0 {
			return w, "stand_speech.nothing_asked"
		}
	case "invite":
		at, err := time.ParseInLocation("02.01.2006 15:04", strings.TrimSpace(c.FormValue("at")), rus.Moscow)
		if err != nil || !at.After(s.cfg.Now()) {
			return w, "stand_speech.bad_at"
		}
		if w.At = at; w.Place == "" {
			return w, "stand_speech.no_place"
		}
	}
	return w, ""
}

// listed splits what is typed by semicolons.
func listed(text string) (list []string) {
	for one := range strings.SplitSeq(text, ";") {
		if one = strings.TrimSpace(one); one != "" {
			list = append(list, one)
		}
	}
	return list
}

func (s *System) speak(c *fiber.Ctx, r *received) error {
	w, problem := s.readSpeech(c)
	if problem != "" {
		page, err := s.page(c, r)
		if err != nil {
			return err
		}
		text := s.cfg.Pages.Texts(c)(problem)
		page.Speeches = s.speeches(c, r, text)
		page.Errors.Add(w.Action+"-text", text)
		c.Status(fiber.StatusUnprocessableEntity)
		return applicationView.Render(c, s.cfg.Pages, page)
	}
	if err := s.utter(c.UserContext(), r.ID, w); err != nil {
		return err
	}
	return c.Redirect(s.href(r), fiber.StatusSeeOther)
}

// heardTable is what the citizen said later.
func (s *System) heardTable(c *fiber.Ctx, r *received) (frontend.Table, error) {
	all, err := heardOf(c.UserContext(), s.cfg.DB, s.Code, r.ApplicationID)
	t, lang := s.cfg.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("stand_speech.heard"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"stand.when", "stand.news", "stand.text", "stand.copies"} {
		table.Head = append(table.Head, frontend.Cell{Text: t(key)})
	}
	for _, h := range all {
		text, keys := h.words()
		if h.Refused != "" {
			text = join(text, t("stand_speech.not_taken", h.Refused))
		}
		said := frontend.Cell{Text: text}
		if len(keys) > 0 { // names of the exchange, not words for people
			said.HTML = template.HTML(template.HTMLEscapeString(text) + ` <code>` + template.HTMLEscapeString(strings.Join(keys, ", ")) + `</code>`) //nolint:gosec // escaped
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDateTime(h.ReceivedAt, lang)},
			{Text: t("stand_speech.type_" + strings.TrimPrefix(h.Type, "tamga.application."))}, said, {Text: strconv.Itoa(h.Copies)}})
	}
	return table, err
}

// words is the message as an employee reads it, and the keys of the questions that it answers.
func (h *heard) words() (text string, keys []string) {
	var said struct {
		Text   string                   `json:"text"`
		Reason string                   `json:"reason"`
		Fields []string                 `json:"fields"`
		Files  []departments.Attachment `json:"files"`
	}
	_ = json.Unmarshal(h.Data, &said) // what cannot be read has no words
	parts := []string{said.Text, said.Reason}
	for _, f := range said.Files {
		parts = append(parts, f.Name)
	}
	return join(parts...), said.Fields
}

// giveDocument serves a result to the portal, which signs the address that it asks for.
func (s *System) giveDocument(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "stand.no_application")
	}
	if status, err := s.asked(c); status != 0 || err != nil {
		return errors.Join(err, c.SendStatus(status))
	}
	mediaType, content, err := documentByID(c.UserContext(), s.cfg.DB, s.Code, id)
	if err != nil {
		return err
	}
	if mediaType == "" {
		return fault.New(fault.NotFound, "stand.no_application")
	}
	c.Set(fiber.HeaderContentType, mediaType)
	return c.Send(content)
}

// asked checks that the portal asks for this very address; another status than 0 is the answer to whoever does not.
func (s *System) asked(c *fiber.Ctx) (status int, err error) {
	set, err := settingOf(c.UserContext(), s.cfg.DB, s.Code)
	if err != nil || set.Mode == "down" {
		return fiber.StatusServiceUnavailable, err
	}
	err = s.spoke(c, set, []byte(c.BaseURL()+c.OriginalURL()))
	switch {
	case errors.Is(err, departments.ErrKeys):
		return fiber.StatusServiceUnavailable, nil
	case err != nil:
		return fiber.StatusUnauthorized, nil
	}
	return 0, nil
}

// showDigest lists what has been received since a moment, so that the portal finds what was lost. The answer is signed.
func (s *System) showDigest(c *fiber.Ctx) error {
	if status, err := s.asked(c); status != 0 || err != nil {
		return errors.Join(err, c.SendStatus(status))
	}
	since, err := time.Parse(time.RFC3339, c.Query("since"))
	if err != nil {
		return c.SendStatus(fiber.StatusBadRequest)
	}
	list, err := receiptsSince(c.UserContext(), s.cfg.DB, s.Code, since)
	if err != nil {
		return err
	}
	if err := c.JSON(departments.Digest{Received: list}); err != nil {
		return err
	}
	return s.signAnswer(c)
}
