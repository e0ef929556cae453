// Package arch holds the tests that read the whole repository: which folder may import which, whether each SQL text prepares
// on the migrated schema, and whether the committed schemas are fresh.
package arch

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// levels is the order of imports of DESIGN.md, lowest first: a folder may import folders of a lower level, and those of its own
// that peers lists.
var levels = map[string]int{
	"migrations": -1,
	"internal":   0,
	"frontend":   1,
	"catalog":    2, "payments": 2, "edms": 2, "support": 2,
	"departments": 3, "queue": 3, "documents": 3,
	"applications": 4,
	"portal":       5, "intra": 5, "idp": 5,
	"cmd": 6,
}

// apart lists imports that the order would allow and the design forbids, below a folder as a whole: idp reaches no citizen
// domain, the stands are outside systems that happen to live here, the walls inside payments stand, the small packages of internal stand alone.
var apart = map[string][]string{
	"idp":               {"catalog", "payments", "departments", "queue", "applications", "edms", "support"},
	"departments/stand": {"catalog", "payments", "queue", "applications"},
	"payments/access":   {"payments"},
	"payments/banks":    {"payments"},
	"payments/paytest":  {"payments"},
	"payments/signed":   {"payments"},
	"internal/fault":    {"internal", "migrations"},
	"internal/rus":      {"internal", "migrations"},
	"internal/i18n":     {"internal", "migrations"},
	"migrations":        {"internal"},
}

func TestImportOrder(t *testing.T) {
	t.Parallel()
	imports, err := readImports("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(imports) < 20 {
		t.Fatalf("read only %d packages: the walk is broken", len(imports))
	}
	for _, wrong := range broken(imports) {
		t.Error(wrong)
	}
}

// TestImportOrderBites plants each kind of wrong import: a guard that passes them guards nothing.
func TestImportOrderBites(t *testing.T) {
	t.Parallel()
	for name, planted := range map[string]map[string][]string{
		"a peer":                     {"payments": {"catalog"}},
		"upwards":                    {"catalog": {"applications"}},
		"an unlisted folder":         {"utils": {"internal/fault"}},
		"idp into a domain":          {"idp/account": {"payments"}},
		"a domain into idp":          {"portal": {"idp/oauth"}},
		"the domain into its stands": {"departments": {"departments/stand"}},
		"over a wall of payments":    {"payments/access": {"payments/lookup"}},
		"a bank into payments":       {"payments/banks": {"payments"}},
	} {
		if len(broken(planted)) == 0 {
			t.Errorf("%s was let through: %v", name, planted)
		}
	}
}

// readImports returns the module's own imports of each package folder, tests left out (they may plug anything together).
func readImports(root string) (map[string][]string, error) {
	found := map[string][]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, _ := filepath.Rel(root, filepath.Dir(path))
		folder = filepath.ToSlash(folder)
		found[folder] = append(found[folder], []string{}...)
		for _, spec := range file.Imports {
			if target, _ := strconv.Unquote(spec.Path.Value); strings.HasPrefix(target, "tamga/") {
				found[folder] = append(found[folder], strings.TrimPrefix(target, "tamga/"))
			}
		}
		return nil
	})
	return found, err
}

func broken(imports map[string][]string) (wrong []string) {
	for folder, targets := range imports {
		from := top(folder)
		level, known := levels[from]
		if !known {
			wrong = append(wrong, fmt.Sprintf("folder %s has no place in the order of imports: add it to levels, or to a folder that has one", folder))
			continue
		}
		for _, target := range targets {
			to := top(target)
			switch {
			case forbidden(folder, target):
				wrong = append(wrong, fmt.Sprintf("%s must not import %s", folder, target))
			case to != from && levels[to] >= level:
				wrong = append(wrong, fmt.Sprintf("%s imports %s, which stands no lower", folder, target))
			case to == "idp" && from != "idp" && from != "cmd":
				wrong = append(wrong, fmt.Sprintf("%s imports %s: the provider is reached over OpenID Connect only", folder, target))
			}
		}
	}
	return wrong
}

func forbidden(folder, target string) bool {
	for from, targets := range apart {
		if !within(folder, from) || within(target, from) {
			continue
		}
		for _, to := range targets {
			if within(target, to) {
				return true
			}
		}
	}
	return folder == "departments" && within(target, "departments/stand")
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

func top(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// TestCheapHasherIsForTests: a hasher that protects nothing is never part of the binary.
func TestCheapHasherIsForTests(t *testing.T) {
	t.Parallel()
	read := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		read++
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "secret.NewCheapHasher") {
			t.Errorf("%s makes a cheap password hasher", path)
		}
		return err
	})
	if err != nil || read < 100 {
		t.Errorf("read %d files: %v", read, err)
	}
}
