package catalog

import (
	upload "tamga/internal/files"
	"tamga/internal/i18n"
)

// PartyEach is the party of a step that every party answers for itself.
const PartyEach = "each"

// Step is one page of a form.
type Step struct {
	ID        string     `yaml:"id"`
	Party     string     `yaml:"party"` // "" asked once, of the filer; "each"; or the id of a party
	Title     i18n.Text  `yaml:"title"`
	Hint      i18n.Text  `yaml:"hint"`
	When      string     `yaml:"when"` // over answers of other steps
	Questions []Question `yaml:"questions"`
	Repeat    *Repeat    `yaml:"repeat"`
	Stops     []Stop     `yaml:"stops"`

	when program
}

// Owner returns whose answers a step holds when party fills it: "" for the shared ones, else the party.
func (t *Step) Owner(party string) string {
	if t.Party == "" {
		return ""
	}
	return party
}

// AskedOf tells whether party fills this step. Shared steps are asked of the filer alone.
func (t *Step) AskedOf(party string, filer bool) bool {
	switch t.Party {
	case "":
		return filer || party == ""
	case PartyEach:
		return party != ""
	}
	return t.Party == party
}

// Repeat makes a step a list of equal groups: children, one below the other.
type Repeat struct {
	Item i18n.Text `yaml:"item"` // heading of one group, with %d: "Ребёнок %d"
	Add  i18n.Text `yaml:"add"`  // button: "Добавить ребёнка"
	Min  int       `yaml:"min"`
	Max  int       `yaml:"max"`
}

// Stop is a page for somebody who cannot use the service: what to do instead. It is never shown as an error.
type Stop struct {
	When  string    `yaml:"when"` // over the answers up to this step
	Title i18n.Text `yaml:"title"`
	Text  i18n.Text `yaml:"text"` // paragraphs, parted by empty lines
	Next  []Link    `yaml:"next"`

	when program
}

// Link is a next step on a page that offers one.
type Link struct {
	Text i18n.Text `yaml:"text"`
	URL  string    `yaml:"url"` // a path of the portal, or tel: of an office
}

// Question is one thing that a step asks.
type Question struct {
	ID       string        `yaml:"id"`
	Type     string        `yaml:"type"` // a key of kinds
	Label    i18n.Text     `yaml:"label"`
	Hint     i18n.Text     `yaml:"hint"`
	Options  []Option      `yaml:"options"`
	Optional bool          `yaml:"optional"`
	When     string        `yaml:"when"`     // over answers of other steps
	Validate string        `yaml:"validate"` // must hold; over all answers, those of this step included
	Invalid  i18n.Text     `yaml:"invalid"`  // what to say when it does not
	Missing  i18n.Text     `yaml:"missing"`  // what to say when nothing is typed; a general text when empty
	Prefill  string        `yaml:"prefill"`
	Past     bool          `yaml:"past"`    // a date not later than today
	Max      int           `yaml:"max"`     // characters of a text, or the greatest number
	Min      int           `yaml:"min"`     // the least number
	Office   string        `yaml:"office"`  // slot: the question that chose the office
	Window   *Window       `yaml:"window"`  // slot: how far ahead
	Find     *Find         `yaml:"find"`    // found, slot: the records of a department's system
	Bank     string        `yaml:"bank"`    // account: the question with the bank's БИК
	Value    string        `yaml:"value"`   // calculation: an expression
	Unit     string        `yaml:"unit"`    // calculation: "money", "percent" or ""
	Suffix   i18n.Text     `yaml:"suffix"`  // number: the unit shown beside the input
	Without  []string      `yaml:"without"` // of a compound question: parts that are not asked
	Types    []upload.Kind `yaml:"types"`   // file: pdf, jpeg, png, heic, docx …; the usual ones when empty
	MaxMB    int           `yaml:"max_mb"`  // file: of one file; 10 when 0
	Count    int           `yaml:"count"`   // file: how many at most; 1 when 0

	when, validate, value program
	kind                  *kind
	parts                 []Question // of a compound question
	labelKey              string     // of a part: its label among the locale's texts
	hintKey               string     // of a part: an example, or ""
	unless                string     // of a part: the box that takes its place
}

// Option is one answer to choose.
type Option struct {
	Value string    `yaml:"value"`
	Label i18n.Text `yaml:"label"`
	Hint  i18n.Text `yaml:"hint"`
}

// Window is how far ahead of today a slot may be.
type Window struct {
	Months    int `yaml:"months"` // not earlier than so many months
	Days      int `yaml:"days"`   // and so many days
	MaxMonths int `yaml:"max_months"`
}
