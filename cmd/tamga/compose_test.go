package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
)

// TestComposeMatchesSettings holds each TAMGA_* of docker-compose.yml to the settings of the role that gets it: no unknown name, no
// required one missing.
func TestComposeMatchesSettings(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]any
			Build       any
		}
	}
	if err := yaml.Unmarshal(raw, &compose); err != nil {
		t.Fatal(err)
	}
	ours := 0
	for name, service := range compose.Services {
		if service.Build == nil {
			continue // somebody else's image
		}
		ours++
		if len(service.Command) == 0 {
			t.Errorf("%s has no command", name)
			continue
		}
		known, required := settingsOf(t, service.Command[0])
		for key, value := range service.Environment {
			if strings.HasPrefix(key, "TAMGA_") && !slices.Contains(known, key) {
				t.Errorf("%s: %s is no setting of tamga %s", name, key, service.Command[0])
			}
			if key == "TAMGA_ENV" && value != "production" {
				t.Errorf("%s runs with TAMGA_ENV=%v", name, value)
			}
		}
		for _, key := range required {
			if _, ok := service.Environment[key]; !ok {
				t.Errorf("%s: tamga %s needs %s", name, service.Command[0], key)
			}
		}
	}
	if ours != 5 {
		t.Errorf("%d services of ours, want portal, worker, intra, idp and migrate", ours)
	}
}

// TestDockerfile holds the image to the module: its Go version and the entry point.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	_, version, _ := strings.Cut(string(module), "\ngo ")
	major := strings.Join(strings.SplitN(strings.Fields(version)[0], ".", 3)[:2], ".")
	for _, want := range []string{"FROM golang:" + major, "./cmd/tamga", "USER nonroot", `ENTRYPOINT ["/usr/local/bin/tamga"]`} {
		if !strings.Contains(string(file), want) {
			t.Errorf("Dockerfile lacks %q", want)
		}
	}
}

func settingsOf(t *testing.T, command string) (known, required []string) {
	t.Helper()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range parser.Model.Children {
		if node.Name != command {
			continue
		}
		if node.DefaultCmd != nil {
			node = node.DefaultCmd
		}
		for _, flag := range node.Flags {
			known = append(known, flag.Envs...)
			if flag.Required {
				required = append(required, flag.Envs...)
			}
		}
	}
	if len(known) == 0 {
		t.Fatalf("there is no command %q", command)
	}
	return known, required
}
