package applications

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/internal/paper/papertest"
)

// printed asks for the paper and returns its text without spaces, "" when it is refused.
func (b *browser) printed(id uuid.UUID) (status int, text string) {
	b.w.t.Helper()
	req := httptest.NewRequest(http.MethodGet, applicationPath(id, "/print.pdf"), nil)
	if b.p != nil {
		req.Header.Set("X-Person", b.p.ID.String())
	}
	res, err := b.w.app.Test(req, -1)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		return res.StatusCode, ""
	}
	if !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") || res.Header.Get("Content-Type") != "application/pdf" {
		b.w.t.Errorf("sent as %v", res.Header)
	}
	return res.StatusCode, papertest.Text(b.w.t, raw)
}

func TestPaperOfAnApplication(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	b := w.browser("Җәләлова", "Гөлнара", "female")
	id, path := b.begin("copy")
	if status, _ := b.printed(id); status != http.StatusConflict {
		t.Errorf("half an application is printed: %d", status)
	}
	b.fill(path, map[string]string{"copies": "17", "veteran": "yes"})
	if status, text := b.printed(id); status != http.StatusOK || !strings.Contains(text, "Черновикзаявления") || strings.Contains(text, "электроннаяподпись") {
		t.Errorf("a draft: %d %s", status, text)
	}
	b.sign(id)
	w.wantState(id, Submitted)
	var number string
	var hash []byte
	if err := w.db.QueryRow(t.Context(), `SELECT number, hash FROM application WHERE id = $1`, id).Scan(&number, &hash); err != nil {
		t.Fatal(err)
	}
	_, text := b.printed(id)
	for _, want := range []string{"Заявление№" + number, "ҖәләловаГөлнара", "Сколькокопий", "17", "УправлениеЗАГС", hex.EncodeToString(hash),
		"Подтверждаю,чтокопиинужнымнесамому", "Простаяэлектроннаяподпись", "Ветеранвойны", "Ответ—до"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper does not say %q: %s", want, text)
		}
	}
	if !b.get(applicationPath(id, "")).Has("a#print") {
		t.Error("no link to the paper")
	}
	if status, _ := w.browser("Чужой", "Иван", "male").printed(id); status != http.StatusNotFound {
		t.Errorf("a stranger gets %d", status)
	}
	if status, _ := (&browser{w: w}).printed(id); status == http.StatusOK {
		t.Error("nobody gets the paper")
	}
}
