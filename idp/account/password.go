package account

import (
	"context"
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// passwordMax bounds the work of the hasher.
const passwordMax = 128

// commonWords are what the most common passwords are made of, one a line.
//
//go:embed password_common.txt
var commonWords string

// frequentPasswords are those that leaks are full of.
//
//go:embed password_frequent.txt
var frequentPasswords string

var common = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool, 16_000)
	for _, list := range []string{commonWords, frequentPasswords} {
		for line := range strings.Lines(list) {
			if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "# ") {
				words[word] = true
			}
		}
	}
	return words
})

// isCommon tells whether a password is among those that are tried first: a common word as it is, or dressed up to satisfy the
// rules with a capital, and with digits or signs around it ("Qwerty123", "1Gfhjkm!").
func isCommon(password string) bool {
	whole := strings.ToLower(password)
	core := strings.TrimFunc(whole, func(r rune) bool { return r < 'a' || r > 'z' })
	words := common()
	return words[whole] || words[core] || words[undisguise.Replace(whole)] || words[undisguise.Replace(core)]
}

// undisguise reads the signs that stand for letters.
var undisguise = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// PasswordProblems returns the locale keys of the rules that a new password breaks: at least eight Latin characters, among them a
// small letter, a capital and a digit, and not one that everybody takes.
func PasswordProblems(password string) []string { return passwordProblems(password) }

// PasswordText joins the broken rules to one message.
func PasswordText(t func(string, ...any) string, keys []string) string { return passwordText(t, keys) }

// SetPassword replaces an account's password by one that was hashed before: no transaction waits for a hasher.
func SetPassword(ctx context.Context, d db.DB, id uuid.UUID, hash string) error {
	return setPassword(ctx, d, id, hash)
}

// PasswordFits tells whether the password is the account's.
func PasswordFits(ctx context.Context, d db.DB, hasher *secret.Hasher, id uuid.UUID, password string) (bool, error) {
	hash, err := passwordOf(ctx, d, id)
	if err != nil {
		return false, err
	}
	if len(password) > passwordMax {
		password = ""
	}
	fits, _, err := hasher.Verify(ctx, hash, password)
	return fits, err
}

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
		{isCommon(password), "idp_safety.password_common"},
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
