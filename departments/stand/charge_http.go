package stand

import (
	"encoding/json"
	"regexp"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/rus"
)

// takeQuittance hears from the portal that money has come for a charge, or has gone back.
func (s *System) takeQuittance(c *fiber.Ctx, set setting, body []byte) error {
	var n notice
	if json.Unmarshal(body, &n) != nil || n.ID == uuid.Nil || n.Amount <= 0 || n.Kind != "paid" && n.Kind != "returned" {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a notice"})
	}
	if err := takeNotice(c.UserContext(), s.cfg.DB, s.Code, n, s.cfg.Now()); err != nil {
		return err
	}
	if set.Mode == "drop" {
		return c.Status(fiber.StatusBadGateway).SendString("the answer is lost")
	}
	return c.JSON(fiber.Map{"result": "taken"})
}

// takeReadings hears from the portal what somebody has read off a meter.
func (s *System) takeReadings(c *fiber.Ctx, set setting, body []byte) error {
	var r heardReading
	if json.Unmarshal(body, &r) != nil || r.ID == uuid.Nil || !decimal.MatchString(r.Value) {
		return c.Status(fiber.StatusBadRequest).JSON(fiber.Map{"error": "want a reading"})
	}
	refusal := "стенд отклоняет всё, что получает"
	if set.Mode != "reject" {
		var err error
		if refusal, err = takeReading(c.UserContext(), s.cfg.DB, s.Code, r, s.cfg.Now()); err != nil {
			return err
		}
	}
	switch {
	case refusal != "":
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"text": refusal})
	case set.Mode == "drop":
		return c.Status(fiber.StatusBadGateway).SendString("the answer is lost")
	}
	return c.JSON(fiber.Map{"result": "taken"})
}

var decimal = regexp.MustCompile(`^\d{1,9}(\.\d{1,3})?$`)

type chargesPage struct {
	Name     string
	Back     frontend.BackLink
	Table    frontend.Table
	Readings frontend.Table
	Empty    bool
}

const chargesView frontend.Page[chargesPage] = "stand/charges.html"

// showCharges lists what the register has charged, and what it has heard of payment.
func (s *System) showCharges(c *fiber.Ctx) error {
	all, err := chargesOf(c.UserContext(), s.cfg.DB, s.Code)
	if err != nil {
		return err
	}
	t := s.cfg.Pages.Texts(c)
	page := chargesPage{Name: t("stand." + s.Code), Back: frontend.BackLink{Href: "/" + s.Code}, Empty: len(all) == 0}
	for _, key := range []string{"reference", "uin", "purpose", "amount", "paid"} {
		page.Table.Head = append(page.Table.Head, frontend.Cell{Text: t("stand.charge_" + key)})
	}
	for _, r := range all {
		uin := r.UIN
		if uin == "" {
			uin = t("stand.charge_waits")
		}
		if r.Problem != "" {
			uin = r.Problem
		}
		page.Table.Rows = append(page.Table.Rows, []frontend.Cell{{Text: r.Reference}, {Text: uin}, {Text: r.Purpose},
			{Text: rus.FormatRubles(r.Amount), Format: "numeric"}, {Text: rus.FormatRubles(r.Paid), Format: "numeric"}})
	}
	readings, err := readingsOf(c.UserContext(), s.cfg.DB, s.Code)
	if err != nil {
		return err
	}
	for _, key := range []string{"account", "meter", "value", "month"} {
		page.Readings.Head = append(page.Readings.Head, frontend.Cell{Text: t("stand.reading_" + key)})
	}
	for _, r := range readings {
		page.Readings.Rows = append(page.Readings.Rows, []frontend.Cell{{Text: r.Number}, {Text: r.Meter}, {Text: r.Value}, {Text: r.Month}})
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return chargesView.Render(c, s.cfg.Pages, page)
}
