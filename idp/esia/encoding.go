package esia

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// maxSecret is the longest client_secret: a CMS message with a chain of certificates and some air.
const maxSecret = 24 << 10

// decodeSecret reads base64 in all the habits of ESIA's clients: either alphabet, full, partial or no padding, PEM armour, line
// breaks, a plus that became a space, and .NET's UrlTokenEncode, which appends the number of padding characters as a digit.
// That digit cannot always be told from a letter of the text, so there may be two readings.
func decodeSecret(s string) [][]byte {
	if len(s) > maxSecret {
		return nil
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		case ' ':
			return '+'
		case '\r', '\n', '\t':
			return -1
		}
		return r
	}, withoutArmour(s))
	s = strings.TrimRight(s, "=")
	if s == "" {
		return nil
	}
	var read [][]byte
	if raw, err := base64.RawStdEncoding.DecodeString(s); err == nil {
		read = append(read, raw)
	}
	if last := len(s) - 1; strings.IndexByte("012", s[last]) == (4-last%4)%4 {
		if raw, err := base64.RawStdEncoding.DecodeString(s[:last]); err == nil && len(raw) > 0 {
			read = append(read, raw)
		}
	}
	return read
}

// withoutArmour takes the lines off that begin and end a PEM block.
func withoutArmour(s string) string {
	if s = strings.Trim(s, "\r\n\t"); !strings.HasPrefix(s, "-----BEGIN") { // a space may be a plus
		return s
	}
	if _, after, found := strings.Cut(s[len("-----BEGIN"):], "-----"); found {
		s = after
	}
	s, _, _ = strings.Cut(s, "-----END")
	return s
}

// readHash reads a certificate's hash: hexadecimal in either case, with or without colons. It is nil when it is no hash.
func readHash(s string) []byte {
	if len(s) > 256 {
		return nil
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(s), ":", ""))
	if err != nil || len(raw) != 32 && len(raw) != 64 {
		return nil
	}
	return raw
}

// readBase64 reads base64 of either alphabet, padded or not. It is nil when it is none.
func readBase64(s string) []byte {
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/", " ", "+").Replace(strings.TrimSpace(s)), "=")
	raw, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return raw
}
