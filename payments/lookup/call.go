package lookup

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
)

// callLasts is how long payments may be told after the caller has said who calls.
const callLasts = 30 * time.Minute

// call is a call of a department's employee to the contact centre.
type call struct {
	ID         uuid.UUID
	Operator   string
	Caller     string // the own name
	Department string
	Purpose    string
	StartedAt  time.Time
}

// callSeal binds the sealed name of a caller to its call.
func callSeal(id uuid.UUID) []byte { return []byte("payment_call " + id.String()) }

type callPage struct {
	frontend.Errors
	Caller     frontend.Input
	Department frontend.Input
	Purpose    frontend.Input
	Button     frontend.Button
}

const callView frontend.Page[callPage] = "payments/lookup_call.html"

func (h *Handler) callForm(c *fiber.Ctx, k call) callPage {
	t := h.Pages.Texts(c)
	input := func(name, value string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Autocomplete: "off", Label: frontend.Label{Text: t("payments_lookup." + name)},
			Hint: frontend.Hint{Text: t("payments_lookup." + name + "_hint")}}
	}
	return callPage{Caller: input("caller", k.Caller), Department: input("department", k.Department), Purpose: input("call_purpose", k.Purpose),
		Button: frontend.Button{Text: t("payments_lookup.call_start")}}
}

func (h *Handler) showCall(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return callView.Render(c, h.Pages, h.callForm(c, call{}))
}

// startCall writes down who calls, before anything is looked up.
func (h *Handler) startCall(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	k := call{ID: uuid.Must(uuid.NewV7()), Operator: h.Actor(c), Caller: strings.TrimSpace(c.FormValue("caller")),
		Department: strings.TrimSpace(c.FormValue("department")), Purpose: strings.TrimSpace(c.FormValue("call_purpose"))}
	page := h.callForm(c, k)
	if len(nameUnits(k.Caller)) < 2 || utf8.RuneCountInString(k.Caller) > 200 {
		page.Errors.Add("caller", t("payments_lookup.caller_empty"))
	}
	if n := utf8.RuneCountInString(k.Department); n < 1 || n > 200 {
		page.Errors.Add("department", t("payments_lookup.department_empty"))
	}
	if n := utf8.RuneCountInString(k.Purpose); n < 1 || n > 300 {
		page.Errors.Add("call_purpose", t("payments_lookup.call_purpose_empty"))
	}
	if page.Errors.Any() {
		for _, field := range []*frontend.Input{&page.Caller, &page.Department, &page.Purpose} {
			field.ErrorMessage = page.Errors.Message(field.Name)
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return callView.Render(c, h.Pages, page)
	}
	if err := insertCall(c.UserContext(), h.DB, k, h.Box.Seal([]byte(k.Caller), callSeal(k.ID))); err != nil {
		return err
	}
	return c.Redirect("/payments/calls/"+k.ID.String(), fiber.StatusSeeOther)
}

// call returns the operator's own call of the address, nil when there is none in it. A call that is over must be begun anew.
func (h *Handler) call(c *fiber.Ctx) (*call, error) {
	if c.Params("call") == "" {
		return nil, nil
	}
	id, err := uuid.Parse(c.Params("call"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "payments_lookup.no_call")
	}
	k, sealed, err := callOf(c.UserContext(), h.DB, h.Actor(c), id)
	if err != nil {
		return nil, err
	}
	caller, err := h.Box.Open(sealed, callSeal(k.ID))
	k.Caller = string(caller)
	return k, err
}
