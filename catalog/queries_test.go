package catalog

import (
	"context"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"tamga/internal/dbtest"
)

// TestQueries holds the search to what residents type (queries.yaml): the right service comes first nearly always.
func TestQueries(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("queries.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var queries map[string][]string
	if err := yaml.Unmarshal(raw, &queries); err != nil {
		t.Fatal(err)
	}
	c, err := Load(Files())
	if err != nil {
		t.Fatal(err)
	}
	tx := dbtest.Tx(t, dbtest.Portal)
	if err := c.Publish(context.Background(), tx); err != nil {
		t.Fatal(err)
	}
	sum, n := 0.0, 0
	for _, id := range slices.Sorted(maps.Keys(queries)) {
		if c.current(id) == nil {
			t.Errorf("queries.yaml: no service %q", id)
			continue
		}
		for _, query := range queries[id] {
			found, err := c.Search(context.Background(), tx, query)
			if err != nil {
				t.Fatalf("%q: %v", query, err)
			}
			n++
			at := slices.IndexFunc(found, func(s *Service) bool { return s.ID == id })
			if at >= 0 {
				sum += 1 / float64(at+1)
			}
			if at != 0 {
				first := "nothing"
				if len(found) > 0 {
					first = found[0].ID
				}
				t.Logf("%q: %s comes first, %s is at %d of %d", query, first, id, at+1, len(found))
			}
		}
	}
	mrr := sum / float64(max(n, 1))
	t.Logf("MRR %.3f over %d queries of %d services", mrr, n, len(queries))
	if n < 150 || mrr < 0.9 {
		t.Errorf("MRR %.3f over %d queries: want 0.9 over at least 150", mrr, n)
	}
}

// TestMarkupMeansNothing: what is no question leads nowhere, whatever single digits of it stand in a definition.
func TestMarkupMeansNothing(t *testing.T) {
	t.Parallel()
	c, err := Load(Files())
	if err != nil {
		t.Fatal(err)
	}
	tx := dbtest.Tx(t, dbtest.Portal)
	if err := c.Publish(context.Background(), tx); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"<script>", "<script>alert(1)</script>", "' OR 1=1 --", "%00%27", "../../etc/passwd"} {
		found, err := c.Search(context.Background(), tx, query)
		if err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if len(found) > 0 {
			t.Errorf("%q finds %s", query, found[0].ID)
		}
	}
}
