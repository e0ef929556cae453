package factor

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// The parameters that every app knows: RFC 6238 with HMAC-SHA-1, six digits, half a minute. Apps ignore others silently.
const (
	totpSecretSize = 20
	totpStep       = 30 * time.Second
	totpDrift      = 1 // steps that a phone's clock may be off
)

// secretText is how a secret is typed: base32 without padding.
var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTPSecret() []byte {
	raw := make([]byte, totpSecretSize)
	rand.Read(raw) // never fails: it ends the process instead
	return raw
}

// totpAt is the code of a time step (RFC 4226, section 5.3).
func totpAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(step)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return fmt.Sprintf("%06d", number%1_000_000)
}

func stepOf(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// matchTOTP returns the time step whose code was typed, the newest first, or 0.
func matchTOTP(secret []byte, typed string, now time.Time) int64 {
	found := int64(0)
	for drift := int64(-totpDrift); drift <= totpDrift; drift++ {
		step := stepOf(now) + drift
		if subtle.ConstantTimeCompare([]byte(totpAt(secret, step)), []byte(typed)) == 1 {
			found = step
		}
	}
	return found
}

// totpAddress is what the QR code holds (Google's key URI format, which all apps read).
func totpAddress(site, person string, secret []byte) string {
	query := url.Values{"secret": {secretText.EncodeToString(secret)}, "issuer": {site}}
	return "otpauth://totp/" + url.PathEscape(site+":"+person) + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// inGroups parts a text into groups of four: people read and type it so.
func inGroups(s string) string {
	var groups []string
	for len(s) > 4 {
		groups, s = append(groups, s[:4]), s[4:]
	}
	return strings.Join(append(groups, s), " ")
}

// digitsOf takes the blanks and dashes out of a typed code.
func digitsOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return 'x' // and so it fits nothing
	}, typed)
}
