package account

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Methods by which a person proves to be the one: authentication method references of RFC 8176, and ESIA's DS.
const (
	MethodPassword  = "pwd"
	MethodSMS       = "sms"
	MethodTOTP      = "otp"
	MethodPasskey   = "hwk"
	MethodPresence  = "user"
	MethodQR        = "qr" // from a phone that was signed in already; no value of RFC 8176
	MethodSignature = "DS"
	methodMultiple  = "mfa"
)

// SignIn is a person signed in at one browser.
type SignIn struct {
	ID              uuid.UUID // sid towards clients
	AccountID       uuid.UUID
	Methods         []string
	StartedAt       time.Time
	AuthenticatedAt time.Time // the last proof: auth_time towards clients
	SeenAt          time.Time
	EndsAt          time.Time
	Device          string // User-Agent
	Address         string
	ActingOID       *int64 // organisation in whose name the person acts
}

// PastSignIn is a sign-in that may be over.
type PastSignIn struct {
	SignIn
	EndedAt *time.Time // nil when nobody ended it; it may still have run out
}

// Live tells whether the session still signs its browser in.
func (s *PastSignIn) Live(now time.Time) bool {
	return s.EndedAt == nil && s.EndsAt.After(now) && now.Sub(s.SeenAt) < sessionIdle
}

// AMR are the methods as clients see them, with "mfa" when they are proofs of two kinds.
func (s *SignIn) AMR() []string {
	if s.Strong() {
		return append(slices.Clone(s.Methods), methodMultiple)
	}
	return s.Methods
}

// Strong tells whether the person gave proofs of two kinds: something known and something held, or a passkey that asked for
// a finger or a PIN by itself.
func (s *SignIn) Strong() bool {
	held := slices.ContainsFunc(s.Methods, func(m string) bool { return m != MethodPassword && m != MethodPresence && m != MethodQR })
	return held && (slices.Contains(s.Methods, MethodPassword) || slices.Contains(s.Methods, MethodPresence) ||
		slices.Contains(s.Methods, MethodSignature))
}

// deviceMax is the longest User-Agent that is kept.
const deviceMax = 400

// shortDevice makes a header's value fit for a row: valid, without control characters, not endless.
func shortDevice(agent string) string {
	agent = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError {
			return -1
		}
		return r
	}, agent)
	for utf8.RuneCountInString(agent) > deviceMax {
		agent = string([]rune(agent)[:deviceMax])
	}
	return agent
}
