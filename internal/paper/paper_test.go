package paper

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tamga/internal/paper/papertest"
)

var at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func document(t *testing.T, fill func(*Document)) []byte {
	t.Helper()
	d := New(Head{Title: "Заявление", Lang: "ru", Foot: "№ 16-26", Page: "Страница %d из %s", At: at})
	fill(d)
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestLettersCanBeCopied(t *testing.T) {
	t.Parallel()
	const tatar = "Җәләлова Гөлнара Һади кызы, Яңа Үзән: әөүҗңһ ӘӨҮҖҢҺ"
	raw := document(t, func(d *Document) {
		d.Title("Регистрация брака")
		d.Row("Фамилия, имя, отчество", tatar)
		d.Row("Сумма", "350 ₽ № «Ёлка» — не отдана")
	})
	flat := papertest.Text(t, raw)
	for _, want := range []string{tatar, "350 ₽ № «Ёлка» — не отдана", "Регистрация брака", "Страница 1 из 1"} {
		if !strings.Contains(flat, strings.ReplaceAll(want, " ", "")) {
			t.Errorf("no %q in %q", want, flat)
		}
	}
	if len(raw) > 60_000 {
		t.Errorf("%d bytes for half a page", len(raw))
	}
}

// People type what their telephones offer.
func TestLettersThatTheFontHasNot(t *testing.T) {
	t.Parallel()
	flat := papertest.Text(t, document(t, func(d *Document) {
		d.Title("Ответ 🏛")
		d.Row("Ответ 😀", "до 👨‍👩‍👧 после\u202e \U0010FFFF, 中文")
	}))
	if !strings.Contains(flat, "до") || !strings.Contains(flat, "после") {
		t.Errorf("the paper says %q", flat)
	}
}

func TestLongPapersGoOn(t *testing.T) {
	t.Parallel()
	raw := document(t, func(d *Document) {
		for range 40 {
			d.Section("Ребёнок")
			d.Row("Адрес", strings.Repeat("Казань, улица Баумана, дом 1. ", 12))
		}
		d.Row("Длинный ответ", strings.Repeat("Очень длинный ответ. ", 600))
		d.Text("Конец")
	})
	text := papertest.Text(t, raw)
	if n := strings.Count(text, "Ребёнок"); n != 40 || !strings.Contains(text, "Конец") {
		t.Errorf("%d of 40 sections", n)
	}
	if n := strings.Count(text, "Оченьдлинныйответ."); n != 600 {
		t.Errorf("%d of 600 sentences", n)
	}
	if !strings.Contains(text, "Страница8из") {
		t.Error("everything stands on one page")
	}
}

func TestSamePaperSameBytes(t *testing.T) {
	t.Parallel()
	fill := func(d *Document) { d.Row("Имя", "Әминә") }
	if !bytes.Equal(document(t, fill), document(t, fill)) {
		t.Error("two papers of one text differ")
	}
}
