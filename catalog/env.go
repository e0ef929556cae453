package catalog

import "time"

// Env is what questions need from outside of the form.
type Env struct {
	Now     time.Time
	Offices []Office                      // to choose from; the department's offices when nil
	Slots   func(office string) []Day     // free times of an office; all times of its rule when nil
	Find    func(Query) ([]Record, error) // records of departments' systems; none can be chosen when nil
	Month   string                        // "2027-03": the page of the slots' calendar, from ?month=
	Prefill map[string]string             // by the keys of Question.Prefill
	File    func(id string) (File, bool)  // an uploaded file of this application; nil where none can be
}

// Day is a day with free times.
type Day struct {
	Date  time.Time // midnight in Moscow
	Slots []Slot
}

// Slot is a free time.
type Slot struct {
	Value string // RFC 3339
	Label string // "11:30"
}
