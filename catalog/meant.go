package catalog

import (
	"fmt"
	"slices"
)

// meant ends a message about an unknown word with the known one that looks most like it, if any does.
func meant(word string, known []string) string {
	best, least := "", len([]rune(word))/3+1
	sorted := slices.Sorted(slices.Values(known)) // of two equally near words always the same one
	for _, one := range sorted {
		if d := lettersApart(word, one); d <= least && d < len([]rune(one)) && (best == "" || d < least) {
			best, least = one, d
		}
	}
	if best == "" || best == word {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// lettersApart counts the letters to add, drop, change or swap to make b of a.
func lettersApart(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for k := range rows[0] {
		rows[0][k] = k
	}
	for i := 1; i <= len(x); i++ {
		for k := 1; k <= len(y); k++ {
			change := 1
			if x[i-1] == y[k-1] {
				change = 0
			}
			rows[i][k] = min(rows[i-1][k]+1, rows[i][k-1]+1, rows[i-1][k-1]+change)
			if i > 1 && k > 1 && x[i-1] == y[k-2] && x[i-2] == y[k-1] {
				rows[i][k] = min(rows[i][k], rows[i-2][k-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}
