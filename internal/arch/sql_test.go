package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"tamga/internal/dbtest"
)

// TestSQLPrepares finds the SQL texts of all *_store.go files and lets PostgreSQL prepare each on the migrated schema: a
// misspelt column fails here and not before a citizen.
func TestSQLPrepares(t *testing.T) {
	t.Parallel()
	texts, err := findSQL("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) < 50 {
		t.Fatalf("found only %d SQL texts: the search is broken", len(texts))
	}
	for name, set := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tx := dbtest.Tx(t, set)
			for where, text := range texts {
				if databaseOf(where) != name {
					continue
				}
				// A savepoint each: one failed text must not fail the rest.
				err := pgx.BeginFunc(t.Context(), tx, func(inner pgx.Tx) error {
					_, err := inner.Prepare(t.Context(), "", positional(text))
					return err
				})
				if err != nil {
					t.Errorf("%s: %v\n%s", where, err, text)
				}
			}
		})
	}
}

// databaseOf tells by the folder which schema a text is for.
func databaseOf(where string) string {
	switch {
	case strings.HasPrefix(where, "idp/"):
		return "idp"
	case strings.HasPrefix(where, "departments/stand/"):
		return "stand"
	}
	return "portal"
}

var namedArg = regexp.MustCompile(`([^\w@:])@([a-z_]\w*)`)

// positional turns pgx's @name into $n, as pgx does before it sends a text.
func positional(text string) string {
	numbers := map[string]int{}
	return namedArg.ReplaceAllStringFunc(text, func(m string) string {
		part := namedArg.FindStringSubmatch(m)
		if numbers[part[2]] == 0 {
			numbers[part[2]] = len(numbers) + 1
		}
		return fmt.Sprintf("%s$%d", part[1], numbers[part[2]])
	})
}

var isSQL = regexp.MustCompile(`(?is)^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH)\s.*[\s(]`)

// findSQL returns the SQL texts by "file:line". A text may be a literal, a constant of the package, or a sum of both.
func findSQL(root string) (map[string]string, error) {
	texts := map[string]string{}
	folders := map[string][]*ast.File{}
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], file)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, files := range folders {
		constants := stringConstants(files)
		for _, file := range files {
			path := set.Position(file.Pos()).Filename
			if !strings.HasSuffix(path, "_store.go") {
				continue
			}
			inside, _ := filepath.Rel(root, path)
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				for _, arg := range call.Args {
					if text, ok := evaluate(arg, constants); ok && isSQL.MatchString(text) {
						texts[fmt.Sprintf("%s:%d", filepath.ToSlash(inside), set.Position(arg.Pos()).Line)] = text
					}
				}
				return true
			})
		}
	}
	return texts, nil
}

func stringConstants(files []*ast.File) map[string]ast.Expr {
	found := map[string]ast.Expr{}
	for _, file := range files {
		for _, decl := range file.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.CONST {
				for _, spec := range g.Specs {
					v := spec.(*ast.ValueSpec)
					for i, name := range v.Names {
						if i < len(v.Values) {
							found[name.Name] = v.Values[i]
						}
					}
				}
			}
		}
	}
	return found
}

func evaluate(e ast.Expr, constants map[string]ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		if x.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(x.Value)
		return s, err == nil
	case *ast.Ident:
		if value, ok := constants[x.Name]; ok {
			return evaluate(value, constants)
		}
	case *ast.BinaryExpr:
		left, ok1 := evaluate(x.X, constants)
		right, ok2 := evaluate(x.Y, constants)
		return left + right, ok1 && ok2 && x.Op == token.ADD
	case *ast.ParenExpr:
		return evaluate(x.X, constants)
	}
	return "", false
}
