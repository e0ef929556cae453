package support

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tamga/internal/i18n"
)

// Answer is a question of the knowledge base, as a search finds it.
type Answer struct{ Question, Answer, Href string }

// Find returns the questions that people ask often and that a query is about, the nearest first. Words count in whichever language
// they are, without their endings.
func Find(query string, lang i18n.Lang, most int) []Answer {
	list, err := knowledge()
	words := stems(query)
	if err != nil || len(words) == 0 {
		return nil
	}
	type hit struct {
		entry entry
		score int
	}
	var hits []hit
	for _, e := range list {
		asked := stems(e.Question.RU + " " + e.Question.TT + " " + e.Question.EN)
		said := stems(e.Answer.RU + " " + e.Answer.TT + " " + e.Answer.EN)
		found, score := 0, 0
		for _, word := range words {
			switch {
			case has(asked, word):
				found, score = found+1, score+3
			case has(said, word):
				found, score = found+1, score+1
			}
		}
		if score >= 3 && 2*found > len(words) {
			hits = append(hits, hit{e, score})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	var answers []Answer
	for _, h := range hits[:min(len(hits), most)] {
		answers = append(answers, Answer{h.entry.Question.In(lang), h.entry.Answer.In(lang), "/questions/" + h.entry.Topic + "#" + h.entry.ID})
	}
	return answers
}

// stems are the words of a text that mean something, folded and cut to what their forms share.
func stems(text string) (list []string) {
	for _, word := range strings.FieldsFunc(strings.ReplaceAll(strings.ToLower(text), "ё", "е"), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if n := utf8.RuneCountInString(word); n >= 4 {
			list = append(list, string([]rune(word)[:max(4, min(n-2, 6))]))
		}
	}
	return list
}

// has tells whether one of the stems is the word's, the shorter being the beginning of the longer.
func has(list []string, word string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.HasPrefix(one, word) || strings.HasPrefix(word, one) })
}
