package notices

import (
	"testing"

	"tamga/frontend"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []interface{ Check(*frontend.Pages) error }{listTemplate, settingsTemplate} {
		if err := page.Check(pages); err != nil {
			t.Error(err)
		}
	}
}

func TestLinkIn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"Готово: http://p.test/applications/1. Ждём": "/applications/1", "http://other.test/x": "", "нет": ""} {
		if got := linkIn(text, "http://p.test"); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestTold: an address of ours at the end is a link with the words before it; any other text stays as it was sent.
func TestTold(t *testing.T) {
	t.Parallel()
	const site = "http://p.test"
	for text, want := range map[string][2]string{
		"Заявление принято. Подробнее: http://p.test/applications/1":      {"Заявление принято.", "Подробнее"},
		"Можно подписывать. Срок до 23 ноября, 23:35: http://p.test/a/1":  {"Можно подписывать. Срок до 23 ноября, 23:35.", ""},
		"Ждёт вас до завтра. http://p.test/a/1":                           {"Ждёт вас до завтра.", ""},
		"Квитанция: http://p.test/a/1\nПроверить: http://p.test/receipts": {"Квитанция: http://p.test/a/1\nПроверить: http://p.test/receipts", ""},
		"Подробнее: http://other.test/x":                                  {"Подробнее: http://other.test/x", ""},
		"Оплачено 350 ₽": {"Оплачено 350 ₽", ""},
	} {
		if words, does := told(text, site); words != want[0] || does != want[1] {
			t.Errorf("%q: %q, %q", text, words, does)
		}
	}
}
