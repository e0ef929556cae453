// Package migrations carries the schemas of the three databases inside the binary.
//
// A file is NNNN_verb_noun.sql, runs once in a transaction of its own, and is never edited after a release: db.Migrate keeps
// its SHA-256 and refuses a changed one. There are no down files: a mistake is mended by the next number. Numbers may have
// gaps, but two files of one database may not share a number.
package migrations

import (
	"embed"
	"io/fs"
)

// "all:" also embeds .gitkeep, so that a database without migrations of its own still builds.
//
//go:embed all:idp all:portal all:stand
var files embed.FS

// IDP is the schema of the identity provider's database.
func IDP() fs.FS { return sub("idp") }

// Portal is the schema shared by the portal, the staff site and the workers.
func Portal() fs.FS { return sub("portal") }

// Stand is the schema of the departmental stands and the sandbox bank.
func Stand() fs.FS { return sub("stand") }

func sub(dir string) fs.FS {
	f, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // only for an invalid path, and the three are literals
	}
	return f
}
