package organisation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"

	"github.com/google/uuid"

	"tamga/idp/account"
)

// Check is what the register says about one part of an organisation's data.
type Check struct {
	ID        uuid.UUID
	Kind      string // number, tax, name, head
	State     string // waiting, passed, failed
	Reason    string
	Found     string // what the register has instead
	Attempts  int
	LastError string
}

// checkKinds lists the parts, in the order in which the page shows them. The name of a sole proprietor is the person's.
func checkKinds(t Type) []string {
	if t == Business {
		return []string{"number", "tax", "head"}
	}
	return []string{"number", "tax", "name", "head"}
}

// claim is what the register needs to know.
type claim struct {
	OGRN       string `json:"ogrn"`
	INN        string `json:"inn"`
	KPP        string `json:"kpp"`
	FullName   string `json:"full_name"`
	ShortName  string `json:"short_name"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	SNILS      string `json:"snils"`
}

func claimOf(o *Organisation, head *account.Identity) claim {
	return claim{o.OGRN, o.INN, o.KPP, o.FullName, o.ShortName, head.LastName, head.FirstName, head.MiddleName, head.SNILS}
}

// extract is the register's answer. About the head it only says yes or no.
type extract struct {
	Found     bool   `json:"found"`
	Status    string `json:"status"`
	INNMatch  bool   `json:"inn_match"`
	KPPMatch  bool   `json:"kpp_match"`
	NameMatch bool   `json:"name_match"`
	HeadMatch bool   `json:"head_match"`
	KPP       string `json:"kpp"`
	FullName  string `json:"full_name"`
	ShortName string `json:"short_name"`
	LegalForm string `json:"legal_form"`
	OKVED     string `json:"okved"`
	Address   string `json:"address"`
	OKTMO     string `json:"oktmo"`

	Branches *[]Branch `json:"branches"` // nil: the register says nothing about them
}

// gone tells whether the register has ended the organisation.
func (e *extract) gone() bool { return e.Found && e.Status == "liquidated" }

var kppShape = regexp.MustCompile(`^(|\d{4}[0-9A-Z]{2}\d{3})$`)

// ask puts the question. An error means that there is no answer yet.
func ask(ctx context.Context, client *http.Client, base string, q claim) (*extract, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/registers/organisations", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("register of organisations: %w", err)
	}
	defer got.Body.Close()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("register of organisations answered %d", got.StatusCode)
	}
	e := &extract{}
	if err := json.NewDecoder(io.LimitReader(got.Body, 1<<20)).Decode(e); err != nil {
		return nil, fmt.Errorf("register of organisations gave no JSON: %w", err)
	}
	if e.Found && (e.FullName == "" || !kppShape.MatchString(e.KPP)) {
		return nil, fmt.Errorf("register of organisations gave no name or a wrong KPP")
	}
	return e, nil
}

// verdict is the result of one check.
type verdict struct{ State, Reason, Found string }

// judge turns the answer into a result for each part. When the number is not there, nothing else can be said.
func judge(kinds []string, e *extract) map[string]verdict {
	all := map[string]verdict{}
	for _, kind := range kinds {
		v := verdict{State: "passed"}
		fail := func(bad bool, reason, found string) {
			if bad && v.State == "passed" {
				v = verdict{"failed", reason, found}
			}
		}
		switch kind {
		case "number":
			fail(!e.Found, "not_found", "")
			fail(e.gone(), "liquidated", "")
		case "tax":
			fail(!e.Found, "unknown", "")
			fail(!e.INNMatch, "inn", "")
			fail(!e.KPPMatch, "kpp", "")
		case "name":
			fail(!e.Found, "unknown", "")
			fail(!e.NameMatch, "name", e.FullName)
		case "head":
			fail(!e.Found, "unknown", "")
			fail(!e.HeadMatch, "head", "")
		}
		all[kind] = v
	}
	return all
}

// good tells whether all passed.
func good(all map[string]verdict) bool {
	for _, v := range all {
		if v.State != "passed" {
			return false
		}
	}
	return true
}
