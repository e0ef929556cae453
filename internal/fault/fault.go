// Package fault is the one vocabulary of errors that a reader may see.
//
// A store or a rule returns New(kind, key); web.ErrorHandler is the only code that turns a kind into an HTTP status and a
// key into a sentence in the reader's language. Any other error is ours: it is logged with its chain and shown as
// "temporarily unavailable" with the request's id.
package fault

// Kind says what went wrong in terms that a caller can act on.
type Kind string

// The kinds. Each has exactly one HTTP status, in web.
const (
	Invalid     Kind = "invalid"     // what was sent cannot be understood
	SignIn      Kind = "sign_in"     // nobody is signed in, or the session has ended
	Forbidden   Kind = "forbidden"   // signed in, and not allowed
	NotFound    Kind = "not_found"   // no such thing, or not this reader's
	Conflict    Kind = "conflict"    // somebody, or another tab, was here first
	TooMany     Kind = "too_many"    // a rate limit
	Unavailable Kind = "unavailable" // an outside system does not answer
)

// Error makes a Kind usable with errors.Is.
func (k Kind) Error() string { return string(k) }

// Error is a fault that may be shown: Key is a locale key, Args fill its verbs.
type Error struct {
	Kind Kind
	Key  string
	Args []any
}

// New returns a fault of kind whose text is found under the locale key.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

func (e *Error) Error() string { return string(e.Kind) + ": " + e.Key }

// Unwrap lets errors.Is(err, fault.NotFound) see the kind.
func (e *Error) Unwrap() error { return e.Kind }
