package account

import (
	"strings"
	"unicode/utf8"
)

// passwordMax bounds the work of the hasher.
const passwordMax = 128

// passwordProblems returns the locale keys of the rules that a new password breaks: at least eight Latin characters, among
// them a small letter, a capital and a digit.
func passwordProblems(password string) []string {
	var keys []string
	var lower, upper, digit, foreign bool
	for _, r := range password {
		switch {
		case r >= 'a' && r <= 'z':
			lower = true
		case r >= 'A' && r <= 'Z':
			upper = true
		case r >= '0' && r <= '9':
			digit = true
		case r < ' ' || r > '~':
			foreign = true
		}
	}
	for _, rule := range []struct {
		broken bool
		key    string
	}{
		{utf8.RuneCountInString(password) < 8, "idp.password_short"},
		{len(password) > passwordMax, "idp.password_long"},
		{foreign, "idp.password_latin"},
		{!lower, "idp.password_lower"},
		{!upper, "idp.password_upper"},
		{!digit, "idp.password_digit"},
	} {
		if rule.broken {
			keys = append(keys, rule.key)
		}
	}
	return keys
}

// passwordText joins the broken rules to one message: a person mends them all at once.
func passwordText(t func(string, ...any) string, keys []string) string {
	texts := make([]string, len(keys))
	for i, key := range keys {
		texts[i] = t(key)
	}
	return strings.Join(texts, ". ")
}
