package catalog

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

//go:embed services/*.yaml organisations.yaml subjects.yaml parameters.yaml districts.yaml
var files embed.FS

// Files are the definitions inside the binary.
func Files() fs.FS { return files }

// Load reads and checks organisations.yaml, subjects.yaml, parameters.yaml, districts.yaml and services/*.yaml. The error names every mistake with its file and
// line.
func Load(fsys fs.FS) (*Catalog, error) {
	c := &Catalog{sources: map[string][]byte{}, versions: map[versionKey]*Service{}}
	var organisations struct {
		Departments []Department `yaml:"departments"`
	}
	doc, err := readYAML(fsys, "organisations.yaml", &organisations)
	if err != nil {
		return nil, err
	}
	c.departments = organisations.Departments
	c.placeOffices()
	mistakes := c.checkOrganisations(doc)
	if doc, err = readYAML(fsys, "subjects.yaml", &c.subjects); err != nil {
		return nil, err
	}
	mistakes = append(mistakes, c.checkSubjects(doc)...)
	for _, read := range []func(fs.FS) ([]error, error){c.readParameters, c.readDistricts} {
		more, err := read(fsys)
		if err != nil {
			return nil, err
		}
		mistakes = append(mistakes, more...)
	}
	names, err := fs.Glob(fsys, "services/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		s, err := c.read(name, raw)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if c.current(s.ID) != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: another file defines the service %q", name, s.ID))
			continue
		}
		c.services = append(c.services, s)
		c.sources[s.ID] = raw
	}
	slices.SortFunc(c.services, func(a, b *Service) int {
		return cmp.Or(cmp.Compare(b.Popularity, a.Popularity), cmp.Compare(a.ID, b.ID))
	})
	return c, errors.Join(mistakes...)
}

// read decodes, compiles and checks one definition.
func (c *Catalog) read(name string, raw []byte) (*Service, error) {
	s := &Service{catalog: c}
	doc, err := decodeYAML(name, raw, s, yaml.Strict())
	if err != nil {
		return nil, err
	}
	s.prepare()
	mistakes := s.check(doc).mistakes
	if want := s.ID + ".yaml"; path.Base(name) != want {
		mistakes = append(mistakes, doc.at("$.id", "the file of the service %q must be named %s", s.ID, want))
	}
	return s, errors.Join(mistakes...)
}

// revive makes a service of a definition that was published once. It was checked then; what the catalog knows has changed
// since, so only what the engine needs must still be right.
func (c *Catalog) revive(name string, raw []byte) (*Service, error) {
	s := &Service{catalog: c}
	doc, err := decodeYAML(name, raw, s)
	if err != nil {
		return nil, err
	}
	s.prepare()
	return s, errors.Join(s.check(doc).broken...)
}

// document is a parsed YAML file, kept while its definition is checked, to tell lines.
type document struct {
	name string
	tree *ast.File
}

func readYAML(fsys fs.FS, name string, into any) (*document, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	return decodeYAML(name, raw, into, yaml.Strict())
}

// decodeYAML parses twice: into the type, and into a tree that knows the lines. Files are read strictly: a key that the type does
// not know is a misspelt one.
func decodeYAML(name string, raw []byte, into any, options ...yaml.DecodeOption) (*document, error) {
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, located(name, err)
	}
	if err := yaml.UnmarshalWithOptions(raw, into, options...); err != nil {
		return nil, located(name, err)
	}
	return &document{name, tree}, nil
}

// located puts the file and the line before an error of the YAML library.
func located(name string, err error) error {
	var bad yaml.Error
	if errors.As(err, &bad) && bad.GetToken() != nil {
		return fmt.Errorf("%s:%d: %s", name, bad.GetToken().Position.Line, bad.GetMessage())
	}
	return fmt.Errorf("%s: %w", name, err)
}

// at returns a mistake at a YAML path, or at the nearest thing above it that is written down.
func (d *document) at(where, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	for at := where; at != "" && at != "$"; at = parentPath(at) {
		p, err := yaml.PathString(at)
		if err != nil {
			continue
		}
		if node, err := p.FilterFile(d.tree); err == nil && node != nil {
			return fmt.Errorf("%s:%d: %s: %s", d.name, node.GetToken().Position.Line, where[2:], text)
		}
	}
	return fmt.Errorf("%s: %s: %s", d.name, where[2:], text)
}

// parentPath cuts the last key or index off a YAML path.
func parentPath(p string) string {
	for i := len(p) - 1; i > 0; i-- {
		if p[i] == '.' || p[i] == '[' {
			return p[:i]
		}
	}
	return ""
}
