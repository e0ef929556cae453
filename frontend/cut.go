package frontend

import (
	"bytes"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/i18n"
)

// Blanks stand in the data of a page that RenderCut shows, where a reader's own value is to come. A blank of an address or of an id is
// BlankID; the others stand in texts and in attributes that are no addresses.
var (
	BlankID = uuid.MustParse("b1a4cb1a-4cb1-4a4c-8b1a-4cb1a4cb1a4c")

	BlankName = Blank("NAME")
	blankCSRF = Blank("CSRF")
	blankUser = Blank("USER")
)

// cutMax is how many kinds of pages are kept cut.
const cutMax = 500

// Blank names a further blank.
func Blank(name string) string { return "TAMGA-BLANK-" + name }

// cutPage is a page that was rendered with blanks and cut at them.
type cutPage struct {
	view   any      // what it was rendered of: the pieces fit only the same
	pieces []string // text, blank, text, blank … text
}

type cutKey struct {
	page string
	lang i18n.Lang
	kind string
}

// cutPages keeps them.
type cutPages struct {
	mu   sync.Mutex
	kept map[cutKey]*cutPage
}

func (k *cutPages) get(key cutKey) *cutPage {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[key]
}

func (k *cutPages) put(key cutKey, p *cutPage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || len(k.kept) >= cutMax {
		k.kept = map[cutKey]*cutPage{}
	}
	k.kept[key] = p
}

// RenderCut is Render for a page that is asked for again and again and differs in a few values only. Its data have blanks where those
// stand, and own says what comes there for this reader; the reader's name in the header and the token of forms are seen to. A page
// with the same blanks is rendered once, whatever else may be in the data: they are compared. kind keeps apart what would otherwise
// push each other out, such as clients.
func (n Page[T]) RenderCut(c *fiber.Ctx, p *Pages, kind string, data T, own map[string]string) error {
	view := View[T]{Layout: p.layout(c), Page: data}
	token := view.csrf
	view.csrf, view.RequestID = nil, ""
	if id := own[BlankID.String()]; id != "" {
		view.Path = strings.ReplaceAll(view.Path, id, BlankID.String())
	}
	name := ""
	if view.User != nil {
		blank := *view.User
		name, blank.Name, view.User = blank.Name, blankUser, &blank
	}
	key := cutKey{string(n), view.Lang, kind}
	cut := p.cut.get(key)
	if cut == nil || p.dev || !reflect.DeepEqual(cut.view, any(view)) {
		cut = &cutPage{view: view}
		view.csrf = func() string { return blankCSRF }
		page, err := n.execute(p, view)
		if err != nil {
			return err
		}
		blanks := []string{blankCSRF, blankUser}
		for blank := range own {
			blanks = append(blanks, blank)
		}
		cut.pieces = cutAt(page.String(), blanks)
		p.cut.put(key, cut)
	}
	var page bytes.Buffer
	for i, piece := range cut.pieces {
		switch {
		case i%2 == 0:
			page.WriteString(piece)
		case piece == blankCSRF:
			page.WriteString(token())
		case piece == blankUser:
			template.HTMLEscape(&page, []byte(name))
		default:
			template.HTMLEscape(&page, []byte(own[piece]))
		}
	}
	return send(c, view.Lang, &page)
}

// cutAt splits a page at the blanks, which are the odd pieces.
func cutAt(page string, blanks []string) (pieces []string) {
	for {
		at, found := len(page), ""
		for _, blank := range blanks {
			if i := strings.Index(page, blank); i >= 0 && i < at {
				at, found = i, blank
			}
		}
		pieces = append(pieces, page[:at])
		if found == "" {
			return pieces
		}
		pieces = append(pieces, found)
		page = page[at+len(found):]
	}
}

// execute renders a page in full before anything is sent.
func (n Page[T]) execute(p *Pages, view View[T]) (*bytes.Buffer, error) {
	set, err := p.set(string(n), view.Lang)
	if err != nil {
		return nil, err
	}
	page := &bytes.Buffer{}
	if err := set.ExecuteTemplate(page, "base", view); err != nil {
		return nil, fmt.Errorf("render %s: %w", string(n), err)
	}
	return page, nil
}

func send(c *fiber.Ctx, lang i18n.Lang, page *bytes.Buffer) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, string(lang))
	c.Vary(fiber.HeaderCookie)
	return c.Send(page.Bytes())
}
