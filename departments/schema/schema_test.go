package schema_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/departments/schema"
)

// Each service has a schema that names each of its questions, with patterns that are regular expressions.
func TestEveryServiceHasSchema(t *testing.T) {
	t.Parallel()
	services, err := catalog.Load(catalog.Files())
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	(&schema.Handler{Catalog: services}).Mount(app)
	for _, s := range services.Services() {
		answer, err := app.Test(httptest.NewRequest(http.MethodGet, "/api/departments/schemas/"+s.ID, nil), -1)
		if err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/schema+json" {
			t.Fatalf("%s: %v %v", s.ID, answer, err)
		}
		var v map[string]any
		if err := json.NewDecoder(answer.Body).Decode(&v); err != nil || v["title"] != s.Name.RU {
			t.Errorf("%s: %v", s.ID, err)
		}
		text, _ := json.Marshal(v)
		for _, step := range s.Steps {
			for _, q := range step.Questions {
				if q.Type != "whole" && !strings.Contains(string(text), `"`+q.ID+`":{`) {
					t.Errorf("%s: question %s is not described", s.ID, q.ID)
				}
			}
		}
		walk(t, s.ID, v)
	}
	for path, want := range map[string]int{"/api/departments/schemas": 200, "/api/departments/schemas/nothing": 404, "/api/departments/schemas/marriage?version=99": 404} {
		if answer, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil), -1); err != nil || answer.StatusCode != want {
			t.Errorf("%s: %v %v", path, answer, err)
		}
	}
}

func walk(t *testing.T, service string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if pattern, ok := v["pattern"].(string); ok {
			if _, err := regexp.Compile(pattern); err != nil {
				t.Errorf("%s: %v", service, err)
			}
		}
		if values, ok := v["enum"].([]any); ok && len(values) == 0 {
			t.Errorf("%s: an empty enum", service)
		}
		for _, inner := range v {
			walk(t, service, inner)
		}
	case []any:
		for _, inner := range v {
			walk(t, service, inner)
		}
	}
}
