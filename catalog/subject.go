package catalog

import (
	"slices"

	"tamga/internal/i18n"
)

// Subject is a way to group services: an audience, a topic or a life situation.
type Subject struct {
	ID    string    `yaml:"id"`
	Name  i18n.Text `yaml:"name"`
	About i18n.Text `yaml:"about"`
	Icon  string    `yaml:"icon"` // a sign of frontend/assets/marks/icons.svg
}

// subjects are all groups, in the order in which they are shown.
type subjects struct {
	Audiences  []Subject `yaml:"audiences"`
	Topics     []Subject `yaml:"topics"`
	Situations []Subject `yaml:"situations"`
}

// Popular returns the n services that are used most.
func (c *Catalog) Popular(n int) []*Service {
	all := c.Services()
	return all[:min(n, len(all))]
}

// Audiences returns who services are for: citizens, entrepreneurs, organisations.
func (c *Catalog) Audiences() []Subject { return c.subjects.Audiences }

// Situations returns the life situations that have services.
func (c *Catalog) Situations() []Subject {
	return c.used(c.subjects.Situations, Filter{}, func(f *Filter, id string) { f.Situation = id })
}

// Topics returns the topics that have services for an audience, or for anybody when it is "".
func (c *Catalog) Topics(audience string) []Subject {
	return c.used(c.subjects.Topics, Filter{Audience: audience}, func(f *Filter, id string) { f.Topic = id })
}

// used leaves out groups without services.
func (c *Catalog) used(all []Subject, base Filter, with func(*Filter, string)) []Subject {
	var some []Subject
	for _, subject := range all {
		f := base
		with(&f, subject.ID)
		if len(c.Find(f)) > 0 {
			some = append(some, subject)
		}
	}
	return some
}

// Audiences, as services and conditions name them.
const (
	Citizen      = "citizen"
	Entrepreneur = "entrepreneur"
	Organisation = "organisation"
)

// Serves tells whether a service is for an audience.
func (s *Service) Serves(audience string) bool { return slices.Contains(s.Audience, audience) }

func holds(list []string, wanted string) bool {
	return wanted == "" || slices.Contains(list, wanted)
}
