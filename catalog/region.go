package catalog

import (
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"tamga/internal/i18n"
)

const districtsFile = "districts.yaml"

// District is a city or municipal district of the republic, or a district of a city.
type District struct {
	Code  string    `yaml:"code"`
	In    string    `yaml:"in"` // code of the city it is a part of
	Name  i18n.Text `yaml:"name"`
	Towns []string  `yaml:"towns"` // how offices name it
}

// Region is where a service is given.
type Region struct {
	Only []string  `yaml:"only"` // codes of districts.yaml; a city stands for all of its districts
	Text i18n.Text `yaml:"text"` // what to say of it on the page of the service; the names when empty
}

// territory is districts.yaml: the districts, and the texts of the step that asks for one.
type territory struct {
	Question struct {
		Title   i18n.Text `yaml:"title"`
		Label   i18n.Text `yaml:"label"`
		Hint    i18n.Text `yaml:"hint"`
		Missing i18n.Text `yaml:"missing"`
	} `yaml:"question"`
	Elsewhere struct {
		Title i18n.Text `yaml:"title"`
		Text  i18n.Text `yaml:"text"` // with %s for the names of the districts
		Next  []Link    `yaml:"next"`
	} `yaml:"elsewhere"`
	Districts []District `yaml:"districts"`
}

// The step and the question that a service limited to districts begins with.
const (
	regionStep     = "where_from"
	regionQuestion = "district"
)

// Districts returns all districts.
func (c *Catalog) Districts() []District { return c.territory.Districts }

// District returns a district, or nil.
func (c *Catalog) District(code string) *District {
	for i := range c.territory.Districts {
		if c.territory.Districts[i].Code == code {
			return &c.territory.Districts[i]
		}
	}
	return nil
}

// readDistricts reads districts.yaml; a folder of definitions without one has the districts of the binary.
func (c *Catalog) readDistricts(fsys fs.FS) ([]error, error) {
	if _, err := fs.Stat(fsys, districtsFile); err != nil {
		fsys = files
	}
	doc, err := readYAML(fsys, districtsFile, &c.territory)
	if doc == nil {
		return nil, err
	}
	mistakes := append(Mistakes(err), missingTexts(doc, reflect.ValueOf(c.territory), "$")...)
	seen := map[string]bool{}
	for i, d := range c.territory.Districts {
		if !serviceShape.MatchString(d.Code) || seen[d.Code] || d.Name.RU == "" || d.In != "" && !seen[d.In] {
			mistakes = append(mistakes, doc.at(fmt.Sprintf("$.districts[%d]", i), "a district needs a code of its own and a name; a district of a city stands below the city"))
		}
		seen[d.Code] = true
	}
	return mistakes, nil
}

// inside tells whether one district is another, or a part of it.
func (c *Catalog) inside(code, of string) bool {
	d := c.District(code)
	return code == of || d != nil && d.In != "" && d.In == of
}

// asksDistrict tells whether the form begins with the question for the district.
func (s *Service) asksDistrict() bool {
	return s.OfficesIn || s.Region != nil && len(s.Region.Only) > 0
}

// addDistrict puts the step before all others. It is a step like any: answered, checked, signed and sent to the department.
func (s *Service) addDistrict() {
	if !s.asksDistrict() || s.catalog == nil {
		return
	}
	t := &s.catalog.territory
	q := Question{ID: regionQuestion, Type: "select", Label: t.Question.Label, Hint: t.Question.Hint, Missing: t.Question.Missing,
		Options: s.districtOptions()}
	step := Step{ID: regionStep, Title: t.Question.Title, Questions: []Question{q}}
	if s.Region != nil && len(s.Region.Only) > 0 {
		where := s.Where()
		text := i18n.Text{RU: fmt.Sprintf(t.Elsewhere.Text.RU, where.RU), TT: fmt.Sprintf(t.Elsewhere.Text.TT, where.TT),
			EN: fmt.Sprintf(t.Elsewhere.Text.EN, where.EN)}
		step.Stops = []Stop{{When: s.elsewhere(), Title: t.Elsewhere.Title, Text: text, Next: t.Elsewhere.Next}}
	}
	s.Steps = append([]Step{step}, s.Steps...)
	s.added = 1
}

// districtOptions offers municipal districts, and the districts of a city where the service tells them apart.
func (s *Service) districtOptions() []Option {
	apart := map[string]bool{}
	if s.Region != nil {
		for _, code := range s.Region.Only {
			if d := s.catalog.District(code); d != nil {
				apart[d.In] = true
			}
		}
	}
	var options []Option
	for _, d := range s.catalog.territory.Districts {
		if d.In == "" && !apart[d.Code] || d.In != "" && apart[d.In] {
			options = append(options, Option{Value: d.Code, Label: d.Name})
		}
	}
	return options
}

// elsewhere is the condition of the page for people of other districts.
func (s *Service) elsewhere() string {
	var quoted []string
	for _, o := range s.districtOptions() {
		if slices.ContainsFunc(s.Region.Only, func(of string) bool { return s.catalog.inside(o.Value, of) }) {
			quoted = append(quoted, strconv.Quote(o.Value))
		}
	}
	return fmt.Sprintf(`%s != "" and not (%s in [%s])`, regionQuestion, regionQuestion, strings.Join(quoted, ", "))
}

// Where names the districts that a service is limited to; empty when it is given everywhere.
func (s *Service) Where() i18n.Text {
	if s.Region == nil || len(s.Region.Only) == 0 {
		return i18n.Text{}
	}
	if s.Region.Text.RU != "" {
		return s.Region.Text
	}
	var ru, tt, en []string
	for _, code := range s.Region.Only {
		if d := s.catalog.District(code); d != nil {
			ru, tt, en = append(ru, d.Name.RU), append(tt, d.Name.TT), append(en, d.Name.EN)
		}
	}
	return i18n.Text{RU: strings.Join(ru, ", "), TT: strings.Join(tt, ", "), EN: strings.Join(en, ", ")}
}

// GivenIn tells whether the service is given to people of a district; "" is a district not told.
func (s *Service) GivenIn(district string) bool {
	return district == "" || s.Region == nil || len(s.Region.Only) == 0 || s.catalog == nil ||
		slices.ContainsFunc(s.Region.Only, func(of string) bool { return s.catalog.inside(district, of) || s.catalog.inside(of, district) })
}

// Serving tells whether an office is in a district: offices name the city, not its districts.
func (c *Catalog) Serving(o *Office, district string) bool {
	d := c.District(district)
	if d != nil && d.In != "" {
		d = c.District(d.In)
	}
	return d != nil && (slices.Contains(d.Towns, o.District.RU) || o.District.RU == d.Name.RU)
}

// officesNear leaves the offices of a district, or all when none is there.
func (s *Service) officesNear(all []Office, district string) []Office {
	if !s.OfficesIn || s.catalog.District(district) == nil {
		return all
	}
	var near []Office
	for _, o := range all {
		if s.catalog.Serving(&o, district) {
			near = append(near, o)
		}
	}
	if near == nil {
		return all
	}
	return near
}

// chosenDistrict is the answer to the question for the district as conditions see it, "" when it is not asked.
func chosenDistrict(env map[string]any) string {
	code, _ := env[regionQuestion].(string)
	return code
}
