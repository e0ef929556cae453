package papers

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/internal/secret"
)

// State says whether a register has confirmed a paper.
type State string

// The states. A change of the paper's text makes it Checking again, or Unchecked where nobody can be asked.
const (
	Unchecked State = "unchecked"
	Checking  State = "checking"
	Verified  State = "verified"
	Refused   State = "refused"
)

// ESIA is the state in the words of ESIA.
func (s State) ESIA() string {
	return map[State]string{Verified: "VERIFIED", Checking: "VERIFYING"}[s] + map[State]string{Unchecked: "NOT_VERIFIED", Refused: "NOT_VERIFIED"}[s]
}

// Paper is a document, an address or a vehicle as it is kept.
type Paper struct {
	ID        int64
	Owner     uuid.UUID // an account or a child
	Kind      string
	Fields    map[string]string // canonical values by the names of the kind's fields; dates are YYYY-MM-DD
	State     State
	Round     int
	Reason    string
	Attempts  int
	ChangedAt time.Time
	CheckedAt *time.Time
}

// place binds a sealed paper to its row and owner: moved elsewhere, it does not open.
func place(owner uuid.UUID, id int64) []byte {
	return []byte("paper.content:" + owner.String() + ":" + strconv.FormatInt(id, 10))
}

// slot is empty where the owner has one paper of the kind, and otherwise tells them apart unreadably.
func slot(box *secret.Box, k *Kind, fields map[string]string) []byte {
	if k.Many == "" {
		return []byte{}
	}
	return box.Blind("paper:" + k.Name + ":" + fields[k.Many])[:16]
}

// ETag is a fingerprint of content: 40 upper-case hex digits, as ESIA has them. It is keyed, since passport numbers are few enough to try
// them all against a plain hash.
func ETag(box *secret.Box, content any) string {
	raw, err := json.Marshal(content)
	if err != nil {
		panic(err) // content is made of strings and numbers
	}
	return strings.ToUpper(hex.EncodeToString(box.Blind("etag:" + string(raw))[:20]))
}

// split cuts a number as printed into series and number, where the kind has a series.
func split(s string) (series, number string) {
	if i := strings.LastIndexByte(s, ' '); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}
