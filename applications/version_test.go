package applications

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

const copyService = `
id: copy
name: {ru: "Копия архивной справки", tt: "Архив белешмәсе күчермәсе", en: "Copy of a record"}
summary: {ru: "Копия", tt: "Күчермә", en: "A copy"}
audience: [citizen]
topics: [family]
department: zags
level: none
who: [{ru: "Все", tt: "Барысы", en: "Everybody"}]
term: {count: 10, unit: working_days, text: {ru: "Со дня подачи", tt: "Бирелгән көннән", en: "From the day"}}
result: {ru: "Копия", tt: "Күчермә", en: "Copy"}
results: [{name: {ru: "Бумажная копия", tt: "Кәгазь күчермә", en: "Paper copy"}, kind: document}]
duty:
  amount: copies * param("copy_fee")
  purpose: {ru: "Плата за копии", tt: "Күчермәләр өчен түләү", en: "Fee for copies"}
  payee: zags
  paid_by: applicant
  exempt: [{when: veteran == "yes", text: {ru: "Ветеран войны: статья 333.35", tt: "Сугыш ветераны: 333.35", en: "War veteran"}}]
  discount: [{percent: 30, when: copies > 4, text: {ru: "Больше четырёх копий", tt: "Дүрттән күбрәк", en: "More than four"}}]
statuses:
  draft: {allow: [edit]}
  paying: {allow: [pay], text: {ru: "Изменить заявление уже нельзя", tt: "Гаризаны үзгәртеп булмый инде", en: "No more changes"}}
parties:
  - {id: applicant, name: {ru: "Вы", tt: "Сез", en: "You"}, signs: {ru: "Подтверждаю, что копии нужны мне самому", tt: "Күчермәләр миңа үземә кирәк", en: "The copies are for myself"}}
steps:
  - id: about
    title: {ru: "О копии", tt: "Күчермә турында", en: "About the copy"}
    questions:
      - {id: copies, type: number, min: 1, max: 50, label: {ru: "Сколько копий", tt: "Ничә күчермә", en: "How many copies"}}
      - id: veteran
        type: radios
        label: {ru: "Вы ветеран войны?", tt: "Сез сугыш ветераныдыр?", en: "Are you a war veteran?"}
        options: [{value: "yes", label: {ru: "Да", tt: "Әйе", en: "Yes"}}, {value: "no", label: {ru: "Нет", tt: "Юк", en: "No"}}]
`

const copyParameters = `
parameters:
  - name: copy_fee
    about: {ru: "Плата", tt: "Түләү", en: "Fee"}
    unit: rubles
    values: [{from: 2020-01-01, value: 100, source: "Приказ"}]
`

