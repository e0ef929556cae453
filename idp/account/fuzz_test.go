package account

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"tamga/internal/secret"
)

// FuzzEmail: an address goes into the head of a letter.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"a@b.example", "A <a@b.example>", "a@b.example\r\nBcc: c@d.example", `"a b"@c.example`, "a@пример.рф"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := parseEmail(typed)
		if err != nil {
			return
		}
		if _, err := mail.ParseAddress(got); err != nil || strings.ContainsAny(got, "\r\n\x00,<>") || len(got) > 254 {
			t.Fatalf("%q is taken as %q", typed, got)
		}
		if again, err := parseEmail(got); err != nil || again != got {
			t.Fatalf("%q becomes %q, which becomes %q, %v", typed, got, again, err)
		}
	})
}

// FuzzIdentifier: what is typed as a login is one account's name for the limits, however it is written.
func FuzzIdentifier(f *testing.F) {
	box, err := secret.NewBox(bytes.Repeat([]byte("k"), secret.KeySize))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"8 (917) 200-00-01", "112-112-445 75", "A@B.example", "11211244575", "", "@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		i := readIdentifier(box, typed)
		if i.Phone != nil && readIdentifier(box, *i.Phone).name(box, *i.Phone) != i.name(box, typed) {
			t.Fatalf("%q has two counts", typed)
		}
		if i.Email != nil && (i.Phone != nil || i.SNILSKey != nil) {
			t.Fatalf("%q is an address and a number", typed)
		}
	})
}

// FuzzDevice: the User-Agent of anybody is kept with a session and shown.
func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0\x00\xff\r\n")
	f.Add(strings.Repeat("ә", 1000))
	f.Fuzz(func(t *testing.T, agent string) {
		got := shortDevice(agent)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > deviceMax || strings.ContainsAny(got, "\x00\r\n") {
			t.Fatalf("%q is kept as %q", agent, got)
		}
	})
}
