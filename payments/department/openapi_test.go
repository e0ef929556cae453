package department

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"tamga/payments"
)

// TestDepartmentChargesOpenAPI: the description names the fields that are read, and its example is taken.
func TestDepartmentChargesOpenAPI(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/openapi/payments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Example map[string]any `yaml:"example"`
					} `yaml:"content"`
				} `yaml:"requestBody"`
			} `yaml:"post"`
		} `yaml:"paths"`
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Properties map[string]any `yaml:"properties"`
				} `yaml:"properties"`
			} `yaml:"schemas"`
		} `yaml:"components"`
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	names := func(of any) (all []string) {
		typ := reflect.TypeOf(of)
		for i := range typ.NumField() {
			if name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ","); name != "" {
				all = append(all, name)
			}
		}
		return all
	}
	data := doc.Components.Schemas["ChargeData"].Properties
	for _, name := range names(Data{}) {
		if _, ok := data[name]; !ok {
			t.Errorf("the description lacks data.%s", name)
		}
	}
	for _, name := range append(names(Whom{}), names(payments.Identity{})...) {
		if _, ok := data["payer"].Properties[name]; !ok {
			t.Errorf("the description lacks data.payer.%s", name)
		}
	}
	for _, name := range names(Answer{}) {
		if _, ok := doc.Components.Schemas["Charge"].Properties[name]; !ok {
			t.Errorf("the description lacks %s of the answer", name)
		}
	}
	example := doc.Paths["/api/departments/{code}/charges"].Post.RequestBody.Content["application/cloudevents+json"].Example
	if example == nil {
		t.Fatal("the description has no example")
	}
	example["time"] = time.Now().UTC().Format(time.RFC3339)
	body, err := json.Marshal(example)
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	o.wants(200, `"status":"open"`)(o.say("traffic", "traffic", body))
}