// archive is a world whose catalogue is a folder with one service.
func archive(t *testing.T) (w *world, folder string) {
	t.Helper()
	w, folder = newWorld(t), t.TempDir()
	for _, name := range []string{"organisations.yaml", "subjects.yaml", "districts.yaml"} {
		raw, err := fs.ReadFile(catalog.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		write(t, folder, name, string(raw))
	}
	write(t, folder, "parameters.yaml", copyParameters)
	write(t, folder, "services/copy.yaml", copyService)
	c, err := catalog.Load(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Adopt(context.Background(), w.db); err != nil {
		t.Fatal(err)
	}
	w.core.Catalog = c
	return w, folder
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// publish publishes the folder as an editor does, and lets the portal learn of it.
func (w *world) publish(folder string) {
	w.t.Helper()
	ctx, editor := context.Background(), uuid.NewString()
	w.exec(`INSERT INTO organisation (id, name) VALUES ($1, 'Министерство')`, editor)
	w.exec(`INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, temporary, rights, password_changed_at)
		VALUES ($1, $1, 'Нуриев', 'Марат', 'x', false, '{catalog}', now())`, editor)
	press := &catalog.Press{DB: w.db, River: w.core.River, Files: os.DirFS(folder), Now: w.now}
	drafts, err := press.Drafts()
	if err != nil {
		w.t.Fatal(err)
	}
	if err := press.Plan(ctx, "copy", drafts.Sum("copy"), editor, w.now()); err != nil {
		w.t.Fatal(err)
	}
	if changed, err := w.core.Catalog.Refresh(ctx, w.db); err != nil || !changed {
		w.t.Fatal(changed, err)
	}
}

// A draft and a submission keep the version they began with: they look as they looked, and the draft can be filed.
func TestVersionsArePinned(t *testing.T) {
	t.Parallel()
	w, folder := archive(t)
	draft, sent := w.browser("Смирнов", "Иван", "male"), w.browser("Сафина", "Ляйсан", "female")
	answers := map[string]string{"copies": "2", "veteran": "yes"}
	draftID, path := draft.begin("copy")
	draft.fill(path, answers)
	sentID, path := sent.begin("copy")
	sent.fill(path, answers)
	sent.sign(sentID)
	w.wantState(sentID, Submitted)
	before := map[uuid.UUID]string{draftID: draft.get(applicationPath(draftID, "/check")).Text(".govuk-summary-card"),
		sentID: sent.get(applicationPath(sentID, "/check")).Text(".govuk-summary-card")}

	renamed := strings.Replace(copyService, "id: copies, type: number, min: 1, max: 50, label: {ru: \"Сколько копий\"", "id: sheets, type: number, min: 1, max: 50, label: {ru: \"Число листов\"", 1)
	renamed = strings.ReplaceAll(strings.ReplaceAll(renamed, "copies * param", "sheets * param"), "copies > 4", "sheets > 4")
	first, _, _ := strings.Cut(renamed, "      - id: veteran\n")
	first = strings.Replace(first, `  exempt: [{when: veteran == "yes", text: {ru: "Ветеран войны: статья 333.35", tt: "Сугыш ветераны: 333.35", en: "War veteran"}}]`+"\n", "", 1)
	write(t, folder, "services/copy.yaml", first)
	w.publish(folder)

	fresh := w.browser("Гарипова", "Алия", "female")
	newID, path := fresh.begin("copy")
	if page := fresh.get(path); !strings.Contains(page.Text("main"), "Число листов") || page.Has("[name=veteran]") {
		t.Errorf("a new application begins with the old version: %s", page.Text("main"))
	}
	if v := w.count(`SELECT service_version FROM application WHERE id = $1`, newID); v != 2 {
		t.Errorf("its version is %d", v)
	}
	for id, b := range map[uuid.UUID]*browser{draftID: draft, sentID: sent} {
		after := b.get(applicationPath(id, "/check")).Text(".govuk-summary-card")
		if after != before[id] || !strings.Contains(after, "Сколько копий") || !strings.Contains(after, "Вы ветеран войны?") {
			t.Errorf("was %q, is %q", before[id], after)
		}
	}
	if page := draft.get(applicationPath(draftID, "/steps/about")); !page.Has("[name=veteran]") {
		t.Error("the draft's page has lost a question")
	}
	draft.sign(draftID) // a veteran of version 1 pays nothing
	w.wantState(draftID, Submitted)
	if n := w.count(`SELECT count(*) FROM delivery WHERE application_id = $1 AND service_version = 1`, draftID); n != 1 {
		t.Errorf("%d deliveries of version 1", n)
	}
}

// The duty is explained before filing, and it is what is asked for.
func TestDutyIsExplained(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	for _, test := range []struct{ copies, veteran, says, why string }{
		{"2", "no", "К оплате: 200 ₽", ""},
		{"10", "no", "К оплате: 700 ₽", "Без скидки — 1 000 ₽, скидка 30 %. Основание: Больше четырёх копий"},
		{"10", "yes", "Платить не нужно", "Основание: Ветеран войны: статья 333.35"},
	} {
		b := w.browser("Смирнов", "Иван", "male")
		id, path := b.begin("copy")
		b.fill(path, map[string]string{"copies": test.copies, "veteran": test.veteran})
		page := b.get(applicationPath(id, "/check"))
		text := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(page.Text("#duty"))
		if !strings.Contains(text, test.says) || !strings.Contains(text, test.why) {
			t.Errorf("%s copies, veteran %s: %q", test.copies, test.veteran, text)
		}
		if !strings.Contains(page.Text("#declares"), "копии нужны мне самому") || !strings.Contains(page.Text("#answer-by"), "до ") {
			t.Error("what is signed, or when the answer comes, is not said")
		}
		b.sign(id)
		want := map[string]int{"К оплате: 200 ₽": 200_00, "К оплате: 700 ₽": 700_00}[test.says]
		if got := w.count(`SELECT coalesce(sum(amount), 0) FROM charge WHERE origin_id = $1`, id); got != want {
			t.Errorf("asked for %d kopecks, want %d", got, want)
		}
	}
}

// What a status does not allow is refused by the server, and not only left out of the page.
func TestStatusesAllow(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	b := w.browser("Смирнов", "Иван", "male")
	id, path := b.begin("copy")
	b.fill(path, map[string]string{"copies": "2", "veteran": "no"})
	if page := b.get(applicationPath(id, "")); page.Has("a[href=" + applicationPath(id, "/cancel") + "]") {
		t.Error("a draft that may not be withdrawn offers it")
	}
	b.bare(applicationPath(id, "/cancel"), url.Values{})
	w.wantState(id, Draft)
	b.sign(id)
	w.wantState(id, Paying)
	page := b.get(applicationPath(id, ""))
	if !strings.Contains(page.Text("#state-text"), "Изменить заявление уже нельзя") || !page.Has("#now") {
		t.Errorf("the page says %q", page.Text("main"))
	}
	if b.get(applicationPath(id, "/check")).Has("a[href*=steps]") {
		t.Error("the answers can be changed while the duty is awaited")
	}
	b.bare(path, url.Values{"copies": {"5"}, "veteran": {"no"}})
	b.bare(applicationPath(id, "/cancel"), url.Values{})
	w.wantState(id, Paying)
	if got := b.get(applicationPath(id, "/check")).Text(".govuk-summary-card"); !strings.Contains(got, "2") || strings.Contains(got, "5") {
		t.Errorf("the answers are %q", got)
	}
}

// Who has filed reads a day, and not a number of days.
func TestTermIsADay(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	b := w.browser("Смирнов", "Иван", "male")
	id, path := b.begin("copy")
	b.fill(path, map[string]string{"copies": "2", "veteran": "yes"})
	b.sign(id)
	w.wantState(id, Submitted)
	if got := b.get(applicationPath(id, "")).Text("#answer-by"); !strings.Contains(got, dateIn10Days(w)) {
		t.Errorf("the answer is promised %q", got)
	}
}

func dateIn10Days(w *world) string {
	return rus.FormatDate(catalog.Term{Count: 10, Unit: "working_days"}.Until(w.now()), i18n.RU)
}

// bare posts a form that no page offers.
func (b *browser) bare(path string, form url.Values) answer {
	b.w.t.Helper()
	form.Set("_csrf", b.get("/applications/new?service=copy").Form("main form").Values.Get("_csrf"))
	return b.do(http.MethodPost, path, form)
}
