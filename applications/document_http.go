package applications

import (
	"context"
	"mime"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/db"
)

// documentView is a document on the page of its application.
type documentView struct {
	Name, Size, Href string
	Signed           string // the end of a locale key
	Signer           string
	Signature        string // address of the detached signature, "" without one
	At               time.Time
}

func (k *Core) documentViews(ctx context.Context, on db.DB, d *dossier, tr catalog.Tr) ([]documentView, error) {
	list, err := documentsOf(ctx, on, d.ID)
	if err != nil {
		return nil, err
	}
	var views []documentView
	for _, o := range list {
		v := documentView{Size: catalog.SizeInWords(o.Size, tr), Href: applicationPath(d.ID, "/documents/"+o.ID.String()), Signed: o.Signed,
			Signer: o.Signer, At: o.At}
		if err := k.unseal(o.Name, &v.Name, d.ID, "document", o.ID.String()); err != nil {
			return nil, err
		}
		if o.Signature != nil {
			v.Signature = v.Href + "?signature=1"
		}
		views = append(views, v)
	}
	return views, nil
}

// ending is what a name of a file may end with towards browsers that know no UTF-8 there.
var ending = regexp.MustCompile(`\.[A-Za-z0-9]{1,8}$`)

// downloadDocument gives a document that the department issued, or its signature, always as an attachment.
func (h *Handler) downloadDocument(c *fiber.Ctx) error {
	p, application, err := h.ofParam(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("document"))
	if err != nil || h.Files.Folder == nil {
		return errNoDocument
	}
	o, err := documentFor(c.UserContext(), h.DB, p.ID, application, id)
	if err != nil {
		return err
	}
	var name string
	if err := h.unseal(o.Name, &name, application, "document", o.ID.String()); err != nil {
		return err
	}
	if c.Query("signature") != "" {
		if o.Signature == nil {
			return errNoDocument
		}
		return attach(c, name+".sig", "application/pkcs7-signature", o.Signature)
	}
	content, err := h.Files.read(h.Core, application, o.ID)
	if err != nil {
		return err
	}
	return attach(c, name, o.MediaType, content)
}

// attach sends a content so that no browser shows or runs it on our site.
func attach(c *fiber.Ctx, name, media string, content []byte) error {
	if kind, _, err := mime.ParseMediaType(media); err != nil || strings.HasPrefix(kind, "text/html") || strings.Contains(kind, "svg") ||
		strings.Contains(kind, "javascript") {
		media = fiber.MIMEOctetStream
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="document`+ending.FindString(name)+`"; filename*=UTF-8''`+
		strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
	c.Set(fiber.HeaderContentType, media)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	return c.Send(content)
}
