package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"

	"tamga/internal/i18n"
)

// Cache answers readers who are not signed in with pages from memory. It stands in Config, before all that asks who the reader is.
//
// A page is kept under its address and language, and under nothing else that a request says: no other header reaches what is
// kept, because only these pages are kept:
//
//   - asked for with GET at an address that Open knows, letter by letter as it was sent;
//   - by a browser without the cookie of a session, and without authorization;
//   - answered with 200, no cookie, and no form token.
//
// A browser may keep such a page but asks each time whether it is still good, since signing in changes it; a shared cache may not.
type Cache struct {
	Session string                // the cookie of a session: who has it gets pages of their own
	Open    func(uri string) bool // path and query that may be kept: a small and finite set
	Edition func() any            // of what the pages show: a new one forgets all pages
	Keep    time.Duration         // then a page is made anew: pages show prices of the day
	shelf   atomic.Pointer[shelf]
}

// shelf holds the pages of one edition.
type shelf struct {
	edition any
	pages   sync.Map // address and language -> *kept
}

type shelfKey struct {
	uri  string
	lang i18n.Lang
}

// kept is a page in the encodings that browsers ask for.
type kept struct {
	until          time.Time
	kind, language string
	bodies         [3]body // plain, gzip, br
}

type body struct {
	encoding, etag string
	bytes          []byte
}

// Serve is the middleware.
func (m *Cache) Serve(c *fiber.Ctx) error {
	method := c.Method()
	if method != fiber.MethodGet && method != fiber.MethodHead || len(c.Request().Header.Cookie(m.Session)) > 0 ||
		len(c.Request().Header.Peek(fiber.HeaderAuthorization)) > 0 {
		return c.Next()
	}
	edition := m.Edition()
	pages := m.shelf.Load()
	if pages == nil || pages.edition != edition {
		pages = &shelf{edition: edition}
		m.shelf.Store(pages)
	}
	key := shelfKey{string(c.Request().RequestURI()), Lang(c)}
	if found, ok := pages.pages.Load(key); ok && time.Now().Before(found.(*kept).until) {
		return found.(*kept).send(c)
	}
	if !m.Open(key.uri) {
		return c.Next()
	}
	if err := c.Next(); err != nil || method != fiber.MethodGet || !openPage(c) {
		return err
	}
	fresh := newKept(c, time.Now().Add(m.Keep))
	pages.pages.Store(key, fresh)
	return fresh.send(c)
}

// openPage tells whether the answer is the same for everybody.
func openPage(c *fiber.Ctx) bool {
	r := c.Response()
	cookies := 0
	r.Header.VisitAllCookie(func(_, _ []byte) { cookies++ })
	return r.StatusCode() == fiber.StatusOK && !r.IsBodyStream() && cookies == 0 &&
		c.Locals(keyCSRFAsked) == nil && Current(c) == nil && len(r.Header.Peek(fiber.HeaderCacheControl)) == 0 &&
		strings.HasPrefix(string(r.Header.ContentType()), fiber.MIMETextHTML)
}

func newKept(c *fiber.Ctx, until time.Time) *kept {
	plain := bytes.Clone(c.Response().Body())
	sum := sha256.Sum256(plain)
	name := base64.RawURLEncoding.EncodeToString(sum[:12])
	var small, smallest bytes.Buffer
	zip, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // writing to memory cannot fail
	_, _ = zip.Write(plain)
	_ = zip.Close()
	br := brotli.NewWriterLevel(&smallest, 9) // 11 takes ten times as long for three percent
	_, _ = br.Write(plain)
	_ = br.Close()
	return &kept{
		until: until, kind: string(c.Response().Header.ContentType()), language: string(c.Response().Header.Peek(fiber.HeaderContentLanguage)),
		bodies: [3]body{{"", `"` + name + `"`, plain}, {"gzip", `"` + name + `-gzip"`, small.Bytes()}, {"br", `"` + name + `-br"`, smallest.Bytes()}},
	}
}

func (k *kept) send(c *fiber.Ctx) error {
	accepted := c.Request().Header.Peek(fiber.HeaderAcceptEncoding)
	b := &k.bodies[0]
	for i := len(k.bodies) - 1; i > 0; i-- {
		if accepts(accepted, k.bodies[i].encoding) {
			b = &k.bodies[i]
			break
		}
	}
	h := &c.Response().Header
	h.Set(fiber.HeaderETag, b.etag)
	h.Set(fiber.HeaderCacheControl, "private, no-cache")
	h.Set(fiber.HeaderVary, "Cookie, Accept-Encoding")
	if match := c.Request().Header.Peek(fiber.HeaderIfNoneMatch); len(match) > 0 && matches(string(match), b.etag) {
		c.Response().ResetBody()
		c.Status(fiber.StatusNotModified)
		return nil
	}
	h.SetContentType(k.kind)
	h.Set(fiber.HeaderContentLanguage, k.language)
	if b.encoding != "" {
		h.SetContentEncoding(b.encoding)
	}
	c.Response().SetBodyRaw(b.bytes) // never written to
	return nil
}

// accepts tells whether an Accept-Encoding names an encoding and does not refuse it.
func accepts(header []byte, encoding string) bool {
	for one := range bytes.SplitSeq(header, []byte(",")) {
		name, weight, _ := bytes.Cut(one, []byte(";"))
		if string(bytes.TrimSpace(name)) == encoding {
			weight = bytes.ReplaceAll(weight, []byte(" "), nil)
			return !bytes.HasPrefix(weight, []byte("q=0")) || len(bytes.Trim(weight, "q=.0")) > 0
		}
	}
	return false
}

// matches tells whether an If-None-Match names the tag.
func matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == etag || one == "*" {
			return true
		}
	}
	return false
}
