package esia

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// urlToken is what .NET's HttpServerUtility.UrlTokenEncode makes: no padding, but its length as a digit.
func urlToken(raw []byte) string {
	s := base64.URLEncoding.EncodeToString(raw)
	bare := strings.TrimRight(s, "=")
	return bare + strconv.Itoa(len(s)-len(bare))
}

func readsAs(s string, raw []byte) bool {
	return slices.ContainsFunc(decodeSecret(s), func(read []byte) bool { return bytes.Equal(read, raw) })
}

// Each library writes base64 in its own way.
func TestBase64Habits(t *testing.T) {
	t.Parallel()
	for length := 1; length < 70; length++ {
		raw := make([]byte, length)
		for i := range raw {
			raw[i] = byte(0xfb + 7*i*length) // all characters of the alphabet, + and / too
		}
		std, safe := base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw)
		for name, s := range map[string]string{
			"standard": std, "standard unpadded": base64.RawStdEncoding.EncodeToString(raw),
			"url-safe": safe, "url-safe unpadded": base64.RawURLEncoding.EncodeToString(raw),
			"one of two paddings": strings.Replace(safe, "=", "", 1), "UrlTokenEncode": urlToken(raw),
			"plus lost": strings.ReplaceAll(std, "+", " "), "lines": strings.Join(slices.Collect(chunks(std, 20)), "\r\n"),
			"PEM": "-----BEGIN PKCS7-----\n" + std + "\n-----END PKCS7-----\n",
		} {
			if !readsAs(s, raw) {
				t.Errorf("%d bytes, %s: %q not read", length, name, s)
			}
		}
	}
	for _, s := range []string{"", "=", "!!!", strings.Repeat("A", maxSecret+1)} {
		if got := decodeSecret(s); got != nil {
			t.Errorf("%.20q was read", s)
		}
	}
}

func chunks(s string, n int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for ; len(s) > n; s = s[n:] {
			if !yield(s[:n]) {
				return
			}
		}
		yield(s)
	}
}

func FuzzBase64(f *testing.F) {
	f.Add([]byte("x"), "AQID0")
	f.Fuzz(func(t *testing.T, raw []byte, sent string) {
		decodeSecret(sent)
		readHash(sent)
		if len(raw) > 0 && len(raw) < 1000 && (!readsAs(urlToken(raw), raw) || !readsAs(base64.RawURLEncoding.EncodeToString(raw), raw)) {
			t.Errorf("%x is not read", raw)
		}
	})
}

func TestTimestamp(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for sent, now := range map[string]string{
		"2013.01.25 14:36:11 +0400":  "2013-01-25T10:36:11Z",
		"2013.01.25 14:36:11 +0000":  "2013-01-25T14:40:11Z",
		"2013.01.25 14:36:11 -0500":  "2013-01-25T19:36:11Z",
		"2013.01.25 14:36:11 +04:00": "2013-01-25T10:36:11Z",
		"2013.01.25 24:05:11 +0000":  "2013-01-25T00:05:11Z", // JavaScript's midnight begins the day
		"2013.01.31 24:00:10 +0000":  "2013-02-01T00:00:11Z", // the standard's ends it
		"2013.01.25 14:36:11  0400":  "2013-01-25T10:36:11Z", // the plus became a space
		"2013.01.25 14:36:11 0400":   "2013-01-25T10:36:11Z",
	} {
		if !timely(repairTimestamp(sent), at(now)) {
			t.Errorf("%q is not taken at %s", sent, now)
		}
	}
	for _, sent := range []string{"", "2013.01.25 14:36:11", "2013-01-25 14:36:11 +0400", "2013.01.25 25:36:11 +0400", "2013.13.25 14:36:11 +0400",
		"2013.01.25 14:25:11 +0400", "2013.01.25 14:47:11 +0400", "2013.01.25 14:36:11 +0300", strings.Repeat("2", 1000)} {
		if timely(repairTimestamp(sent), at("2013-01-25T10:36:11Z")) {
			t.Errorf("%q is taken", sent)
		}
	}
	if got := repairTimestamp("2013.01.25 14:36:11  0400"); got != "2013.01.25 14:36:11 +0400" {
		t.Errorf("repaired to %q: the signature is over the plus", got)
	}
}

func FuzzTimestamp(f *testing.F) {
	f.Add("2013.01.25 24:36:11 +0400")
	f.Fuzz(func(t *testing.T, sent string) {
		for _, when := range readTimestamp(repairTimestamp(sent)) {
			if when.Year() < -1 || when.Year() > 10000 {
				t.Errorf("%q is %v", sent, when)
			}
		}
	})
}

func TestCertificateHash(t *testing.T) {
	t.Parallel()
	want := bytes.Repeat([]byte{0xab}, 32)
	for _, s := range []string{strings.Repeat("ab", 32), strings.Repeat("AB", 32), strings.TrimSuffix(strings.Repeat("AB:", 32), ":"), " " + strings.Repeat("aB", 32) + "\n"} {
		if !bytes.Equal(readHash(s), want) {
			t.Errorf("%q is not read", s)
		}
	}
	for _, s := range []string{"", strings.Repeat("ab", 20), strings.Repeat("zz", 32)} { // SHA-1, and no hash at all
		if readHash(s) != nil {
			t.Errorf("%q is read", s)
		}
	}
}
