package support

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/files"
)

var fileKinds = []files.Kind{files.PDF, files.JPEG, files.PNG}

// scanTime is how long the scanner may take while a person waits.
const scanTime = 8 * time.Second

// receive reads, inspects and seals the files of the form. problem is for the person who sent them.
func (h *Handler) receive(c *fiber.Ctx, t func(string, ...any) string) (list []attached, problem string, err error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, "", nil // a form without files
	}
	for _, sent := range form.File["files"] {
		if sent.Filename == "" && sent.Size == 0 {
			continue
		}
		if len(list) == maxFiles || sent.Size > maxFile {
			return nil, t("support.files_hint", maxFiles, maxFile>>20), nil
		}
		f, err := sent.Open()
		if err != nil {
			return nil, "", err
		}
		content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		_ = f.Close()
		if err != nil {
			return nil, "", err
		}
		name := files.CleanName(sent.Filename)
		kind, err := files.Inspect(content, name, sent.Header.Get("Content-Type"), fileKinds)
		if err != nil || len(content) > maxFile {
			return nil, t("support.file_bad", name), nil
		}
		if problem, err := h.scan(c.UserContext(), t, name, content); err != nil || problem != "" {
			return nil, problem, err
		}
		id := uuid.Must(uuid.NewV7())
		list = append(list, attached{ID: id, Name: h.Box.Seal([]byte(name), id[:]), Kind: string(kind), Content: h.Box.Seal(content, id[:])})
	}
	return list, "", nil
}

// sentNames are the files that came with a form, as they are called on their owner's device.
func sentNames(c *fiber.Ctx) (names []string) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil
	}
	for _, sent := range form.File["files"] {
		if (sent.Filename != "" || sent.Size > 0) && len(names) <= maxFiles {
			names = append(names, "«"+files.CleanName(sent.Filename)+"»")
		}
	}
	return names
}

func (h *Handler) scan(ctx context.Context, t func(string, ...any) string, name string, content []byte) (string, error) {
	if h.Scanner == nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	virus, err := h.Scanner.Scan(ctx, content)
	switch {
	case errors.Is(err, files.ErrUnavailable): // nothing unscanned is kept: the question can be sent without the file
		return t("support.file_later", name), nil
	case virus != "":
		return t("support.file_bad", name), nil
	}
	return "", err
}

func (d *Desk) fileLinks(c *fiber.Ctx, incident uuid.UUID, base string) (links []frontend.Link, err error) {
	list, err := filesOf(c.UserContext(), d.DB, incident)
	if err != nil {
		return nil, err
	}
	for _, f := range list {
		name, err := d.Box.Open(f.Name, f.ID[:])
		if err != nil {
			return nil, err
		}
		links = append(links, frontend.Link{Text: string(name), Href: base + "/files/" + f.ID.String()})
	}
	return links, nil
}

func (h *Handler) sendFile(c *fiber.Ctx) error {
	i, _, err := h.request(c)
	if err != nil {
		return err
	}
	return h.download(c, i.ID)
}

// download gives a file to be saved, never to be shown by the browser as a page of ours.
func (d *Desk) download(c *fiber.Ctx, incident uuid.UUID) error {
	id, err := uuid.Parse(c.Params("file"))
	if err != nil {
		return errNotFound
	}
	f, err := fileOf(c.UserContext(), d.DB, incident, id)
	if err != nil {
		return err
	}
	content, err := d.Box.Open(f.Content, f.ID[:])
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, files.Kind(f.Kind).Media())
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+f.ID.String()+"."+f.Kind+`"`)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.Send(content)
}
