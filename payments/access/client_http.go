package access

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Client is a department's system that looks payments up through the API.
type Client struct {
	ID             uuid.UUID
	OrganisationID uuid.UUID
	Organisation   string
	Name           string
	PerMinute      int
	IssuedAt       time.Time
	EndsOn         time.Time
	RevokedAt      *time.Time
	UsedAt         *time.Time
}

// Actor is the client in the journal.
func (k *Client) Actor() string { return "system:" + k.ID.String() }

// keyPrefix tells what a key is for whoever finds one where it should not be.
const keyPrefix = "tpk_"

type clientCard struct {
	Name   string
	List   frontend.SummaryList
	Revoke string
	Button *frontend.Button
}

type clientsPage struct {
	frontend.Errors
	Key          string // the new one, this once
	Cards        []clientCard
	Organisation frontend.Select
	Name         frontend.Input
	Limit        frontend.Input
	Until        frontend.Input
	Button       *frontend.Button
}

const clientsView frontend.Page[clientsPage] = "payments/clients.html"

// clientForm is a key as it is asked for.
type clientForm struct{ organisation, name, limit, until string }

func (h *Handler) listClients(c *fiber.Ctx) error {
	page, err := h.clientsPage(c, clientForm{limit: "60"}, map[string]string{})
	if err != nil {
		return err
	}
	return clientsView.Render(c, h.Pages, page)
}

func (h *Handler) clientsPage(c *fiber.Ctx, f clientForm, wrong map[string]string) (page clientsPage, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	all, err := clientsOf(c.UserContext(), h.DB)
	if err != nil {
		return page, err
	}
	bodies, err := organisationNames(c.UserContext(), h.DB)
	if err != nil {
		return page, err
	}
	for _, field := range []string{"organisation", "name", "limit", "until"} {
		if key := wrong[field]; key != "" {
			page.Errors.Add(field, t("payments_clients."+key))
		}
	}
	input := func(name, value string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Autocomplete: "off", Label: frontend.Label{Text: t("payments_clients." + name)},
			Hint: frontend.Hint{Text: t("payments_clients." + name + "_hint")}, ErrorMessage: page.Errors.Message(name)}
	}
	page.Organisation = frontend.Select{Name: "organisation", Value: f.organisation, Label: frontend.Label{Text: t("payments_clients.organisation")},
		Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}, ErrorMessage: page.Errors.Message("organisation")}
	for _, o := range bodies {
		page.Organisation.Items = append(page.Organisation.Items, frontend.Option{Value: o.Code, Text: o.Name})
	}
	page.Name, page.Limit, page.Until = input("name", f.name), input("limit", f.limit), input("until", f.until)
	page.Limit.Classes, page.Limit.Inputmode, page.Until.Classes = "govuk-input--width-5", "numeric", "govuk-input--width-10"
	page.Button = &frontend.Button{Text: t("payments_clients.issue"), PreventDoubleClick: true}
	for _, k := range all {
		used, revoked := "", ""
		if k.UsedAt != nil {
			used = rus.FormatDateTime(*k.UsedAt, lang)
		}
		if k.RevokedAt != nil {
			revoked = rus.FormatDateTime(*k.RevokedAt, lang)
		}
		card := clientCard{Name: k.Name, List: frontend.SummaryOf(t, "payments_clients.organisation", k.Organisation, "payments_clients.issued", rus.FormatDate(k.IssuedAt, lang),
			"payments_clients.until", rus.FormatDate(k.EndsOn, lang), "payments_clients.limit", strconv.Itoa(k.PerMinute), "payments_clients.used", used, "payments_clients.revoked", revoked)}
		if k.RevokedAt == nil {
			card.Revoke = "/payment-clients/" + k.ID.String() + "/revoke"
			card.Button = &frontend.Button{Text: t("payments_clients.revoke"), Classes: "govuk-button--warning", PreventDoubleClick: true}
		}
		page.Cards = append(page.Cards, card)
	}
	return page, nil
}

// issueClient makes a key and shows it on the answer itself, the only time it can be read.
func (h *Handler) issueClient(c *fiber.Ctx) error {
	value := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	f, wrong := clientForm{value("organisation"), value("name"), value("limit"), value("until")}, map[string]string{}
	k := Client{ID: uuid.Must(uuid.NewV7()), Name: f.name, IssuedAt: h.Now()}
	var err error
	if k.OrganisationID, err = uuid.Parse(f.organisation); err != nil {
		wrong["organisation"] = "organisation_empty"
	}
	if n := utf8.RuneCountInString(f.name); n < 1 || n > 200 {
		wrong["name"] = "name_empty"
	}
	if k.PerMinute, err = strconv.Atoi(f.limit); err != nil || k.PerMinute < 1 || k.PerMinute > 600 {
		wrong["limit"] = "limit_wrong"
	}
	var ok bool
	today := dayOf(h.Now())
	if k.EndsOn, ok = readDay(f.until); !ok || k.EndsOn.Before(today) || k.EndsOn.After(today.AddDate(1, 0, 0)) {
		wrong["until"] = "until_wrong"
	}
	if len(wrong) > 0 {
		page, err := h.clientsPage(c, f, wrong)
		if err != nil {
			return err
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return clientsView.Render(c, h.Pages, page)
	}
	key := keyPrefix + secret.Token(32)
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := insertClient(c.UserContext(), tx, k, secret.HashToken(key), h.Who(c).ID); err != nil {
			return err
		}
		return h.journal(c, tx, "payments.key_issued", map[string]any{"client": k.ID, "organisation": k.OrganisationID})
	})
	if err != nil {
		return err
	}
	page, err := h.clientsPage(c, clientForm{limit: "60"}, map[string]string{})
	if err != nil {
		return err
	}
	page.Key = key
	c.Set(fiber.HeaderCacheControl, "no-store")
	return clientsView.Render(c, h.Pages, page)
}

func (h *Handler) revokeClient(c *fiber.Ctx) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "payments_clients.gone")
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := revokeClient(c.UserContext(), tx, id, h.Now()); err != nil {
			return err
		}
		return h.journal(c, tx, "payments.key_revoked", map[string]any{"client": id})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/payment-clients", fiber.StatusSeeOther)
}

// ClientOf returns whose key it is, nil for a key that is none, or not in force.
func ClientOf(ctx context.Context, d db.DB, header string, now time.Time) (*Client, error) {
	key, bearer := strings.CutPrefix(header, "Bearer ")
	if !bearer || !strings.HasPrefix(key, keyPrefix) {
		return nil, nil
	}
	k, err := useClient(ctx, d, secret.HashToken(key), now)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return k, err
}
