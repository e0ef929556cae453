package payments

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"tamga/internal/rus"
)

// Found is a payment as staff see it.
type Found struct {
	Receipt   string
	State     State
	Amount    int64
	Received  *int64
	Reason    string
	CreatedAt time.Time
	PaidAt    *time.Time
	Refund    *time.Time // since when the money is to be returned, though it was owed when it came
	Purpose   string
	UIN       string
	Payer     uuid.UUID
	Name      string // as the payer wrote it
}

// lookupCap is how many rows of one name are read at most. Sorting more of them by date would make the page slow exactly for
// the names that everybody has; the clerk is told to add initials instead.
const (
	lookupCap  = 2001
	lookupShow = 50
)

// span is a range of folded words in bytes: from <= word < to. Ranges, because LIKE with a parameter loses the index as soon
// as the server plans the statement for all parameters at once.
type span struct{ from, to string }

var anyWord = span{"", string(utf8.MaxRune)}

// nameQuery is one way to read what was typed: the surname whole, the others whole, by an initial, or any.
type nameQuery struct {
	last          string
	first, middle span
}

// nameQueries reads a name in the orders that people write it in: surname first, as papers do, then surname last. One letter is
// an initial.
func nameQueries(typed string) []nameQuery {
	words := rus.SplitFullName(typed)
	switch n := len(words); {
	case n == 0:
		return nil
	case n == 1:
		return []nameQuery{{words[0], anyWord, anyWord}}
	default:
		var queries []nameQuery
		if !initial(words[0]) {
			queries = append(queries, nameQuery{words[0], spanOf(words[1:2]), spanOf(words[2:])})
		}
		if !initial(words[n-1]) {
			queries = append(queries, nameQuery{words[n-1], spanOf(words[:1]), spanOf(words[1 : n-1])})
		}
		return queries
	}
}

func initial(word string) bool { return utf8.RuneCountInString(word) == 1 }

// spanOf matches the words and what begins with them: "фарит" also finds "фарит кызы", and "и" every name on и.
func spanOf(words []string) span {
	if len(words) == 0 {
		return anyWord
	}
	text := strings.Join(words, " ")
	if !initial(words[len(words)-1]) {
		return span{text, text + "!"} // '!' follows the space, so the range holds the words alone or with further ones
	}
	last, size := utf8.DecodeLastRuneInString(text)
	return span{text, text[:len(text)-size] + string(last+1)}
}

// looksLikeNumber tells a receipt number from a name: a name has no digits.
func looksLikeNumber(typed string) bool { return strings.ContainsAny(typed, "0123456789") }
