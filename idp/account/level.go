package account

import "slices"

// Level says how far a person is known.
type Level string

// The levels, lowest first.
const (
	Simplified Level = "simplified" // a phone and a name that nobody has checked
	Standard   Level = "standard"   // personal data found in two state registers
	Confirmed  Level = "confirmed"  // identity document shown in person
)

// Levels lists them, lowest first.
var Levels = []Level{Simplified, Standard, Confirmed}

// ACRPrefix begins the level's name as an authentication context class of OpenID Connect.
const ACRPrefix = "urn:tamga:level:"

// ACR is the level as a claim.
func (l Level) ACR() string { return ACRPrefix + string(l) }

// Known tells whether there is such a level.
func (l Level) Known() bool { return slices.Contains(Levels, l) }

// AtLeast tells whether l is o or higher. Every level is at least the empty one.
func (l Level) AtLeast(o Level) bool {
	return slices.Index(Levels, l) >= slices.Index(Levels, o)
}
