package rus

import "fmt"

// FormatError says what is wrong with a typed value. It is meant for the person who typed it.
type FormatError struct {
	Key  string // a key of frontend/locales/*/rus.yaml
	Args []any  // values for the verbs of the text
}

// Error returns the key and the arguments, for logs; people see the text of the key.
func (e *FormatError) Error() string {
	if len(e.Args) == 0 {
		return e.Key
	}
	return fmt.Sprint(append([]any{e.Key, " "}, e.Args...)...)
}

// fail makes the error of a key. Keys are always written out in full at the call, so that a test can find them.
func fail(key string, args ...any) error {
	return &FormatError{Key: key, Args: args}
}
