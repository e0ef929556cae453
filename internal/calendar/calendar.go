package calendar

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
	"time"
)

//go:embed data/*.yaml
var data embed.FS

// Holiday is a non-working holiday. Days that are off in place of others are not holidays.
type Holiday struct {
	Date       time.Time // midnight in Moscow
	Body       string    // who set it: "federal" or "tatarstan"
	RU, TT, EN string    // its name
}

// Calendar knows the working days of every year. It does not change after Load and may be used from many goroutines.
type Calendar struct {
	common rules
	known  map[int]*year

	mu      sync.Mutex
	guessed map[int]*year // years outside of the tables, built when asked for
}

// Load reads rules.yaml and the tables of bodies and years beside it. An error names the file.
func Load(fsys fs.FS) (*Calendar, error) {
	common, tables, err := readTables(fsys)
	if err != nil {
		return nil, err
	}
	byYear := map[int][]table{}
	for _, t := range tables {
		for _, other := range byYear[t.Year] {
			if other.Body == t.Body {
				return nil, fmt.Errorf("calendar: two tables of %s for %d", t.Body, t.Year)
			}
		}
		byYear[t.Year] = append(byYear[t.Year], t)
	}
	c := &Calendar{common: common, known: map[int]*year{}, guessed: map[int]*year{}}
	for n, decided := range byYear {
		c.known[n] = build(n, common, decided)
	}
	return c, nil
}

// Default returns the calendar of Tatarstan that is built into the program.
func Default() *Calendar { return builtIn() }

var builtIn = sync.OnceValue(func() *Calendar {
	tables, err := fs.Sub(data, "data")
	if err != nil {
		panic(err)
	}
	c, err := Load(tables)
	if err != nil {
		panic(err) // a mistake in the repository, which a test of this package finds
	}
	return c
})

// Known reports whether all bodies have published their decrees for the year. For other years the calendar answers by the rules
// and by what is announced, and a term that is shown to a citizen should say that it may move by a day or two.
func (c *Calendar) Known(n int) bool {
	y, ok := c.known[n]
	if !ok {
		return false
	}
	for _, body := range c.common.Bodies {
		if !y.final[body.Body] {
			return false
		}
	}
	return true
}

// Holidays returns the holidays of a year in their order, weekends included.
func (c *Calendar) Holidays(n int) []Holiday {
	return append([]Holiday(nil), c.year(n).holidays...)
}

// year returns the table of n, or what the rules alone give.
func (c *Calendar) year(n int) *year {
	if y, ok := c.known[n]; ok {
		return y
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	y, ok := c.guessed[n]
	if !ok {
		y = build(n, c.common, nil)
		c.guessed[n] = y
	}
	return y
}
