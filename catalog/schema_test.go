package catalog

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schemas()[name]))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func fits(t *testing.T, schema *jsonschema.Schema, raw []byte) error {
	t.Helper()
	text, err := yaml.YAMLToJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(value)
}

func TestSchemasAreFresh(t *testing.T) {
	t.Parallel()
	for name, want := range Schemas() {
		got, err := os.ReadFile(filepath.Join("schema", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("schema/%s is not what the code says; write it anew: go run ./cmd/tamga catalog schema --write catalog/schema", name)
		}
	}
}

func TestSchemaFitsAllServices(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t, "service.schema.json")
	names, err := fs.Glob(Files(), "services/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		if err := fits(t, schema, raw); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := fits(t, schema, []byte(small)); err != nil {
		t.Error(err)
	}
	parameters, err := fs.ReadFile(Files(), parametersFile)
	if err != nil {
		t.Fatal(err)
	}
	if err := fits(t, compiledSchema(t, "parameters.schema.json"), parameters); err != nil {
		t.Error(err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema := compiledSchema(t, "service.schema.json")
	for name, test := range map[string]struct{ old, new string }{
		"misspelt key":     {"audience:", "audienc:"},
		"unknown type":     {"type: number", "type: numbr"},
		"one language":     {`{ru: "О справке", tt: "Белешмә турында", en: "About"}`, `{ru: "О справке"}`},
		"plain text":       {`{ru: "О справке", tt: "Белешмә турында", en: "About"}`, `"О справке"`},
		"unknown state":    {"  submitted:", "  submited:"},
		"unknown action":   {"[cancel, message]", "[cancle]"},
		"unknown level":    {"level: none", "level: high"},
		"duty of a list":   {`amount: copies * param("fee")`, "amount: [1]"},
		"channel of words": {"kind: mfc", "kind: mfz"},
	} {
		if !strings.Contains(small, test.old) {
			t.Fatalf("%s: no %q", name, test.old)
		}
		if err := fits(t, schema, []byte(strings.Replace(small, test.old, test.new, 1))); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
