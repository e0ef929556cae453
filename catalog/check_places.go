package catalog

import (
	"fmt"
	"reflect"
	"time"
)

// checkOrganisations returns the mistakes of organisations.yaml.
func (c *Catalog) checkOrganisations(doc *document) []error {
	mistakes := missingTexts(doc, reflect.ValueOf(c.departments), "$.departments")
	departments, offices := map[string]bool{}, map[string]bool{}
	for i, d := range c.departments {
		where := fmt.Sprintf("$.departments[%d]", i)
		if !serviceShape.MatchString(d.Code) || departments[d.Code] || d.Name.RU == "" || d.Phone == "" {
			mistakes = append(mistakes, doc.at(where, "a department needs a code of its own, a name and a telephone"))
		}
		departments[d.Code] = true
		for k, o := range d.Offices {
			at := fmt.Sprintf("%s.offices[%d]", where, k)
			if !serviceShape.MatchString(o.ID) || offices[o.ID] || o.Name.RU == "" || o.Address.RU == "" || len(o.Hours) == 0 {
				mistakes = append(mistakes, doc.at(at, "an office needs an id of its own, a name, an address and hours"))
			}
			offices[o.ID] = true
			if o.Slots != nil && !o.Slots.sound() {
				mistakes = append(mistakes, doc.at(at+".slots", "want weekdays 1 to 7, from before until (HH:MM), minutes, and two times of a break"))
			}
		}
	}
	return mistakes
}

func (r *SlotRule) sound() bool {
	times := append([]string{r.From, r.Until}, r.Break...)
	for _, t := range times {
		if _, err := time.Parse("15:04", t); err != nil {
			return false
		}
	}
	for _, day := range r.Weekdays {
		if day < 1 || day > 7 {
			return false
		}
	}
	return len(r.Weekdays) > 0 && r.From < r.Until && r.Minutes > 0 && (len(r.Break) == 0 || len(r.Break) == 2)
}

// checkSubjects returns the mistakes of subjects.yaml.
func (c *Catalog) checkSubjects(doc *document) []error {
	mistakes := missingTexts(doc, reflect.ValueOf(c.subjects), "$")
	for name, list := range map[string][]Subject{
		"audiences": c.subjects.Audiences, "topics": c.subjects.Topics, "situations": c.subjects.Situations,
	} {
		ids := map[string]bool{}
		for i, s := range list {
			if !serviceShape.MatchString(s.ID) || ids[s.ID] || s.Name.RU == "" {
				mistakes = append(mistakes, doc.at(fmt.Sprintf("$.%s[%d]", name, i), "want an id of its own and a name"))
			}
			ids[s.ID] = true
		}
	}
	return mistakes
}
