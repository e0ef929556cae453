package workplace

import (
	_ "embed"
	"slices"
	"sync"

	"github.com/goccy/go-yaml"

	"tamga/internal/i18n"
)

//go:embed grounds.yaml
var groundsYAML []byte

// Ground is why a service may be refused.
type Ground struct {
	ID       string    `yaml:"id"`
	Services []string  `yaml:"services"` // none: every service
	Text     i18n.Text `yaml:"text"`
}

var allGrounds = sync.OnceValues(func() (list []Ground, err error) {
	return list, yaml.UnmarshalWithOptions(groundsYAML, &list, yaml.Strict())
})

// groundsOf returns the grounds of a service: its own, then the common ones.
func groundsOf(service string) (own []Ground, err error) {
	list, err := allGrounds()
	var common []Ground
	for _, g := range list {
		switch {
		case len(g.Services) == 0:
			common = append(common, g)
		case slices.Contains(g.Services, service):
			own = append(own, g)
		}
	}
	return append(own, common...), err
}
