package checks

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const checkView frontend.Page[checkPage] = "checks/check.html"

type checkPage struct {
	Title, Number    string
	Tag              frontend.Tag
	Waits            bool
	Differs          []string
	Problem          string
	Facts            frontend.SummaryList
	Question, Answer frontend.SummaryList
	Attempts         frontend.Table
	Again            string // address of the form, "" while it is being asked
	Button           frontend.Button
	Case, Reused     string
	Corrected        []string // what the applicant has mended since
	Anew             string   // where that is asked
}

func (h *Handler) show(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	one, err := checkOf(c.UserContext(), h.DB, who.Department, id)
	if err != nil {
		return err
	}
	k, err := kindOf(one.Kind)
	if err != nil {
		return err
	}
	if err := h.looked(c, who, one, k); err != nil {
		return err
	}
	page, err := h.checkPage(c, one, k)
	if err != nil {
		return err
	}
	if err := h.addCorrected(c, &page, one); err != nil {
		return err
	}
	return checkView.Render(c, h.Pages, page)
}

func (h *Handler) checkPage(c *fiber.Ctx, one *Check, k *Kind) (page checkPage, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page = checkPage{Title: t("checks.title_one", k.Name.In(lang)), Number: one.Number, Tag: tag(t, one), Waits: one.State == Asked,
		Facts: checkFacts(t, lang, one, k), Case: "/checks/new?application=" + one.Application.String(),
		Button: frontend.Button{Text: t("checks.again"), PreventDoubleClick: true, Classes: "govuk-button--secondary"}}
	for _, d := range one.Differs {
		page.Differs = append(page.Differs, t("checks.differs_"+d))
	}
	if one.State != Asked && len(one.Question) > 0 {
		page.Again = "/checks/" + one.ID.String() + "/again"
	}
	if one.State != Answered {
		page.Problem = problemText(t, one.Problem)
	}
	if one.Reused != nil {
		page.Reused = "/checks/" + one.Reused.String()
	}
	if page.Question, err = h.questionRows(t, lang, one, k); err != nil {
		return page, err
	}
	if page.Answer, err = h.answerRows(t, lang, one, k); err != nil {
		return page, err
	}
	page.Attempts, err = h.attemptsTable(c, one)
	return page, err
}

// addCorrected tells when the answer is about what stands in the application no longer, and offers to ask again.
func (h *Handler) addCorrected(c *fiber.Ctx, page *checkPage, one *Check) error {
	list, err := checksOf(c.UserContext(), h.DB, one.Department, one.Application)
	if err != nil {
		return err
	}
	found, err := h.corrections(c.UserContext(), one.Department, one.Application, list)
	if err != nil || found[one.ID] == nil {
		return err
	}
	for _, name := range found[one.ID].Fields {
		page.Corrected = append(page.Corrected, h.Pages.Texts(c)("checks.f_"+name))
	}
	page.Anew = found[one.ID].again(one)
	return nil
}

func checkFacts(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList) {
	add := func(key, value string) {
		if value != "" {
			list.Rows = append(list.Rows, frontend.Row(t("checks."+key), value))
		}
	}
	asker := c.AskerName
	if c.Asker == nil {
		asker = t("checks.by_rule")
	}
	add("number", c.Number)
	add("register", t("checks.register_"+c.Register))
	add("asked_by", asker)
	add("asked_at", rus.FormatDateTime(c.AskedAt, lang))
	if c.State == Asked {
		add("asking_until", rus.FormatDateTime(c.AskedAt.Add(k.Until.Duration), lang))
	}
	if c.AnsweredAt != nil {
		add("answered_at", rus.FormatDateTime(*c.AnsweredAt, lang))
	}
	if c.FreshUntil != nil {
		add("fresh_until", rus.FormatDateTime(*c.FreshUntil, lang)+"\n"+k.Rule.In(lang))
	}
	if c.KeepUntil != nil {
		add("keep_until", rus.FormatDate(*c.KeepUntil, lang))
	}
	return list
}

func (h *Handler) questionRows(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList, err error) {
	q, err := c.question(h.Box, k)
	if err != nil || q == nil {
		return list, err
	}
	fields, err := fieldsOf(q)
	for _, f := range k.typ.fields {
		name := strings.TrimSuffix(f, "?")
		if value := fields[name]; value != "" {
			list.Rows = append(list.Rows, frontend.Row(t("checks.f_"+name), shownField(name, value, lang)))
		}
	}
	return list, err
}

// shownField is a field of a question as people write it.
func shownField(name, value string, lang i18n.Lang) string {
	switch {
	case name == "snils":
		return rus.FormatSNILS(value)
	case name == "from" || name == "until":
		return shownMonth(value)
	}
	return shown(value, lang, strings.HasSuffix(name, "_date") || strings.HasSuffix(name, "_on"))
}

func shown(value string, lang i18n.Lang, day bool) string {
	if at, err := time.Parse(time.DateOnly, value); day && err == nil {
		return rus.FormatDate(at, lang)
	}
	return value
}

// shownMonth writes 2026-08 as 08.2026.
func shownMonth(value string) string {
	if at, err := time.Parse("2006-01", value); err == nil {
		return at.Format("01.2006")
	}
	return value
}

func (h *Handler) answerRows(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList, err error) {
	a, err := c.answer(h.Box, k)
	if err != nil || a == nil {
		return list, err
	}
	for _, f := range a.facts() {
		value := shown(f.Value, lang, f.Day)
		if f.Word != "" {
			value = t("checks.w_" + f.Word)
		}
		list.Rows = append(list.Rows, frontend.Row(t("checks.a_"+f.Key), value))
	}
	return list, nil
}

// problems are the keys of what we say ourselves of an attempt; what a register says besides is shown as it is.
var problems = map[string]string{"the register did not answer in time": "slow", "the register cannot be reached": "unreachable",
	"the register is still looking": "later", "the register refuses the question": "refused", "the register is not connected": "unconnected",
	"the question is kept no longer": "erased", "the answer is not signed by the register": "unsigned", "the register's keys cannot be fetched": "keys",
	"the answer is no JSON of the contract": "malformed", "the answer is to another question": "other", "the answer is not of its kind": "malformed",
	"the answer says found, and nothing else": "malformed"}

// problemText says in the reader's language what went wrong, "" when nothing did.
func problemText(t func(string, ...any) string, problem string) string {
	if status, ok := strings.CutPrefix(problem, "the register answers "); ok {
		return t("checks.problem_status", status)
	}
	if key := problems[problem]; key != "" {
		return t("checks.problem_" + key)
	}
	return problem
}

func (h *Handler) attemptsTable(c *fiber.Ctx, one *Check) (table frontend.Table, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	rows, err := attemptsOf(c.UserContext(), h.DB, one.ID)
	table = frontend.Table{Caption: t("checks.attempts"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"when", "took", "came", "problem"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("checks." + key)})
	}
	for _, a := range rows {
		came, problem := t("checks.attempt_"+a.Outcome), problemText(t, a.Problem)
		if a.Status != nil {
			came += " (" + strconv.Itoa(*a.Status) + ")"
		}
		if problem == "" {
			problem = "—"
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDateTime(a.At, lang), Classes: "tm-nowrap"}, {Text: t("checks.ms", a.TookMS), Classes: "tm-nowrap"},
			{Text: came}, {Text: problem}})
	}
	return table, err
}
