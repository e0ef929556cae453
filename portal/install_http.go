package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

// The portal can be installed, and says so itself when there is no network: a manifest and a worker in each language. The worker
// (frontend/assets/worker.js) keeps the files of the looks and the page /offline as nobody sees it; no page of a person.

type offlinePage struct{}

const offlineTemplate frontend.Page[offlinePage] = "portal/offline.html"

// appFiles are what the page without a network needs.
var appFiles = []string{"app.css", "head.js", "app.js", "mark.svg", "icons.svg", "pattern.svg", "golos-cyrillic.woff2", "golos-latin.woff2", "golos-tatar.woff2"}

type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	About      string         `json:"description"`
	Lang       i18n.Lang      `json:"lang"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
	Shortcuts  []shortcut     `json:"shortcuts"`
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type shortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

func (h *Handler) showManifest(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	m := manifest{ID: "/", Name: t("offline.app_name"), ShortName: t("offline.app_short"), About: t("offline.app_about"), Lang: web.Lang(c),
		StartURL: "/", Scope: "/", Display: "standalone", Background: "#f4f2ec", Theme: "#0b5d56",
		Shortcuts: []shortcut{{t("portal.applications"), "/applications"}, {t("cabinet.section_documents"), "/documents"}}}
	for _, one := range []manifestIcon{{"icon-192.png", "192x192", "image/png", "any"}, {"icon-512.png", "512x512", "image/png", "any"},
		{"icon-maskable.png", "512x512", "image/png", "maskable"}, {"mark.svg", "any", "image/svg+xml", "any"}} {
		var err error
		if one.Source, err = h.Pages.Asset(one.Source); err != nil {
			return err
		}
		m.Icons = append(m.Icons, one)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return c.JSON(m, "application/manifest+json")
}

// showWorker is the worker of one language. It names what to keep; a new build or a new text makes a new name, and the old is dropped.
func (h *Handler) showWorker(c *fiber.Ctx) error {
	lang := i18n.Parse(c.Params("lang"))
	page := "/offline?lang=" + string(lang)
	var files []string
	for _, name := range appFiles {
		file, err := h.Pages.Asset(name)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	sum := sha256.New()
	for _, part := range files {
		sum.Write([]byte(part))
	}
	for _, key := range []string{"title", "text", "safe", "retry", "kept_title", "kept_text", "again"} {
		sum.Write([]byte(h.Pages.T(lang, "offline."+key)))
	}
	kept, err := json.Marshal(map[string]any{"name": "tamga-" + string(lang) + "-" + hex.EncodeToString(sum.Sum(nil))[:12], "offline": page, "files": files})
	if err != nil {
		return err
	}
	source, err := h.Pages.Asset("worker.js")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderContentType, "text/javascript; charset=utf-8")
	var b strings.Builder
	b.WriteString("self.tamga = ")
	b.Write(kept)
	b.WriteString("\nimportScripts(\"" + source + "\")\n")
	return c.SendString(b.String())
}

func (h *Handler) showOffline(c *fiber.Ctx) error {
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return offlineTemplate.Render(c, h.Pages, offlinePage{})
}
