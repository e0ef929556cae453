package applications

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// allFields is a service with every type of question on one page, as a methodologist would ask them.
func allFields() string {
	var b strings.Builder
	b.WriteString(serviceHead("all-fields", "zags", "Все поля", "Барлык кырлар", "All fields") + `  - id: all
    title: *t
    questions:
`)
	for _, q := range []struct{ id, typ, label, more string }{
		{"who", "names", "Ваше имя", "prefill: me"}, {"born", "date", "Дата рождения", "past: true"},
		{"doc", "passport", "Паспорт", ""}, {"home", "address", "Адрес регистрации", ""}, {"kid", "child", "Ребёнок", ""},
		{"wife", "spouse", "Супруг или супруга", "without: [snils]"}, {"firm", "organisation", "Организация", ""},
		{"pay_to", "bank_account", "Куда перечислить деньги", ""}, {"scans", "file", "Скан договора", "count: 3"},
		{"plate", "plate", "Номер машины", ""}, {"sts", "sts", "Свидетельство о регистрации", ""},
		{"licence", "driving_licence", "Водительское удостоверение", ""}, {"oms", "oms_policy", "Полис ОМС", ""},
		{"land", "cadastral", "Кадастровый номер", ""}, {"phone", "phone", "Телефон", "prefill: phone"}, {"email", "email", "Электронная почта", "optional: true"},
		{"income", "money", "Доход семьи", ""}, {"office", "office", "Отделение", ""}, {"agree", "consent", "Согласен на обработку данных", ""},
	} {
		more := ""
		if q.more != "" {
			more = ", " + q.more
		}
		fmt.Fprintf(&b, "      - {id: %s, type: %s, label: {ru: %q, tt: %q, en: %q}%s}\n", q.id, q.typ, q.label, q.label, q.label, more)
	}
	return b.String()
}

// Every field is named and described, every message stands beside its field and leads to it, and what was typed stays.
func TestPageOfAllFields(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	_, path := p.begin("all-fields")
	page := p.get(path)
	shot(t, page, "fields")
	wellFormed(t, page)
	typed := map[string]string{"home-locality": "г.казань", "kid-last_name": "Garipov7", "plate": "номер", "pay_to-bik": "044525225",
		"pay_to-account": "2202201234567890", "born-day": "31", "born-month": "апреля", "born-year": "1990", "phone": "12", "who-middle_name": ""}
	page = p.attach(page, typed, "", upload{"scans", "договор аренды квартиры.pdf", "application/pdf", aPDF("")},
		upload{"scans", "page.html", "text/html", []byte("<html>")})
	if page.status != 422 {
		t.Fatalf("%d", page.status)
	}
	shot(t, page, "fields-wrong")
	wellFormed(t, page)
	for name, value := range typed {
		if got := page.Attr("[name="+name+"]", "value"); value != "" && got != value {
			t.Errorf("%s: typed %q, shown %q", name, value, got)
		}
	}
	if n := len(page.Texts(".govuk-error-summary__list li")); n < 25 {
		t.Errorf("%d mistakes are named", n)
	}
	for _, href := range page.Attrs(".govuk-error-summary__list a", "href") {
		id := strings.TrimPrefix(href, "#")
		if !page.Has("input#"+id) && !page.Has("textarea#"+id) && !page.Has("select#"+id) {
			t.Errorf("the summary leads to %s, which cannot have focus", href)
		}
	}
	for _, lang := range []string{"tt", "en"} {
		other := p.get(path + "?lang=" + lang)
		if words := other.Words(); strings.Contains(words, "catalog_fields") || strings.Contains(words, "%!") {
			t.Errorf("%s: %s", lang, words)
		}
	}
}

// wellFormed checks what a screen reader needs: ids that exist once, a label for each input, descriptions that are there.
func wellFormed(t *testing.T, page answer) {
	t.Helper()
	var ids []string
	for _, tag := range []string{"input", "textarea", "select", "div", "p", "fieldset", "form", "h1", "h2"} {
		ids = append(ids, page.Attrs(tag+"[id]", "id")...)
	}
	slices.Sort(ids)
	if unique := slices.Compact(slices.Clone(ids)); len(unique) != len(ids) {
		t.Errorf("an id is there twice: %q", ids)
	}
	labels := page.Attrs("label", "for")
	for _, tag := range []string{"input", "textarea", "select", "fieldset"} {
		for _, list := range page.Attrs(tag+"[aria-describedby]", "aria-describedby") {
			for _, id := range strings.Fields(list) {
				if !slices.Contains(ids, id) {
					t.Errorf("a %s is described by %q, which is not there", tag, id)
				}
			}
		}
		for _, id := range page.Attrs(tag+"[id]", "id") {
			if tag != "fieldset" && !slices.Contains(labels, id) && strings.Trim(id, "0123456789") != "" && page.Attr(tag+"#"+id, "type") != "hidden" {
				t.Errorf("%s#%s has no label", tag, id)
			}
		}
	}
}

// shot leaves the page for a browser to look at, where TAMGA_SHOTS names a folder.
func shot(t *testing.T, page answer, name string) {
	t.Helper()
	dir := os.Getenv("TAMGA_SHOTS")
	if dir == "" {
		return
	}
	assets, err := filepath.Abs("../frontend/static")
	if err != nil {
		t.Fatal(err)
	}
	html := strings.ReplaceAll(page.String(), `"/assets/`, `"file://`+assets+`/`)
	if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(html), 0o600); err != nil {
		t.Fatal(err)
	}
}
