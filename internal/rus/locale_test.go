package rus

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// Every key in the code has a text in every language, and every text is used.
func TestKeysHaveTexts(t *testing.T) {
	t.Parallel()
	used := usedKeys(t)
	verbs := map[string]int{}
	for _, lang := range []string{"ru", "tt", "en"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "frontend", "locales", lang, "rus.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := yaml.Unmarshal(raw, &texts); err != nil {
			t.Fatalf("%s: %v", lang, err)
		}
		found := map[string]bool{}
		for key, text := range texts {
			found[key] = true
			if text == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			n := strings.Count(text, "%")
			if before, seen := verbs[key]; seen && before != n {
				t.Errorf("%s: %s has %d verbs, another language has %d", lang, key, n, before)
			}
			verbs[key] = n
		}
		if diff := cmp.Diff(used, found); diff != "" {
			t.Errorf("%s (-code +locale):\n%s", lang, diff)
		}
	}
}

// usedKeys returns the first arguments of all calls of fail.
func usedKeys(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for node := range ast.Preorder(file) {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				continue
			}
			if fn, ok := call.Fun.(*ast.Ident); !ok || fn.Name != "fail" {
				continue
			}
			literal, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				t.Fatalf("%s: a key is not written out", name)
			}
			key, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			keys[key] = true
		}
	}
	return keys
}
