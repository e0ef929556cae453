package access

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// personCard is one of the list of a request, with what may be done about it.
type personCard struct {
	Name   string
	Tag    frontend.Tag
	List   frontend.SummaryList
	Secret string           // the temporary password, for the head to hand over
	Choice *frontend.Radios // the ministry decides
	Reason *frontend.Input
	End    string // address of the button that ends the access
	Why    *frontend.Input
	Button *frontend.Button
}

type requestPage struct {
	frontend.Errors
	Title  string
	List   frontend.SummaryList
	Paper  string // address of the printable request
	Action string // of the ministry's decision; "" when there is none to make
	People []personCard
	Decide *frontend.Button
	Back   string
}

const requestView frontend.Page[requestPage] = "payments/access.html"

var colours = map[string]string{"waits": "govuk-tag--yellow", "refused": "govuk-tag--red", "ended": "govuk-tag--grey", "over": "govuk-tag--grey",
	"later": "govuk-tag--blue", "open": "govuk-tag--green"}

func (h *Handler) page(c *fiber.Ctx, r *request, people []person, base string) requestPage {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	term := t("payments_access.term_text", rus.FormatDate(r.StartsOn, lang), rus.FormatDate(r.EndsOn, lang))
	decided := ""
	if r.DecidedAt != nil {
		decided = rus.FormatDateTime(*r.DecidedAt, lang)
	}
	page := requestPage{Title: t("payments_access.request", r.Number), Back: base, Decide: &frontend.Button{Text: t("payments_access.decide"), PreventDoubleClick: true},
		List: frontend.SummaryOf(t, "payments_access.organisation", r.Organisation, "payments_access.head", r.HeadName+", "+r.HeadPost, "payments_access.purpose", r.Purpose,
			"payments_access.term", term, "payments_access.asked_at", rus.FormatDateTime(r.AskedAt, lang), "payments_access.status", h.status(c, r),
			"payments_access.decided_at", decided, "payments_access.decided_by", r.DecidedBy)}
	for i := range people {
		p := &people[i]
		state := p.state(r, dayOf(h.Now()))
		ended := ""
		if p.EndedAt != nil {
			ended = rus.FormatDateTime(*p.EndedAt, lang) + ": " + p.EndReason
		}
		card := personCard{Name: p.Name(), Tag: frontend.Tag{Text: t("payments_access.state_" + state), Classes: colours[state]},
			List: frontend.SummaryOf(t, "payments_access.post", p.Post, "payments_access.phone", rus.FormatPhone(p.Phone), "payments_access.reason", p.Reason, "payments_access.ended", ended)}
		if state == "open" || state == "later" {
			card.End = base + "/" + r.ID.String() + "/" + strconv.Itoa(p.Position) + "/end"
			card.Why = &frontend.Input{Name: "reason", ID: "end-" + strconv.Itoa(p.Position), Label: frontend.Label{Text: t("payments_access.end_reason")}, Autocomplete: "off"}
			card.Button = &frontend.Button{Text: t("payments_access.end"), Classes: "govuk-button--warning", PreventDoubleClick: true}
		}
		page.People = append(page.People, card)
	}
	return page
}

// showOwn is a request as its head sees it: with the temporary passwords of those who were made, until they are used.
func (h *Handler) showOwn(c *fiber.Ctx) error {
	r, people, err := h.request(c, h.Who(c).Organisation)
	if err != nil {
		return err
	}
	page := h.page(c, r, people, "/payment-access")
	page.Paper = "/payment-access/" + r.ID.String() + "/request.pdf"
	for i, p := range people {
		if len(p.Password) == 0 {
			continue
		}
		plain, err := h.Box.Open(p.Password, passwordSeal(r.ID))
		if err != nil {
			return err
		}
		page.People[i].Secret = string(plain)
	}
	return requestView.Render(c, h.Pages, page)
}

func (h *Handler) listAll(c *fiber.Ctx) error {
	return h.list(c, uuid.Nil, "/payment-requests", "payments_access.desk_title", "payments_access.desk_intro")
}

func (h *Handler) showRequest(c *fiber.Ctx) error { return h.showDesk(c, nil) }

// decision is what the ministry chose for one of the list.
type decision struct{ choice, reason, wrong string }

