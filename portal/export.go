package portal

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/documents"
	"tamga/frontend"
	"tamga/internal/journal"
	"tamga/internal/web"
)

// A person takes away everything that the portal holds about them: one ZIP with JSON for programs and PDF for people. What is small is
// gathered first, so that a failure is a page; files are read one by one while the archive is sent, which never lies on a disk.

const (
	exportWait = 10 * time.Minute // for one archive to be sent
	exportMost = 10000            // entries of the journal
)

var exportRate = web.Rate{Burst: 5, Every: 10 * time.Minute}

type exportPage struct {
	frontend.Errors
	Password *frontend.PasswordInput // nil: ESIA's word is enough
	Enter    string                  // where to sign in again, "" when that is not needed
	Delete   bool                    // the page of the deletion: what it says differs
	Open     []waitingLine           // applications that must end before
	Agree    frontend.Checkboxes
}

const (
	exportTemplate frontend.Page[exportPage] = "portal/export.html"
	deleteTemplate frontend.Page[exportPage] = "portal/delete.html"

	// freshSignIn is how long a sign-in through ESIA counts as a proof that the person is there now.
	freshSignIn = 15 * time.Minute
)

// proofForm asks for the password, or for a new sign-in at ESIA where there is none: who finds an open cabinet must not empty it.
func (h *Handler) proofForm(c *fiber.Ctx, a *Account, back string) exportPage {
	var page exportPage
	switch {
	case a.Bound() && !throughESIA(c), a.PasswordHash == nil && h.Now().Sub(web.Current(c).Started) > freshSignIn:
		page.Enter = withNext("/esia/start", back)
	case a.PasswordHash != nil:
		in := passwordInput(h.Pages.Texts(c)("portal.password_cabinet"))
		page.Password = &in
	}
	return page
}

// proved checks what the form says, and notes what is wrong with it.
func (h *Handler) proved(c *fiber.Ctx, a *Account, page *exportPage) error {
	if page.Password == nil {
		return nil
	}
	err := h.confirmOwner(c, a, "password", &page.Errors)
	page.Password.ErrorMessage = page.Errors.Message("password")
	return err
}

func (h *Handler) showExport(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	return exportTemplate.Render(c, h.Pages, h.proofForm(c, a, "/settings/export"))
}

func (h *Handler) export(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page := h.proofForm(c, a, "/settings/export")
	if page.Enter != "" {
		return seeOther(c, "/settings/export")
	}
	if err := h.proved(c, a, &page); err != nil {
		return err
	}
	if page.Errors.Any() {
		return exportTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.Limit.Allow(c.UserContext(), "portal-export", a.ID.String(), exportRate); err != nil {
		return err
	}
	held, err := h.gather(c, a)
	if err != nil {
		return err
	}
	if err := journal.Write(c.UserContext(), h.DB, own(a, "account.export")); err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tamga-`+h.Now().Format(time.DateOnly)+`.zip"`)
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		if err := held.write(w); err != nil {
			if h.Log != nil {
				h.Log.Error("export is cut off", "err", err, "account", a.ID)
			}
			return // without the directory at its end the archive does not open, and nobody takes it for whole
		}
		_ = w.Flush()
	})
	return nil
}

// held is all that is known of a person.
type held struct {
	Parts        map[string]any // by their paths: []byte as it is, a function when its turn comes, anything else as JSON
	Applications []applications.Exported
	at           time.Time
}

// giver is a domain that holds something of people and gives it away: each file by its path in the archive, as held has it.
type giver interface {
	Export(c *fiber.Ctx) (map[string]any, error)
}

func (h *Handler) gather(c *fiber.Ctx, a *Account) (*held, error) {
	ctx := c.UserContext()
	profile, err := a.openProfile(h.Box)
	if err != nil {
		return nil, err
	}
	papers, err := documents.Of(ctx, h.DB, h.Box, a.ID)
	if err != nil {
		return nil, err
	}
	entries, err := journal.OfSubject(ctx, h.DB, a.ID.String(), 0, exportMost)
	if err != nil {
		return nil, err
	}
	all := &held{at: h.Now(), Parts: map[string]any{
		"account.json": map[string]any{"id": a.ID, "phone": a.Phone, "last_name": a.LastName, "first_name": a.FirstName, "middle_name": a.MiddleName,
			"email": a.Email, "language": a.Lang, "esia": a.ESIASub, "level": a.Level, "told_by_esia": profile, "created_at": a.CreatedAt, "last_seen_at": a.LastSeenAt},
		"documents.json": papers, "journal.json": looksOf(entries),
	}}
	for _, g := range h.givers {
		parts, err := g.Export(c)
		if err != nil {
			return nil, fmt.Errorf("export of %T: %w", g, err)
		}
		maps.Copy(all.Parts, parts)
	}
	if h.Applications != nil {
		if all.Applications, err = h.Applications.Export(ctx, a.ID, web.Lang(c)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// write writes the archive. The names of attached files are people's: nothing of them may lead out of their folder.
func (e *held) write(w io.Writer) error {
	z := zip.NewWriter(w)
	add := func(name string, content []byte) error {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: e.at})
		if err != nil {
			return err
		}
		_, err = f.Write(content)
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(e.Parts)) {
		content, err := contentOf(e.Parts[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := add(name, content); err != nil {
			return err
		}
	}
	for _, a := range e.Applications {
		folder := "applications/" + plainName(a.Name) + "/"
		if err := add(folder+"application.json", a.JSON); err != nil {
			return err
		}
		if a.PDF != nil {
			if err := add(folder+"application.pdf", a.PDF); err != nil {
				return err
			}
		}
		for i, file := range a.Files {
			content, err := file.Content()
			if err != nil {
				return err
			}
			if err := add(fmt.Sprintf("%sfiles/%d-%s", folder, i+1, plainName(file.Name)), content); err != nil {
				return err
			}
		}
	}
	return z.Close()
}

func contentOf(p any) ([]byte, error) {
	switch p := p.(type) {
	case []byte:
		return p, nil
	case func() ([]byte, error):
		return p()
	}
	return json.MarshalIndent(p, "", "  ")
}

func plainName(name string) string {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/|?*`, r) {
			return '_'
		}
		return r
	}, name)
	if name == "." || name == ".." {
		return "_"
	}
	return name
}

// look is an entry of the journal in the export.
type look struct {
	At      time.Time      `json:"at"`
	Who     string         `json:"who"`
	Action  string         `json:"action"`
	Purpose string         `json:"purpose,omitempty"`
	Details map[string]any `json:"details,omitempty"`
}

func looksOf(entries []journal.Record) []look {
	list := make([]look, len(entries))
	for i, e := range entries {
		list[i] = look{e.At, e.ActorRole, e.Action, e.Purpose, e.Details}
	}
	return list
}
