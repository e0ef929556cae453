package catalog

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTableOfSources: docs/catalog.md says of every value of parameters.yaml how it is known, and of none that is not there.
func TestTableOfSources(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## 7. ")
	values := 0
	for _, p := range load(t).Parameters() {
		for _, v := range p.Values {
			values++
			row := fmt.Sprintf("| %s | %s | ", v.From, v.Source)
			found := false
			for line := range strings.Lines(table) {
				if strings.HasPrefix(line, "| `"+p.Name+"` | ") && strings.Contains(line, row) {
					found = strings.Contains(line, "| прочитано | ") || strings.Contains(line, "| по памяти | ") || strings.Contains(line, "| учебное | ")
				}
			}
			if !found {
				t.Errorf("docs/catalog.md, section 7, has no line of %s from %s (%s)", p.Name, v.From, v.Source)
			}
		}
	}
	if lines := strings.Count(table, "\n| `"); lines != values {
		t.Errorf("%d lines for %d values", lines, values)
	}
}
