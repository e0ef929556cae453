package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
)

const diffHTML frontend.Page[diffPage] = "catalog/staff-diff.html"

type diffPage struct {
	ID, Name string
	From, To frontend.Select
	Changes  []changeView
	Same     bool
}

// changeView is a change in the reader's words.
type changeView struct {
	Change
	Title string
	Tag   string
}

// diff compares two versions, or a version with the draft.
func (h *StaffHandler) diff(c *fiber.Ctx) error {
	id := c.Params("service")
	d, err := h.desk(c)
	if err != nil {
		return err
	}
	if !slices.Contains(d.known(), id) {
		return fault.New(fault.NotFound, "catalog.no_service")
	}
	from, to := c.Query("from"), c.Query("to", "draft")
	if p, ok := d.current[id]; ok && from == "" {
		from = strconv.Itoa(*p.Version)
	}
	old, err := h.sourceOf(c, d.drafts, id, from)
	if err != nil {
		return err
	}
	new, err := h.sourceOf(c, d.drafts, id, to)
	if err != nil {
		return err
	}
	changes, err := Differences(old, new)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	page := diffPage{ID: id, Name: id, Same: len(changes) == 0}
	if s := h.nameOf(d, id); s != nil {
		page.Name = s.Name.In(tr.Lang)
	}
	for _, ch := range changes {
		page.Changes = append(page.Changes, viewOf(ch, tr))
	}
	if err := h.versionFields(c, tr, id, from, to, &page); err != nil {
		return err
	}
	return diffHTML.Render(c, h.Pages, page)
}

// sourceOf is a definition as it is written: the draft's, or a published one's.
func (h *StaffHandler) sourceOf(c *fiber.Ctx, drafts *Drafts, id, version string) (string, error) {
	if version == "draft" {
		e, _ := drafts.draft(id)
		return e.text()
	}
	if version == "" {
		return "", nil // never published: all of the draft is new
	}
	n, err := strconv.Atoi(version)
	if err != nil {
		return "", fault.New(fault.NotFound, "catalog.no_service")
	}
	e, err := editionOf(c.UserContext(), h.Press.DB, id, n)
	if err != nil {
		return "", err
	}
	return e.text()
}

func viewOf(ch Change, tr Tr) changeView {
	v := changeView{Change: ch, Tag: map[string]string{"added": "govuk-tag--green", "removed": "govuk-tag--red", "changed": "govuk-tag--yellow"}[ch.Kind]}
	switch {
	case ch.Step == "":
		v.Title = tr.T("catalog_editor.diff_service")
	case ch.Question == "":
		v.Title = tr.T("catalog_editor.diff_step", ch.Name, ch.Step)
	default:
		v.Title = tr.T("catalog_editor.diff_question", ch.Name, ch.Question)
	}
	for i := range v.Lines {
		v.Lines[i].Path = inWords(v.Lines[i].Path, tr)
	}
	return v
}

// spoken are the keys of a definition that have a name in the reader's language: catalog_editor.key_<name>.
var spoken = map[string]bool{"name": true, "summary": true, "label": true, "hint": true, "title": true, "text": true, "when": true,
	"validate": true, "invalid": true, "missing": true, "options": true, "type": true, "id": true, "optional": true, "prefill": true,
	"duty": true, "term": true, "amount": true, "who": true, "before": true, "documents": true, "result": true, "keywords": true,
	"stops": true, "level": true, "ru": true, "tt": true, "en": true, "order": true, "steps": true, "questions": true, "value": true}

// inWords writes a place so that somebody who is no programmer knows it: "подпись, по-русски".
func inWords(path string, tr Tr) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '#' })
	for i, part := range parts {
		key, number, listed := strings.Cut(part, "[")
		if spoken[key] {
			key = tr.T("catalog_editor.key_" + key)
		}
		if listed {
			key += " " + strings.TrimSuffix(number, "]")
		}
		parts[i] = key
	}
	return strings.Join(parts, ", ")
}

func (h *StaffHandler) versionFields(c *fiber.Ctx, tr Tr, id, from, to string, page *diffPage) error {
	var card staffCardPage
	if err := h.history(c, tr, id, &card); err != nil {
		return err
	}
	items := []frontend.Option{{Value: "draft", Text: tr.T("catalog_editor.draft")}}
	for _, v := range card.Versions {
		items = append(items, frontend.Option{Value: strconv.Itoa(v.N), Text: tr.T("catalog_editor.version", v.N)})
	}
	page.From = frontend.Select{Name: "from", Value: from, Label: frontend.Label{Text: tr.T("catalog_editor.diff_from")}, Items: items}
	page.To = frontend.Select{Name: "to", Value: to, Label: frontend.Label{Text: tr.T("catalog_editor.diff_to")}, Items: items}
	return nil
}
