package checks

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const newView frontend.Page[newPage] = "checks/new.html"

// newPage offers what may be asked about an application, or is the form of one question.
type newPage struct {
	frontend.Errors
	Number, Service string
	Application     string
	Offers          []offer
	Lines           []Line // what was asked already
	Case            string // the page of the application at the workplace, "" elsewhere

	Kind, Party, About, Key string // of the form
	Rule                    string
	Fields                  []frontend.Input
	Button                  frontend.Button
}

// offer is one thing that may be asked.
type offer struct{ Href, Name, About string }

// fieldsOf are the fields of a question by name.
func fieldsOf(q Question) (map[string]string, error) {
	raw, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	fields := map[string]string{}
	return fields, json.Unmarshal(raw, &fields)
}

func (h *Handler) letter(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID) (*departments.Letter, error) {
	l, err := departments.LetterOf(c.UserContext(), h.DB, h.Box, who.Department, id)
	if err == nil && l == nil {
		err = errNoLetter
	}
	return l, err
}

// offer lists the questions, or shows the form of one. A number that leads nowhere is told beside its field.
func (h *Handler) offer(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Query("application"))
	if err != nil {
		number := strings.TrimSpace(c.Query("of"))
		if number == "" {
			return h.showList(c, who, "checks.of_missing")
		}
		if id, err = applicationByNumber(c.UserContext(), h.DB, who.Department, number); errors.Is(err, errNoLetter) {
			return h.showList(c, who, "checks.no_application")
		} else if err != nil {
			return err
		}
	}
	page, l, err := h.newPage(c, who, id)
	if err != nil {
		return err
	}
	if c.Query("kind") != "" {
		k, p, err := h.proposed(c, who, l)
		if err != nil {
			return err
		}
		h.form(c, &page, k, p)
	}
	return newView.Render(c, h.Pages, page)
}

func (h *Handler) newPage(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID) (page newPage, l *departments.Letter, err error) {
	if l, err = h.letter(c, who, id); err != nil {
		return page, nil, err
	}
	page = newPage{Number: l.Number, Service: l.ServiceName, Application: id.String(), Key: uuid.NewString()}
	kinds, err := h.mayAsk(c, who.Department)
	if err != nil {
		return page, nil, err
	}
	lang := web.Lang(c)
	people := l.Parties
	if len(people) == 0 {
		people = []departments.Party{{}}
	}
	for _, p := range people {
		for _, k := range kinds {
			if k.ID == "organisation" && p.ID != people[0].ID {
				continue
			}
			o := offer{Href: "/checks/new?application=" + id.String() + "&kind=" + k.ID + "&party=" + p.ID, Name: k.Name.In(lang), About: k.About.In(lang)}
			if len(people) > 1 && k.ID != "organisation" {
				o.Name += ": " + rus.FullName(p.Last, p.First, p.Middle)
			}
			page.Offers = append(page.Offers, o)
		}
	}
	page.Lines, err = h.Lines(c, who.Department, id)
	return page, l, err
}

// proposed are a kind and what the letter knows for its form.
func (h *Handler) proposed(c *fiber.Ctx, who *departments.Clerk, l *departments.Letter) (*Kind, map[string]string, error) {
	kinds, err := h.mayAsk(c, who.Department)
	if err != nil {
		return nil, nil, err
	}
	kind := c.FormValue("kind")
	i := slices.IndexFunc(kinds, func(k *Kind) bool { return k.ID == kind })
	if i < 0 {
		return nil, nil, errMayNot
	}
	item, err := strconv.Atoi(c.Query("item"))
	if err != nil {
		item = -1
	}
	return kinds[i], h.suggested(l, kind, c.FormValue("party"), item, h.Now()).Values, nil
}

// ruled are the questions that the rule of a letter's service asks.
func (h *Handler) ruled(l *departments.Letter, now time.Time) []catalog.Asked {
	s, err := h.Service(l.Service, l.Version)
	if err != nil {
		return nil // an old version may be gone: then nothing is proposed
	}
	return proposals(l, s, now)
}

// suggested is what a letter knows for a question: what the rule of the service would ask, else the party. item is one of several that the
// rule asks of a party, -1 for the first.
func (h *Handler) suggested(l *departments.Letter, kind, party string, item int, now time.Time) catalog.Asked {
	best := catalog.Asked{Kind: kind, Party: party, Item: -1, Values: map[string]string{}}
	list := h.ruled(l, now)
	at := slices.IndexFunc(list, func(p catalog.Asked) bool {
		return p.Kind == kind && (party == "" || p.Party == party) && (item < 0 || p.Item == item)
	})
	if at >= 0 {
		return list[at]
	}
	for _, p := range list { // what other questions know of the same person
		if p.Item < 0 && p.Party == party {
			for name, value := range p.Values {
				if name != "inn" && name != "ogrn" || kind == "organisation" {
					best.Values[name] = value
				}
			}
		}
	}
	fill(&best, l, now)
	if kind == "organisation" && l.Organisation != nil {
		best.Values["inn"], best.Values["ogrn"] = l.Organisation.INN, l.Organisation.OGRN
	}
	return best
}

func (h *Handler) form(c *fiber.Ctx, page *newPage, k *Kind, values map[string]string) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page.Kind, page.Party, page.About, page.Rule = k.ID, c.FormValue("party", c.Query("party")), k.Name.In(lang), k.Rule.In(lang)
	page.Button = frontend.Button{Text: t("checks.ask_do"), PreventDoubleClick: true}
	for _, f := range k.typ.fields {
		name, optional := strings.CutSuffix(f, "?")
		in := frontend.Input{Name: name, Value: values[name], Label: frontend.Label{Text: t("checks.f_" + name)}, Autocomplete: "off", Classes: "govuk-input--width-20"}
		if optional {
			in.Label.Text = t("checks.optional", in.Label.Text)
		}
		switch {
		case strings.HasSuffix(name, "_date") || strings.HasSuffix(name, "_on"):
			in.Type, in.Classes = "date", "govuk-input--width-10"
		case name == "from" || name == "until":
			in.Type, in.Classes = "month", "govuk-input--width-10"
		}
		page.Fields = append(page.Fields, in)
	}
}

// askNew asks what the form says.
func (h *Handler) askNew(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.FormValue("application"))
	if err != nil {
		return errNoLetter
	}
	page, l, err := h.newPage(c, who, id)
	if err != nil {
		return err
	}
	k, _, err := h.proposed(c, who, l)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, f := range k.typ.fields {
		name := strings.TrimSuffix(f, "?")
		values[name] = c.FormValue(name)
	}
	q, wrong, err := k.makeQuestion(values)
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		h.form(c, &page, k, values)
		for i := range page.Fields {
			if f := &page.Fields[i]; slices.Contains(wrong, f.Name) {
				page.Add(f.Name, h.Pages.Texts(c)("checks.wrong_"+f.Name))
				f.ErrorMessage = page.Message(f.Name)
			}
		}
		return newView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	key, err := uuid.Parse(c.FormValue("key"))
	if err != nil {
		key = uuid.New()
	}
	key = uuid.NewSHA1(who.ID, key[:]) // the key of a form is its sender's alone
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		return h.ask(c.UserContext(), tx, request{ID: key, Department: who.Department, Application: id, Number: l.Number, Kind: k, Party: c.FormValue("party"),
			Question: q, Asker: &who.ID, From: addressOf(c)})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/checks/"+key.String(), fiber.StatusSeeOther)
}
