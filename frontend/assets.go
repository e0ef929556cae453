package frontend

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
)

const assetsPath = "/assets/"

// asset is one built file. It is compressed when it is first asked for: the build stays the same with any compressor.
type asset struct {
	kind   string
	body   []byte
	brotli func() []byte
	gzip   func() []byte
}

// assets are the built files under static/: manifest.json maps "app.css" to "app.<hash>.css".
type assets struct {
	manifest map[string]string
	files    map[string]*asset
}

func loadAssets(fsys fs.FS) (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	raw, err := fs.ReadFile(fsys, "static/manifest.json")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &a.manifest); err != nil {
		return nil, fmt.Errorf("static/manifest.json: %w", err)
	}
	for _, name := range a.manifest {
		body, err := fs.ReadFile(fsys, path.Join("static", name))
		if err != nil {
			return nil, err
		}
		a.files[name] = newAsset(name, body)
	}
	return a, nil
}

func newAsset(name string, body []byte) *asset {
	a := &asset{kind: mime.TypeByExtension(path.Ext(name)), body: body}
	if path.Ext(name) == ".woff2" { // already compressed, and unknown to some systems' tables of types
		a.kind = "font/woff2"
		return a
	}
	a.brotli = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w := brotli.NewWriterLevel(&b, brotli.BestCompression)
		_, _ = w.Write(body)
		_ = w.Close()
		return b.Bytes()
	})
	a.gzip = sync.OnceValue(func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(body)
		_ = w.Close()
		return b.Bytes()
	})
	return a
}

// Asset returns the address of a built file: "app.css" is at /assets/app.<hash>.css.
func (p *Pages) Asset(name string) (string, error) {
	hashed, ok := p.assets.manifest[name]
	if !ok {
		return "", fmt.Errorf("no asset %q in static/manifest.json: run make assets", name)
	}
	return assetsPath + hashed, nil
}

// Mount serves the built files. Mount it before sessions: they need nobody signed in. Names carry a hash of the content, so
// a browser keeps them for ever.
func (p *Pages) Mount(r fiber.Router) {
	r.Get(assetsPath+":file", func(c *fiber.Ctx) error {
		return p.send(c, c.Params("file"), "public, max-age=31536000, immutable")
	})
	r.Get("/favicon.ico", func(c *fiber.Ctx) error {
		return p.send(c, p.assets.manifest["mark.svg"], "public, max-age=86400")
	})
}

func (p *Pages) send(c *fiber.Ctx, name, cache string) error {
	a, ok := p.assets.files[name]
	if !ok {
		return fiber.ErrNotFound
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Set(fiber.HeaderContentType, a.kind)
	if a.brotli == nil {
		return c.Send(a.body)
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	switch { // asked one by one: together the browser's order would win, and browsers name gzip first
	case c.AcceptsEncodings("br") != "":
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(a.brotli())
	case c.AcceptsEncodings("gzip") != "":
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(a.gzip())
	}
	return c.Send(a.body)
}
