package payments

import (
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/rus"
)

// readPositions reads which lines of a bill were ticked; what is no number is no line.
func readPositions(typed []string) []int {
	var all []int
	for _, s := range typed {
		if n, err := strconv.Atoi(s); err == nil && n > 0 && n <= 100 && !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// lineBoxes are the lines of a bill to choose among. A bill that may not be paid in parts only shows them.
func (h *Handler) lineBoxes(c *fiber.Ctx, ch *Charge, lines []Line, form payForm) frontend.Checkboxes {
	t := h.Pages.Texts(c)
	boxes := frontend.Checkboxes{Name: "line", IDPrefix: "line", Values: form.lines, Classes: "govuk-checkboxes--small",
		Fieldset: &frontend.Fieldset{Legend: frontend.Legend{Text: t("payments_utility.lines"), Classes: "govuk-fieldset__legend--m"}},
		Hint:     frontend.Hint{Text: t("payments_utility.lines_hint")}}
	if !ch.PartAllowed {
		boxes.Hint.Text = ""
	}
	for _, l := range lines {
		text := t("payments_utility.line", l.Title, rus.FormatRubles(l.Rest()))
		if l.Rest() == 0 {
			text = t("payments_utility.line_paid", l.Title)
		}
		boxes.Items = append(boxes.Items, frontend.Choice{Value: strconv.Itoa(l.Position), Text: text, Hint: frontend.Hint{Text: LineText(t, l)},
			Disabled: !ch.PartAllowed || l.Rest() == 0})
	}
	return boxes
}

// LineText says how a line came about: «4 м³ × 43,40 ₽ = 173,60 ₽, перерасчёт −12 ₽».
func LineText(t func(string, ...any) string, l Line) string {
	text := rus.FormatRubles(l.Charged)
	if l.Volume > 0 && l.Tariff > 0 {
		text = t("payments_utility.by_tariff", VolumeText(l.Volume), l.Unit, rus.FormatRubles(l.Tariff), text)
	}
	if l.Recalculated != 0 {
		text = t("payments_utility.recalculated", text, signed(l.Recalculated), rus.FormatRubles(l.Total()))
	}
	if l.Paid > 0 && l.Rest() > 0 {
		text = t("payments_utility.line_part", text, rus.FormatRubles(l.Paid))
	}
	return text
}

// signed shows a sum with its sign.
func signed(sum int64) string {
	if sum > 0 {
		return "+" + rus.FormatRubles(sum)
	}
	return rus.FormatRubles(sum)
}
