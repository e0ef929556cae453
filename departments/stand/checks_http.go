package stand

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func newGateway(cfg *Config) (*gateway, error) {
	g := &gateway{cfg: cfg, people: &registers{cfg.DB}, keys: map[string]*departments.Keys{},
		trust: &departments.Trust{Client: departments.NewClient(departments.ClientConfig{Private: true, Plain: true}), Now: cfg.Now}}
	for _, code := range registerCodes {
		keys, err := departments.DeriveKeys("stand register "+code, cfg.Secret)
		if err != nil {
			return nil, fmt.Errorf("register %s: %w", code, err)
		}
		g.keys[code] = keys
	}
	return g, nil
}

// Mount registers the routes.
func (g *gateway) Mount(r fiber.Router) {
	r.Get("/registers", g.show)
	r.Post("/register-mode", g.setMode) // below /registers no form is guarded
	for _, code := range registerCodes {
		r.Get("/registers/"+code+"/jwks.json", func(c *fiber.Ctx) error { return c.JSON(g.keys[code].Public()) })
		r.Post("/registers/"+code+"/checks/:kind", func(c *fiber.Ctx) error { return g.take(c, code) })
	}
}

// take answers a question as the mode wants.
func (g *gateway) take(c *fiber.Ctx, code string) error {
	ctx := c.UserContext()
	mode, err := registerMode(ctx, g.cfg.DB, code)
	if err != nil {
		return err
	}
	pause := map[string]time.Duration{"slow": g.cfg.Slow, "silent": g.cfg.Silent}[mode]
	select {
	case <-time.After(pause):
	case <-ctx.Done():
		return ctx.Err()
	}
	if mode == "down" {
		return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": "down"})
	}
	body := c.BodyRaw()
	err = g.trust.Verify(ctx, g.cfg.PortalAPI+"/api/departments/jwks.json", c.Get(departments.SignatureHeader), body)
	switch {
	case errors.Is(err, departments.ErrKeys):
		return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"error": err.Error()})
	case err != nil:
		return c.Status(fiber.StatusUnauthorized).JSON(fiber.Map{"error": err.Error()})
	}
	var asked registerAsk
	if err := json.Unmarshal(body, &asked); err != nil || asked.Audience != code || asked.Kind != c.Params("kind") || registerKinds[asked.Kind] != code {
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"reason": "the question is not for this register"})
	}
	times, err := noteAsk(ctx, g.cfg.DB, &asked, g.cfg.Now())
	if err != nil {
		return err
	}
	if mode == "later" && times <= laterTimes {
		c.Set(fiber.HeaderRetryAfter, "1")
		return c.Status(fiber.StatusAccepted).JSON(fiber.Map{})
	}
	return g.reply(c, code, mode, &asked)
}

func (g *gateway) reply(c *fiber.Ctx, code, mode string, asked *registerAsk) error {
	found, err := g.find(c.UserContext(), asked.Kind, asked.Question)
	if err != nil {
		return err
	}
	answer := fiber.Map{"id": asked.ID, "kind": asked.Kind, "found": found != nil && mode != "empty"}
	if mode == "empty" {
		found = nil
	}
	if found != nil {
		answer["answer"] = found
	}
	if mode == "garbage" {
		answer["answer"], answer["found"] = []int{1, 2, 3}, true
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	signed := raw
	if mode == "forged" {
		signed = append([]byte(" "), raw...)
	}
	signature, err := g.keys[code].Sign(signed, g.cfg.Now())
	if err != nil {
		return err
	}
	c.Set(departments.SignatureHeader, signature)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(raw)
}

type registersPage struct {
	Registers []registerForm
	Asked     frontend.Table
}

type registerForm struct {
	Code, Name, About string
	Mode              frontend.Select
	Button            frontend.Button
}

const registersView frontend.Page[registersPage] = "stand/registers.html"

func (g *gateway) show(c *fiber.Ctx) error {
	t, lang := g.cfg.Pages.Texts(c), web.Lang(c)
	var page registersPage
	for _, code := range registerCodes {
		mode, err := registerMode(c.UserContext(), g.cfg.DB, code)
		if err != nil {
			return err
		}
		f := registerForm{Code: code, Name: t("stand_registers." + code), About: t("stand_registers." + code + "_about"),
			Mode:   frontend.Select{ID: "mode-" + code, Name: "mode", Value: mode, Label: frontend.Label{Text: t("stand_registers.mode")}},
			Button: frontend.Button{Text: t("stand_registers.set"), Classes: "govuk-button--secondary"}}
		for _, m := range registerModes {
			f.Mode.Items = append(f.Mode.Items, frontend.Option{Value: m, Text: t("stand_registers.mode_" + m)})
		}
		page.Registers = append(page.Registers, f)
	}
	asks, err := lastAsks(c.UserContext(), g.cfg.DB)
	if err != nil {
		return err
	}
	page.Asked = frontend.Table{Caption: t("stand_registers.asked"), CaptionClasses: "govuk-table__caption--m"}
	for _, a := range asks {
		page.Asked.Rows = append(page.Asked.Rows, []frontend.Cell{{Text: rus.FormatDateTime(a.At, lang)}, {Text: t("stand_registers." + a.Register)},
			{Text: a.Kind}, {Text: a.Department}, {Text: a.Number}, {Text: "× " + strconv.Itoa(a.Times)}})
	}
	return registersView.Render(c, g.cfg.Pages, page)
}

func (g *gateway) setMode(c *fiber.Ctx) error {
	code, mode := c.FormValue("register"), c.FormValue("mode")
	if slices.Contains(registerCodes, code) && slices.Contains(registerModes, mode) {
		if err := setRegisterMode(c.UserContext(), g.cfg.DB, code, mode); err != nil {
			return err
		}
	}
	return c.Redirect("/registers", fiber.StatusSeeOther)
}
