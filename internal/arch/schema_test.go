package arch

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/dbtest"
)

var databases = map[string]dbtest.Set{"portal": dbtest.Portal, "idp": dbtest.IDP, "stand": dbtest.Stand}

// TestSchemaFile holds migrations/<database>.sql, which people read, to what the migrations really make. It is written from
// PostgreSQL's own catalog and not by pg_dump, whose output differs between versions. `make schema` rewrites the files.
func TestSchemaFile(t *testing.T) {
	t.Parallel()
	for name, set := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := describe(t.Context(), dbtest.Tx(t, set))
			if err != nil {
				t.Fatal(err)
			}
			path := "../../migrations/" + name + ".sql"
			if os.Getenv("UPDATE_SCHEMA") != "" {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s is stale, run make schema:\n%s", path, diff)
			}
		})
	}
}

// describe writes tables, indexes, functions and triggers in the order of their names. River's own tables are left out:
// River documents them.
func describe(ctx context.Context, d db.DB) (string, error) {
	var out strings.Builder
	fmt.Fprintln(&out, "-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.")
	for _, part := range []string{functionsSQL, tablesSQL, triggersSQL} {
		rows, err := d.Query(ctx, part)
		if err != nil {
			return "", err
		}
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return "", err
		}
		for _, text := range texts {
			fmt.Fprintf(&out, "\n%s\n", text)
		}
	}
	return out.String(), nil
}

const functionsSQL = `
	SELECT pg_get_functiondef(p.oid)
	FROM pg_proc p
	WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'river%' AND p.prokind = 'f'
	  AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
	ORDER BY p.proname`

const tablesSQL = `
	SELECT 'TABLE ' || c.relname || coalesce(' -- ' || obj_description(c.oid), '') || E'\n' ||
	  (SELECT string_agg('    ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
	      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
	      || CASE WHEN d.adbin IS NULL THEN '' WHEN a.attgenerated <> '' THEN ' GENERATED (' || pg_get_expr(d.adbin, d.adrelid) || ')'
	              ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END
	      || CASE WHEN a.attidentity <> '' THEN ' IDENTITY' ELSE '' END
	      || coalesce(' -- ' || col_description(c.oid, a.attnum), ''), E'\n' ORDER BY a.attnum)
	   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
	   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
	  || coalesce(E'\n' || (SELECT string_agg('    ' || k.conname || ' ' || pg_get_constraintdef(k.oid), E'\n' ORDER BY k.contype, k.conname)
	      FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n'), '')
	  || coalesce(E'\n' || (SELECT string_agg('    ' || pg_get_indexdef(i.indexrelid), E'\n' ORDER BY i.indexrelid::regclass::text)
	      FROM pg_index i WHERE i.indrelid = c.oid
	        AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))), '')
	FROM pg_class c
	WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'river%'
	ORDER BY c.relname`

const triggersSQL = `
	SELECT pg_get_triggerdef(t.oid)
	FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
	WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace AND c.relname NOT LIKE 'river%'
	ORDER BY c.relname, t.tgname`
