package calendar

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/goccy/go-yaml"
)

// rulesFile stands in every folder of tables; all other *.yaml files hold one body and one year each.
const rulesFile = "rules.yaml"

// rules are the holidays of every year.
type rules struct {
	Version string `yaml:"version"`
	Bodies  []struct {
		Body     string       `yaml:"body"`
		Moved    bool         `yaml:"moved"` // a holiday on a weekend gives another day off
		Holidays []holidayRow `yaml:"holidays"`
	} `yaml:"bodies"`
}

// table is what a body decided for one year.
type table struct {
	Body      string       `yaml:"body"`
	Year      int          `yaml:"year"`
	Version   string       `yaml:"version"` // date of the decree or of the news, for people
	Final     bool         `yaml:"final"`   // the decree is published
	Transfers []transfer   `yaml:"transfers"`
	Holidays  []holidayRow `yaml:"holidays"`
}

type holidayRow struct {
	Day monthDay `yaml:"day"`
	RU  string   `yaml:"ru"`
	TT  string   `yaml:"tt"`
	EN  string   `yaml:"en"`
}

// transfer moves a day off. A weekend day that is not a holiday becomes a working day by it.
type transfer struct {
	From monthDay `yaml:"from"`
	To   monthDay `yaml:"to"`
}

// monthDay is a day of any year, "03-20" in the files.
type monthDay struct {
	month time.Month
	day   int
}

// UnmarshalYAML reads "MM-DD" and refuses days that no year has.
func (d *monthDay) UnmarshalYAML(raw []byte) error {
	var text string
	if err := yaml.Unmarshal(raw, &text); err != nil {
		return err
	}
	t, err := time.Parse(time.DateOnly, "2024-"+text) // a leap year has every day
	if err != nil {
		return fmt.Errorf("want a day as MM-DD, got %q", text)
	}
	d.month, d.day = t.Month(), t.Day()
	return nil
}

func readTables(fsys fs.FS) (rules, []table, error) {
	var common rules
	if err := readYAML(fsys, rulesFile, &common); err != nil {
		return common, nil, err
	}
	if len(common.Bodies) == 0 || common.Version == "" {
		return common, nil, fmt.Errorf("calendar %s: version and bodies are required", rulesFile)
	}
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return common, nil, err
	}
	var tables []table
	for _, name := range names {
		if name == rulesFile {
			continue
		}
		var t table
		if err := readYAML(fsys, name, &t); err != nil {
			return common, nil, err
		}
		if t.Body == "" || t.Year == 0 || t.Version == "" {
			return common, nil, fmt.Errorf("calendar %s: body, year and version are required", name)
		}
		tables = append(tables, t)
	}
	return common, tables, nil
}

func readYAML(fsys fs.FS, name string, into any) error {
	raw, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("calendar has no %s: %w", name, err)
	}
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(raw, into, yaml.Strict()); err != nil {
		return fmt.Errorf("calendar %s: %w", name, err)
	}
	return nil
}
