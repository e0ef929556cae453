package frontend

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/jba/templatecheck"

	"tamga/internal/i18n"
	"tamga/internal/web"
)

//go:embed templates locales static
var embedded embed.FS

// Options are what New needs.
type Options struct {
	Log     *slog.Logger
	Dir     string // in development: the folder "frontend" on disk, read again for each page; "" takes what is built in
	Version string // shown in the footer
}

// Pages renders all pages. A page's template is parsed when it is first shown: a start takes no longer with more pages.
type Pages struct {
	// Bundle is all texts.
	Bundle *i18n.Bundle

	files   fs.FS
	assets  *assets
	log     *slog.Logger
	version string
	dev     bool
	base    *template.Template // layout and components, never executed: html/template cannot clone what it has executed
	sets    sync.Map           // setKey -> func() (*template.Template, error)
	cut     cutPages           // for RenderCut
}

type setKey struct {
	page string
	lang i18n.Lang
}

// New reads the texts, the layout and the components.
func New(o Options) (*Pages, error) {
	p := &Pages{files: embedded, log: o.Log, version: o.Version}
	if o.Dir != "" {
		p.files, p.dev = os.DirFS(o.Dir), true
	}
	return p, p.load()
}

func (p *Pages) load() error {
	locales, err := fs.Sub(p.files, "locales")
	if err != nil {
		return err
	}
	if p.Bundle, err = i18n.Load(locales); err != nil {
		return err
	}
	if p.assets, err = loadAssets(p.files); err != nil {
		return err
	}
	p.base, err = template.New("base").Funcs(p.funcs(i18n.RU)).ParseFS(p.files, "templates/layout/*.html", "templates/ui/*.html")
	return err
}

// T returns a text in lang.
func (p *Pages) T(lang i18n.Lang, key string, args ...any) string {
	return p.Bundle.T(lang, key, args...)
}

// Texts returns T bound to the language of the request, for a handler that fills labels: t := h.Pages.Texts(c).
func (p *Pages) Texts(c *fiber.Ctx) func(key string, args ...any) string {
	lang := web.Lang(c)
	return func(key string, args ...any) string { return p.Bundle.T(lang, key, args...) }
}

// parse returns a fresh template set of one page.
func (p *Pages) parse(name string, lang i18n.Lang) (*template.Template, error) {
	set, err := p.base.Clone()
	if err != nil {
		return nil, err
	}
	set, err = set.Funcs(p.funcs(lang)).ParseFS(p.files, path.Join("templates", name))
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return set, nil
}

func (p *Pages) set(name string, lang i18n.Lang) (*template.Template, error) {
	if p.dev {
		fresh := &Pages{files: p.files, version: p.version, log: p.log, dev: true}
		if err := fresh.load(); err != nil {
			return nil, err
		}
		return fresh.parse(name, lang)
	}
	once, _ := p.sets.LoadOrStore(setKey{name, lang}, sync.OnceValues(func() (*template.Template, error) {
		return p.parse(name, lang)
	}))
	return once.(func() (*template.Template, error))()
}

// View is what a template sees: the layout's fields at the top, the page's own under .Page.
type View[T any] struct {
	Layout
	Page T
}

// Page names a template file, relative to templates/, and the type of its data.
type Page[T any] string

// Render shows the page with the status set by c.Status. It is rendered in full before anything is sent.
func (n Page[T]) Render(c *fiber.Ctx, p *Pages, data T) error {
	view := View[T]{Layout: p.layout(c), Page: data}
	if failed, ok := any(data).(interface{ Problems() []Problem }); ok {
		view.Errors.list = append(view.Errors.list, failed.Problems()...)
	}
	page, err := n.execute(p, view)
	if err != nil {
		return err
	}
	return send(c, view.Lang, page)
}

// Check compares the template with the type of its data: a wrong field, a wrong argument or a missing partial is an error.
func (n Page[T]) Check(p *Pages) error {
	set, err := p.parse(string(n), i18n.RU)
	if err != nil {
		return err
	}
	for _, part := range []string{"title", "main"} {
		if set.Lookup(part) == nil {
			return fmt.Errorf("page %s does not define %q", string(n), part)
		}
	}
	if err := templatecheck.CheckHTMLStrict(set.Lookup("base"), View[T]{}); err != nil {
		return fmt.Errorf("page %s: %w", string(n), err)
	}
	return nil
}
