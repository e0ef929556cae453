package documents

import (
	_ "embed"
	"slices"

	"tamga/catalog"
)

//go:embed kinds.yaml
var kindsFile []byte

// form asks for documents. The file is part of the binary, and a test reads it: it cannot be wrong at run time.
var form = func() *catalog.Service {
	f, err := catalog.ReadForm("documents/kinds.yaml", kindsFile)
	if err != nil {
		panic(err)
	}
	return f
}()

// The kinds.
const (
	Passport = "passport"
	SNILS    = "snils"
	INN      = "inn"
	Address  = "address"
	Child    = "child"
	Licence  = "licence"
	Vehicle  = "vehicle"
	Policy   = "policy"
	Bank     = "bank"
)

// several are the kinds of which a person may have more than one.
var several = []string{Child, Vehicle}

// most bounds the documents of one kind that a person types.
const most = 20

// Many tells whether a person may have several documents of a kind.
func Many(kind string) bool { return slices.Contains(several, kind) }
