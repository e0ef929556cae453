package applications

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/google/uuid"
)

// canonical is what the signatures stand under: which application, who, and the answers. The order of the fields is part of
// the format.
type canonical struct {
	Format       string           `json:"format"`
	Application  uuid.UUID        `json:"application"`
	Organisation *Organisation    `json:"organisation,omitempty"` // in whose name
	Parties      []canonicalParty `json:"parties"`
	Form         json.RawMessage  `json:"form"` // service, version and answers with sorted keys, by catalog
}

type canonicalParty struct {
	Party string `json:"party"`
	Name  string `json:"name"`
	SNILS string `json:"snils"`
}

// canonicalForm returns the bytes that are signed: always the same for the same answers.
func (d *dossier) canonicalForm() ([]byte, error) {
	form, err := d.Definition.Canonical(d.Set)
	if err != nil {
		return nil, err
	}
	c := canonical{Format: "tamga-application-1", Application: d.ID, Organisation: d.Organisation, Form: form}
	for _, p := range d.Parties {
		c.Parties = append(c.Parties, canonicalParty{p.ID, p.Name(), p.SNILS})
	}
	return marshal(c)
}

// hash returns the SHA-256 of the present text.
func (d *dossier) hash() []byte {
	sum := sha256.Sum256(d.Form)
	return sum[:]
}

// marshal writes JSON without the escapes for HTML, which would be other bytes than those that were signed.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// grouped shows a hash in groups of four, so that two people can compare it aloud.
func grouped(hash []byte) string {
	h := hex.EncodeToString(hash)
	groups := make([]string, 0, len(h)/4)
	for ; len(h) >= 4; h = h[4:] {
		groups = append(groups, h[:4])
	}
	return strings.Join(groups, " ")
}
