package check_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/departments/check"
	"tamga/departments/schema"
)

func read(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// The events of the document are what the code takes, and each rule that is checked is written down.
func TestDocument(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/departments.md")
	events := regexp.MustCompile("(?s)```json event\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(events) != 2 {
		t.Fatalf("%d events in the document", len(events))
	}
	if e, err := departments.ParseEvent([]byte(events[0][1])); err != nil || e.Type != departments.TypeSubmitted {
		t.Errorf("the first event: %v", err)
	}
	then := time.Date(2026, 11, 22, 12, 1, 0, 0, time.UTC)
	from := &departments.Endpoint{Code: "zags", URL: "https://zags.example"}
	if _, err := departments.ReadNews([]byte(events[1][1]), from, "https://uslugi.example", then); err != nil {
		t.Errorf("the second event: %v", err)
	}
	for _, name := range check.Names() {
		if !regexp.MustCompile(`\*\*[^*]*\b` + regexp.QuoteMeta(name) + `\b[^*]*\*\*`).MatchString(text) {
			t.Errorf("rule %q is not in the document", name)
		}
	}
}

// The OpenAPI document has the routes that there are, and the fields of the structs.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	var doc struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, "../../docs/openapi/departments.yaml")), &doc); err != nil {
		t.Fatal(err)
	}
	app := fiber.New()
	(&departments.Handler{}).Mount(app)
	(&schema.Handler{}).Mount(app)
	want := []string{"GET /department/jwks.json", "POST /department/events", "GET /department/digest"}
	for _, r := range app.GetRoutes() {
		if r.Method != "HEAD" && strings.HasPrefix(r.Path, "/api/") {
			want = append(want, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"))
		}
	}
	var got []string
	for path, methods := range doc.Paths {
		for method := range methods {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("routes %q\nwant %q", got, want)
	}
	for name, v := range map[string]any{"Event": departments.Event{}, "Outgoing": departments.Message{}, "Attachment": departments.Attachment{},
		"MessageData": departments.MessageData{}, "CorrectedData": departments.CorrectedData{}, "CancelledData": departments.CancelledData{},
		"StatusData": departments.StatusData{}, "SaidData": departments.SaidData{}, "RequestData": departments.RequestData{},
		"ResultData": departments.ResultData{}, "Document": departments.Document{}, "Appointment": departments.Appointment{}} {
		var described []string
		for property := range doc.Components.Schemas[name].Properties {
			described = append(described, property)
		}
		fields := fieldsOf(reflect.TypeOf(v))
		slices.Sort(described)
		slices.Sort(fields)
		if !slices.Equal(described, fields) {
			t.Errorf("%s has %q, the document %q", name, fields, described)
		}
	}
}

func fieldsOf(typ reflect.Type) (names []string) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		if f.Anonymous {
			names = append(names, fieldsOf(f.Type)...)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
