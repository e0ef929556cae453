package support

import (
	"testing"

	"tamga/internal/i18n"
)

func TestFindAnswersByForeignForms(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"забыла пароль":         "/questions/account#forgot-password",
		"вернуть пошлину":       "/questions/payment#refund",
		"пошлинаны кайтарырга":  "/questions/payment#refund",
		"forgot my password":    "/questions/account#forgot-password",
		"терминал талон":        "/questions/terminal#terminal-silent",
		"регистрация брака":     "",
		"детское пособие":       "",
		"загранпаспорт ребёнку": "",
		"":                     "",
		"оплатить штраф ГИБДД": "",
		"как поменять фамилию": "",
		"перенести время приёма": "/questions/visit#change-time",
	} {
		got := ""
		if found := Find(query, i18n.RU, 3); len(found) > 0 {
			got = found[0].Href
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
}
