package catalog

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"tamga/internal/db"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
)

// edited returns the definitions of the binary with one text replaced.
func edited(t *testing.T, name, old, new string) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, file := range []string{"organisations.yaml", "subjects.yaml", "parameters.yaml", "districts.yaml", "services/marriage.yaml", "services/kindergarten-compensation.yaml",
		"services/child-benefit.yaml", "services/advertising-permit.yaml"} {
		raw, err := files.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fsys[file] = &fstest.MapFile{Data: raw}
	}
	if name != "" {
		text := string(fsys[name].Data)
		if !strings.Contains(text, old) {
			t.Fatalf("%s has no %q", name, old)
		}
		fsys[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
	}
	return fsys
}

func published(t *testing.T, fsys fstest.MapFS, d db.DB) *Catalog {
	t.Helper()
	c, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVersionsAreNumberedByContent(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Portal)
	version := func(c *Catalog) int {
		s, err := c.Service("marriage", 0)
		if err != nil {
			t.Fatal(err)
		}
		return s.Version
	}
	if v := version(published(t, edited(t, "", "", ""), tx)); v != 1 {
		t.Errorf("first version is %d", v)
	}
	if v := version(published(t, edited(t, "", "", ""), tx)); v != 1 {
		t.Errorf("the same files again are version %d", v)
	}
	if v := version(published(t, edited(t, "services/marriage.yaml", "# Marriage", "# A comment on marriage"), tx)); v != 1 {
		t.Errorf("another comment is version %d", v)
	}
	second := published(t, edited(t, "services/marriage.yaml", "Регистрация брака", "Заключение брака"), tx)
	if v := version(second); v != 2 {
		t.Errorf("another name is version %d", v)
	}
	old, err := second.Service("marriage", 1)
	if err != nil {
		t.Fatal(err)
	}
	if old.Version != 1 || old.Name.RU != "Регистрация брака" || len(old.StepsOf("first", Set{})) == 0 {
		t.Errorf("version 1 came back as %d, %q", old.Version, old.Name.RU)
	}
	if _, err := second.Service("marriage", 9); !errors.Is(err, fault.NotFound) {
		t.Errorf("version 9: %v", err)
	}
	if _, err := tx.Exec(context.Background(), `SAVEPOINT before`); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(context.Background(), `UPDATE catalog_version SET definition = ''`); err == nil {
		t.Error("a published version can be changed")
	}
}

// An old process that starts late must not take the words of the new version away.
func TestOldProcessKeepsNewWords(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Portal)
	published(t, edited(t, "", "", ""), tx)
	published(t, edited(t, "services/marriage.yaml", "[свадьба,", "[свадьба, помолвка,"), tx)
	old := published(t, edited(t, "", "", ""), tx)
	found, err := old.Search(context.Background(), tx, "помолвка")
	if err != nil || len(found) != 1 {
		t.Errorf("found %d, %v", len(found), err)
	}
}
