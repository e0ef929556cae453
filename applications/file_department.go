package applications

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
)

// departmentReads is how long a department may fetch the files of an application after it was sent.
const departmentReads = 60 * 24 * time.Hour

// A file as the department is told of it is a departments.Attachment. Whoever holds its address may read, so it goes into the signed
// letter alone.

// pass opens one file for a time to the department that has the letter. It names none: staff may turn a letter that did not arrive to
// another department, and what the letter says goes with it.
type pass struct {
	File  uuid.UUID `json:"file"`
	Until time.Time `json:"until"`
}

var passPlace = []byte("application/file/pass")

// letterFiles lists the files that the answers name.
func (k *Core) letterFiles(d *dossier) []departments.Attachment {
	var list []departments.Attachment
	for _, a := range d.Files {
		if !a.Kept {
			continue
		}
		list = append(list, k.passFor(d.ID, a))
	}
	return list
}

// passFor is a file with an address that opens it for a time to the department that is sent the address.
func (k *Core) passFor(application uuid.UUID, a *attachment) departments.Attachment {
	raw, err := json.Marshal(pass{File: a.ID, Until: k.Now().Add(departmentReads)})
	if err != nil {
		panic(err) // an id, a word and a time
	}
	f := a.public(application)
	return departments.Attachment{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, SHA256: f.SHA256,
		URL: k.PublicURL + "/departments/files/" + base64.RawURLEncoding.EncodeToString(k.Box.Seal(raw, passPlace))}
}

// departmentFile serves a file to the holder of a pass, once its application was sent.
func (h *Handler) departmentFile(c *fiber.Ctx) error {
	sealed, err := base64.RawURLEncoding.DecodeString(c.Params("pass"))
	if err != nil || h.Files.Folder == nil {
		return errNoFile
	}
	raw, err := h.Box.Open(sealed, passPlace)
	if err != nil {
		return errNoFile
	}
	var p pass
	if err := json.Unmarshal(raw, &p); err != nil || !h.Now().Before(p.Until) {
		return errNoFile
	}
	rows, _ := h.DB.Query(c.UserContext(), `
		SELECT f.id, f.application, f.person, f.name, f.kind, f.size, f.sha256
		FROM application_file f
		WHERE f.id = $1 AND f.kept AND f.scan IN ('clean', 'none')
			AND EXISTS (SELECT FROM delivery d WHERE d.application_id = f.application)`, p.File)
	f, err := oneServed(rows)
	if err != nil {
		return err
	}
	return h.serveFile(c, f)
}
