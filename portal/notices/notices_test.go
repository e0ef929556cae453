package notices

import (
	"slices"
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

// TestTold: an address of ours at the end is a link with the words before it, several lines of them too; any other text stays as it was sent.
func TestTold(t *testing.T) {
	t.Parallel()
	const site = "http://p.test"
	for text, want := range map[string][]string{
		"Заявление принято. Подробнее: http://p.test/applications/1":                                    {"Заявление принято.", "Подробнее /applications/1"},
		"Можно подписывать. Срок до 23 ноября, 23:35: http://p.test/a/1":                                {"Можно подписывать. Срок до 23 ноября, 23:35.", " /a/1"},
		"Ждёт вас до завтра. http://p.test/a/1":                                                         {"Ждёт вас до завтра.", " /a/1"},
		"Оплата прошла.\nСумма: 5 ₽\n\nКвитанция: http://p.test/a/1\nПроверить: http://p.test/receipts": {"Оплата прошла.\nСумма: 5 ₽", "Квитанция /a/1", "Проверить /receipts"},
		"См. http://p.test/a/1 завтра\nПроверить: http://p.test/receipts":                               {"См. http://p.test/a/1 завтра\nПроверить: http://p.test/receipts", " /a/1"},
		"Квитанция: http://p.test/a/1":                                                                  {"Квитанция.", " /a/1"},
		"Подробнее: http://other.test/x":                                                                {"Подробнее: http://other.test/x"},
		"Оплачено 350 ₽": {"Оплачено 350 ₽"},
	} {
		words, links := told(text, site)
		got := []string{words}
		for _, l := range links {
			got = append(got, l.Text+" "+l.Href)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q", text, got)
		}
	}
}
