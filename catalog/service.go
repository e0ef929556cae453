package catalog

import (
	"slices"

	"tamga/internal/i18n"
)

// Level is how well a person must be known to use a service.
type Level string

// The levels, lowest first. LevelNone needs only an account of the portal.
const (
	LevelNone       Level = "none"
	LevelSimplified Level = "simplified"
	LevelStandard   Level = "standard"
	LevelConfirmed  Level = "confirmed"
)

var levels = []Level{LevelNone, LevelSimplified, LevelStandard, LevelConfirmed}

// AtLeast tells whether a person of level l may do what needs level o. An unknown level is below all others.
func (l Level) AtLeast(o Level) bool {
	return slices.Index(levels, l) >= slices.Index(levels, o)
}

// Service is the definition of one service, and the engine of its form. It does not change after it is loaded.
type Service struct {
	ID         string          `yaml:"id"`
	Version    int             `yaml:"-"` // given by Publish; 0 until then
	Name       i18n.Text       `yaml:"name"`
	About      i18n.Text       `yaml:"summary"`  // one sentence, shown in lists
	Action     i18n.Text       `yaml:"action"`   // of the start button; empty for "Подать заявление"
	Keywords   Keywords        `yaml:"keywords"` // what people type when they mean this service
	Icon       string          `yaml:"icon"`     // a sign of frontend/assets/marks/icons.svg
	Popularity int             `yaml:"popularity"`
	Audience   []string        `yaml:"audience"`
	Topics     []string        `yaml:"topics"`
	Situations []string        `yaml:"situations"`
	Department string          `yaml:"department"`
	Level      Level           `yaml:"level"`
	Who        []i18n.Text     `yaml:"who"`    // who may apply
	Before     []i18n.Text     `yaml:"before"` // what to know before the start
	Term       Term            `yaml:"term"`
	Duty       *Duty           `yaml:"duty"`
	Documents  []Document      `yaml:"documents"`
	Result     i18n.Text       `yaml:"result"`
	Results    []Result        `yaml:"results"`  // what one gets, one by one
	Channels   []Channel       `yaml:"channels"` // other ways to apply
	Law        []i18n.Text     `yaml:"law"`
	Parties    []Party         `yaml:"parties"`
	Offices    bool            `yaml:"offices"`    // the applicant chooses an office
	OfficesIn  bool            `yaml:"offices_in"` // of those in the own district, which is asked for
	Region     *Region         `yaml:"region"`     // where it is given; everywhere when nil
	Route      []Route         `yaml:"route"`      // where it goes; to the department when none holds
	Checks     []RegisterCheck `yaml:"checks"`     // what is asked of registers when it is submitted
	Statuses   Statuses        `yaml:"statuses"`   // what each state allows; the usual when left out
	Keep       Keep            `yaml:"keep"`       // how long applications are kept; the usual time when left out
	Steps      []Step          `yaml:"steps"`

	catalog *Catalog             // names of offices, when shown
	index   map[string]*Question // all questions by id
	added   int                  // steps before the first that the file holds: the district
	pinned  parameters           // those of a published version; the catalog's when nil
	named   map[string]bool      // the parameters that its expressions read
}

// Keywords are further words that lead to a service, by language.
type Keywords struct {
	RU []string `yaml:"ru"`
	TT []string `yaml:"tt"`
	EN []string `yaml:"en"`
}

// Document is a paper or a record that a service needs.
type Document struct {
	Name i18n.Text `yaml:"name"`
	Note i18n.Text `yaml:"note"`
	Self bool      `yaml:"self"` // the department gets it itself
}

// Party is one of those who apply together. The first party is the one who files.
type Party struct {
	ID      string    `yaml:"id"`
	Name    i18n.Text `yaml:"name"`
	Invited bool      `yaml:"invited"`
	Signs   i18n.Text `yaml:"signs"` // what this party declares by the signature; shown above the button
}

// Party returns the party with this id, or nil.
func (s *Service) Party(id string) *Party {
	for i := range s.Parties {
		if s.Parties[i].ID == id {
			return &s.Parties[i]
		}
	}
	return nil
}

// Step returns the step with this id with all its questions, visible or not, or nil.
func (s *Service) Step(id string) *Step {
	for i := range s.Steps {
		if s.Steps[i].ID == id {
			return &s.Steps[i]
		}
	}
	return nil
}

// Question returns the question with this id, or nil.
func (s *Service) Question(id string) *Question { return s.index[id] }
