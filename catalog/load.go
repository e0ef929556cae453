package catalog

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
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
	if doc == nil {
		return nil, err
	}
	c.departments = organisations.Departments
	c.placeOffices()
	mistakes := append(Mistakes(err), c.checkOrganisations(doc)...)
	if doc, err = readYAML(fsys, "subjects.yaml", &c.subjects); doc == nil {
		return nil, err
	}
	mistakes = append(append(mistakes, Mistakes(err)...), c.checkSubjects(doc)...)
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
	var found []*Service
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
		if c.sources[s.ID] != nil {
			mistakes = append(mistakes, fmt.Errorf("%s: another file defines the service %q", name, s.ID))
			continue
		}
		found = append(found, s)
		c.sources[s.ID] = raw
	}
	c.show(found)
	return c, errors.Join(mistakes...)
}

// read decodes, compiles and checks one definition.
func (c *Catalog) read(name string, raw []byte) (*Service, error) {
	s := &Service{catalog: c}
	doc, err := decodeYAML(name, raw, s)
	if doc == nil || err != nil && !doc.whole {
		return nil, err
	}
	s.catalog = c // an empty file has taken it away
	s.prepare()
	mistakes := s.check(doc).mistakes
	if err != nil { // misspelt keys, and what else is wrong
		mistakes = append([]error{err}, mistakes...)
	}
	if want := s.ID + ".yaml"; path.Base(name) != want {
		mistakes = append(mistakes, doc.at("$.id", "the file of the service %q must be named %s", s.ID, want))
	}
	return s, errors.Join(mistakes...)
}

// revive makes a service of an edition that was published once. It was checked then; what the catalog knows has changed
// since, so only what the engine needs must still be right.
func (c *Catalog) revive(name string, e edition) (*Service, error) {
	s := &Service{catalog: c, pinned: pinned(e.Parameters)}
	doc, err := reviveYAML(name, []byte(e.Definition), s)
	if err != nil {
		return nil, err
	}
	s.prepare()
	return s, errors.Join(s.check(doc).broken...)
}
