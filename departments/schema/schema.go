// Package schema tells the engineers of departments what the applications of a service look like: a JSON Schema of the answers,
// made of the service's own definition.
//
// # Routes
//
//	portal  GET /api/departments/schemas            the services and where their schemas are
//	portal  GET /api/departments/schemas/:service   the schema of the current version, ?version= of an older one
package schema

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/internal/i18n"
)

type object = map[string]any

// Of returns the schema of Message.Application for a service. Which answers are there depends on other answers, so none is required;
// what is not described, like the answers in words, is allowed.
func Of(s *catalog.Service) map[string]any {
	shared, parties := object{}, object{}
	for _, p := range s.Parties {
		parties[p.ID] = object{}
	}
	if len(parties) == 0 {
		parties["first"] = object{}
	}
	for _, step := range s.Steps {
		switch step.Party {
		case "":
			add(shared, &step)
		case catalog.PartyEach:
			for id := range parties {
				add(parties[id].(object), &step)
			}
		default:
			if own, ok := parties[step.Party].(object); ok {
				add(own, &step)
			}
		}
	}
	for id, own := range parties {
		parties[id] = object{"type": "object", "properties": own}
	}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "urn:tamga:service:" + s.ID + ":" + strconv.Itoa(s.Version),
		"title":   s.Name.RU, "type": "object", "required": []string{"submitted_at", "answers"},
		"properties": object{
			"submitted_at": object{"type": "string", "format": "date-time"},
			"hash":         object{"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of canonical"},
			"canonical":    object{"type": "string", "description": "the text that all parties signed"},
			"answers": object{"type": "object", "properties": object{
				"shared":  object{"type": "object", "properties": shared},
				"parties": object{"type": "object", "properties": parties},
			}},
		},
	}
}

// add describes the questions of a step; a repeated one is a list of groups.
func add(to object, step *catalog.Step) {
	own := to
	if step.Repeat != nil {
		own = object{}
		to[step.ID] = object{"type": "array", "title": step.Title.RU, "items": object{"type": "object", "properties": own}}
	}
	for i := range step.Questions {
		q := &step.Questions[i]
		if described := of(q); described != nil {
			own[q.ID] = described
		}
	}
}

// formats are what JSON Schema can say of the texts of a question; the rest is in its title.
var formats = map[string]object{
	"date": {"pattern": `^\d{4}-\d{2}-\d{2}$`}, "fact_date": {"pattern": `^\d{4}-\d{2}-\d{2}$`},
	"snils": {"pattern": `^\d{11}$`}, "inn": {"pattern": `^\d{10}(\d{2})?$`}, "inn_org": {"pattern": `^\d{10}$`},
	"inn_person": {"pattern": `^\d{12}$`}, "ogrn": {"pattern": `^\d{13}$`}, "ogrnip": {"pattern": `^\d{15}$`},
	"passport_series": {"pattern": `^\d{4}$`}, "passport_number": {"pattern": `^\d{6}$`}, "bik": {"pattern": `^\d{9}$`},
}

func of(q *catalog.Question) object {
	described := object{"type": "string", "title": q.Label.RU}
	switch q.Type {
	case "whole":
		return nil // it is other questions together
	case "checkboxes":
		described["type"] = "array"
		described["items"] = options(object{"type": "string"}, q.Options)
		return described
	case "file":
		described["type"] = "array"
		described["items"] = object{"type": "object", "required": []string{"id", "name", "type", "size", "sha256"}}
		return described
	case "address", "names", "passport", "bank_account", "child", "spouse", "organisation":
		delete(described, "type") // an object, or a text in applications of older versions
		return described
	}
	for key, value := range formats[q.Type] {
		described[key] = value
	}
	return options(described, q.Options)
}

func options(described object, all []catalog.Option) object {
	var values []string
	for _, o := range all {
		values = append(values, o.Value)
	}
	if len(values) > 0 {
		described["enum"] = values
	}
	return described
}

// Handler serves the schemas on the portal.
type Handler struct{ Catalog *catalog.Catalog }

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/api/departments/schemas", h.list)
	r.Get("/api/departments/schemas/:service", h.show)
}

func (h *Handler) list(c *fiber.Ctx) error {
	all := []object{}
	for _, s := range h.Catalog.Services() {
		all = append(all, object{"service": s.ID, "version": s.Version, "name": s.Name.In(i18n.RU), "department": s.Department,
			"schema": "/api/departments/schemas/" + s.ID})
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(object{"services": all})
}

func (h *Handler) show(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.Params("service"), c.QueryInt("version", 0))
	if err != nil {
		return c.Status(fiber.StatusNotFound).JSON(object{"error": "service", "text": "no such service, or version"})
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(Of(s), "application/schema+json")
}