func (h *Handler) showDesk(c *fiber.Ctx, chosen []decision) error {
	r, people, err := h.request(c, uuid.Nil)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := h.page(c, r, people, "/payment-requests")
	if r.DecidedAt == nil {
		page.Action = "/payment-requests/" + r.ID.String()
		for i, p := range people {
			d := decision{}
			if i < len(chosen) {
				d = chosen[i]
			}
			name := strconv.Itoa(p.Position)
			if d.wrong != "" {
				page.Errors.Add(d.wrong+"-"+name, t("payments_access."+d.wrong+"_empty"))
			}
			page.People[i].Choice = &frontend.Radios{Name: "choice-" + name, IDPrefix: "choice-" + name, Value: d.choice, Classes: "govuk-radios--inline",
				Fieldset:     &frontend.Fieldset{Legend: frontend.Legend{Text: t("payments_access.choice", p.Name())}},
				Items:        []frontend.Choice{{Value: "approve", Text: t("payments_access.approve")}, {Value: "refuse", Text: t("payments_access.refuse")}},
				ErrorMessage: page.Errors.Message("choice-" + name)}
			page.People[i].Reason = &frontend.Input{Name: "reason-" + name, Value: d.reason, Label: frontend.Label{Text: t("payments_access.reason")},
				Hint: frontend.Hint{Text: t("payments_access.reason_hint")}, Autocomplete: "off", ErrorMessage: page.Errors.Message("reason-" + name)}
		}
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return requestView.Render(c, h.Pages, page)
}

// decide approves or refuses each of the list, all at once.
func (h *Handler) decide(c *fiber.Ctx) error {
	r, people, err := h.request(c, uuid.Nil)
	if err != nil {
		return err
	}
	if r.HeadID == h.Who(c).ID {
		return fault.New(fault.Forbidden, "payments_access.own_request")
	}
	chosen, wrong := make([]decision, len(people)), false
	for i, p := range people {
		name := strconv.Itoa(p.Position)
		d := decision{choice: c.FormValue("choice-" + name), reason: strings.TrimSpace(c.FormValue("reason-" + name))}
		switch {
		case d.choice != "approve" && d.choice != "refuse":
			d.wrong = "choice"
		case d.choice == "refuse" && d.reason == "" || utf8.RuneCountInString(d.reason) > 500:
			d.wrong = "reason"
		}
		chosen[i], wrong = d, wrong || d.wrong != ""
	}
	if wrong && r.DecidedAt == nil {
		return h.showDesk(c, chosen)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := decideRequest(c.UserContext(), tx, r.ID, h.Who(c).ID, h.Now()); err != nil {
			return err
		}
		for i := range people {
			if err := h.settle(c, tx, r, &people[i], chosen[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Redirect("/payment-requests/"+r.ID.String(), fiber.StatusSeeOther)
}

// settle writes one decision. Whoever was approved gets a way to sign in.
func (h *Handler) settle(c *fiber.Ctx, tx pgx.Tx, r *request, p *person, d decision) error {
	approved := d.choice == "approve"
	p.Approved, p.Reason = &approved, d.reason
	details := map[string]any{"request": r.ID, "position": p.Position, "approved": approved}
	if approved {
		id, password, err := h.Enrol(c.UserContext(), tx, r.OrganisationID, p.LastName, p.FirstName, p.MiddleName, p.Post)
		if err != nil {
			return err
		}
		if id == h.Who(c).ID {
			return fault.New(fault.Forbidden, "payments_access.own_access")
		}
		p.EmployeeID, details["employee"] = &id, id
		if password != "" {
			p.Password = h.Box.Seal([]byte(password), passwordSeal(r.ID))
		}
	}
	if err := decidePerson(c.UserContext(), tx, p); err != nil {
		return err
	}
	return h.journal(c, tx, "payments.access_decided", details)
}

func (h *Handler) endOwn(c *fiber.Ctx) error {
	return h.end(c, h.Who(c).Organisation, "/payment-access/")
}
func (h *Handler) endAny(c *fiber.Ctx) error { return h.end(c, uuid.Nil, "/payment-requests/") }

// end takes access away before its last day.
func (h *Handler) end(c *fiber.Ctx, organisation uuid.UUID, base string) error {
	r, _, err := h.request(c, organisation)
	if err != nil {
		return err
	}
	position, err := c.ParamsInt("position")
	if err != nil {
		return fault.New(fault.NotFound, "payments_access.no_request")
	}
	reason := strings.TrimSpace(c.FormValue("reason"))
	if n := utf8.RuneCountInString(reason); n < 1 || n > 500 {
		return fault.New(fault.Invalid, "payments_access.end_reason_empty")
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := endAccess(c.UserContext(), tx, r.ID, position, h.Who(c).ID, reason, h.Now()); err != nil {
			return err
		}
		return h.journal(c, tx, "payments.access_ended", map[string]any{"request": r.ID, "position": position})
	})
	if err != nil {
		return err
	}
	return c.Redirect(base+r.ID.String(), fiber.StatusSeeOther)
}
