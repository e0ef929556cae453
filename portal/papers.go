package portal

import (
	"maps"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/documents"
)

// Keeper returns whose documents the reader may see, and with whose remembered cards pay. A bound cabinet gives them only to who came
// through ESIA, to others documents.ErrHidden: a phone's number may have a new owner.
func (p *People) Keeper(c *fiber.Ctx) (uuid.UUID, error) {
	a, err := signedIn(c)
	if err != nil {
		return uuid.Nil, err
	}
	if a.Bound() && !throughESIA(c) {
		return uuid.Nil, documents.ErrHidden
	}
	return a.ID, nil
}

// fillsForms tells whether a request draws questions or reads their answers: only those cost a look at the documents. Whoever reads
// must know, too, what the page had filled in, for what was left standing yields to what was typed.
func fillsForms(c *fiber.Ctx) bool {
	path := c.Path()
	return strings.HasPrefix(path, "/applications/") && strings.Contains(path, "/steps/") || strings.HasPrefix(path, "/bundles/")
}

// addDocuments adds what the documents say to what is known of a person. ESIA's word about the person stays.
func (p *People) addDocuments(c *fiber.Ctx, a *Account, profile map[string]string) error {
	if a.Bound() && !throughESIA(c) {
		return nil
	}
	all, err := documents.Of(c.UserContext(), p.db, p.box, a.ID)
	if err != nil {
		return err
	}
	sources := documents.Sources(all)
	maps.DeleteFunc(sources, func(key, _ string) bool { return profile[key] != "" })
	maps.Copy(profile, sources)
	return nil
}
