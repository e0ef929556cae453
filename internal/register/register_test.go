package register

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/rus"
)

func TestBanksPassTheArithmetic(t *testing.T) {
	t.Parallel()
	if len(banks) < 30 || len(banks) != strings.Count(banksText, "\n") {
		t.Errorf("%d banks of %d lines", len(banks), strings.Count(banksText, "\n"))
	}
	for bik, b := range banks {
		if _, err := rus.Account(bik, b.Correspondent); err != nil || b.Name == "" || b.City == "" {
			t.Errorf("%s %s: %v", bik, b.Name, err)
		}
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ in, typed, want string }{
		{"", "каз", "Казань"},
		{"", "г. КАЗ", "Казань"},
		{"", "челны", "Набережные Челны"},
		{"", "наб. чел", "Набережные Челны"},
		{"", "Әлмәт", ""},
		{"", "Базарные", "Базарные Матаки"},
		{"Казань", "баум", "улица Баумана"},
		{"г.Казань", "ул. Баум", "улица Баумана"},
		{"казань", "королева", "улица Академика Королёва"},
		{"Казань", "пр-т победы", "проспект Победы"},
		{"Набережные Челны", "сююм", "проспект Сююмбике"},
		{"Нижнекамск", "хим", "проспект Химиков"},
		{"Москва", "арбат", ""},
	} {
		got := Localities(test.typed, 8)
		if test.in != "" {
			got = Streets(test.in, test.typed, 8)
		}
		if test.want == "" && len(got) > 0 || test.want != "" && (len(got) == 0 || got[0] != test.want) {
			t.Errorf("%q in %q: %q, want %q", test.typed, test.in, got, test.want)
		}
	}
	if got := Streets("Казань", "а", 8); len(got) != 8 {
		t.Errorf("%d suggestions", len(got))
	}
}

func TestRegisterOfPlaces(t *testing.T) {
	t.Parallel()
	districts := map[string]bool{}
	for _, l := range tatarstan.localities {
		districts[l.District] = true
		if len(l.streets) < 4 || l.Kind == "" || !strings.HasPrefix(l.Index, "42") {
			t.Errorf("%+v", l)
		}
		var names []string
		for _, s := range l.streets {
			if slices.Contains(names, s.name) || strings.Join(strings.Fields(s.name), " ") != s.name {
				t.Errorf("%s: street %q", l.Name, s.name)
			}
			names = append(names, s.name)
		}
	}
	if len(districts) != 45 {
		t.Errorf("%d districts, want 43 and two cities", len(districts))
	}
	if l, ok := FindLocality("г.Казань"); !ok || l.Name != "Казань" {
		t.Errorf("%+v", l)
	}
	if _, ok := FindLocality("Усады"); ok {
		t.Error("one of two villages is taken for the other")
	}
}

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Address{
		"420111, Республика Татарстан, г. Казань, ул. Баумана, д. 1, кв. 5": {"420111", "Казань", "улица Баумана", "1", "5"},
		"Казань, Баумана, 1":                                  {"", "Казань", "улица Баумана", "1", ""},
		"г.Набережные Челны, пр. Мира, д 12/3а, кв 7":         {"", "Набережные Челны", "проспект Мира", "12/3а", "7"},
		"РТ, Лаишевский район, Лаишево, Ленина, дом 3 корп 2": {"", "Лаишево", "улица Ленина", "3 корп 2", ""},
		"Казань, СНТ «Волга», участок 12":                     {},
		"Москва, Арбат, 1":                                    {},
		"Казань, Баумана":                                     {},
		"":                                                    {},
	} {
		got, ok := ParseAddress(in)
		if ok != (want != Address{}) || ok && got != want {
			t.Errorf("%q: %+v, %t", in, got, ok)
		}
	}
}

func TestSuggestionsOverHTTP(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	(&Handler{}).Mount(app)
	for address, want := range map[string]int{
		"/suggest/locality?q=" + url.QueryEscape("каз"):                                     1,
		"/suggest/street?q=" + url.QueryEscape("баум") + "&in=" + url.QueryEscape("Казань"): 1,
		"/suggest/bank?q=049205603":                       1,
		"/suggest/bank?q=1":                               0,
		"/suggest/locality?q=" + strings.Repeat("a", 500): 0,
	} {
		res, err := app.Test(httptest.NewRequest("GET", address, nil))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var names []string
		if err := json.NewDecoder(res.Body).Decode(&names); err != nil || len(names) != want || res.Header.Get("Cache-Control") != "public, max-age=86400" {
			t.Errorf("%s: %d %q, %v", address, res.StatusCode, names, err)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add("420111, Татарстан, г. Казань, ул. Баумана, д. 1, кв. 5")
	f.Fuzz(func(t *testing.T, line string) {
		a, ok := ParseAddress(line)
		if ok && (a.Locality == "" || a.House == "") {
			t.Fatalf("%q: %+v", line, a)
		}
		Localities(line, 3)
	})
}
