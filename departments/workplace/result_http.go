package workplace

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/files"
)

const maxSignature = 64 << 10

// upload issues a document: it goes to the citizen at once.
func (h *Handler) upload(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	d := deed{Kind: "result", From: addressOf(c)}
	if d.Key, err = uuid.Parse(c.FormValue("key")); err != nil {
		d.Key = uuid.New()
	}
	f, wrong, err := h.receive(c, d.Key)
	if err != nil {
		return err
	}
	if !wrong.Any() {
		d.Text, d.Details = f.Name+"\nSHA-256: "+hex.EncodeToString(f.SHA256), map[string]any{"sha256": hex.EncodeToString(f.SHA256), "signed": f.Signer != ""}
		if err := h.issue(c, who, id, d, f); err != nil {
			return err
		}
	}
	h.again(c, &wrong)
	return h.after(c, who, id, wrong, "result")
}

// again says beside each file of a form that comes back that it has to be attached anew: a browser shows its field empty.
func (h *Handler) again(c *fiber.Ctx, wrong *frontend.Errors) {
	if !wrong.Any() {
		return
	}
	for _, name := range []string{"file", "signature"} {
		if sent, err := c.FormFile(name); err == nil && sent.Size > 0 && wrong.Text(name) == "" {
			wrong.Add(name, h.Pages.Texts(c)("workplace.file_again", files.CleanName(sent.Filename)))
		}
	}
}

// issue keeps the document and gives it to the application.
func (h *Handler) issue(c *fiber.Ctx, who *departments.Clerk, id uuid.UUID, d deed, f *document) error {
	ctx := c.UserContext()
	return h.act(ctx, who, id, d, func(tx pgx.Tx, one *Case) error {
		if !one.Open() && one.State != "completed" {
			return errMoved
		}
		sealed := *f
		sealed.Content = h.Box.Seal(f.Content, placeOf("document", f.ID))
		if err := insertDocument(ctx, tx, id, who.ID, &sealed); err != nil {
			return err
		}
		return h.tell(ctx, tx, one, d.Key, departments.TypeResult, departments.ResultData{Documents: []departments.Document{{
			Name: f.Name, MediaType: files.PDF.Media(), Size: f.Size, SHA256: hex.EncodeToString(f.SHA256), Content: f.Content, Signature: f.Signature}}})
	})
}

// receive reads the PDF and its signature, and checks both.
func (h *Handler) receive(c *fiber.Ctx, id uuid.UUID) (*document, frontend.Errors, error) {
	t := h.Pages.Texts(c)
	var wrong frontend.Errors
	content, sent, err := formFile(c, "file", maxPDF)
	if err != nil {
		return nil, wrong, err
	}
	f := &document{ID: id, Name: strings.Join(strings.Fields(typed(c, "name")), " "), Content: content, Size: int64(len(content)), At: h.Now()}
	if n := utf8.RuneCountInString(f.Name); n == 0 || n > 150 || strings.ContainsAny(f.Name, `/\`) {
		wrong.Add("name", t("workplace.missing_name"))
	}
	if _, err := files.Inspect(content, "document.pdf", files.PDF.Media(), []files.Kind{files.PDF}); sent == nil || err != nil {
		wrong.Add("file", t("workplace.missing_file", maxPDF>>20))
		return f, wrong, nil
	}
	sum := sha256.Sum256(content)
	f.SHA256 = sum[:]
	signature, sent, err := formFile(c, "signature", maxSignature)
	if err != nil || sent == nil {
		return f, wrong, err
	}
	found, err := h.verify(signature, content, h.Now())
	switch {
	case errors.Is(err, errDates):
		wrong.Add("signature", t("workplace.old_signature"))
	case err != nil:
		wrong.Add("signature", t("workplace.bad_signature"))
	default:
		f.Signature, f.Signer, f.SignedUntil, f.Trust = found.DER, found.Signer, &found.Until, found.Trust
	}
	return f, wrong, nil
}

// formFile reads a file of the form, nil without one, "" when it is larger than may be.
func formFile(c *fiber.Ctx, name string, most int64) ([]byte, *multipart.FileHeader, error) {
	form, err := c.MultipartForm()
	if err != nil {
		return nil, nil, nil //nolint:nilerr // a form without files
	}
	if len(form.File[name]) == 0 || form.File[name][0].Size == 0 {
		return nil, nil, nil
	}
	sent := form.File[name][0]
	if sent.Size > most {
		return nil, sent, nil
	}
	f, err := sent.Open()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	content, err := io.ReadAll(io.LimitReader(f, most))
	return content, sent, err
}

// issued gives a document that was issued, always to be saved.
func (h *Handler) issued(c *fiber.Ctx, who *departments.Clerk) error {
	file, err := uuid.Parse(c.Params("document"))
	if err != nil {
		return errNone
	}
	one, _, err := h.read(c, who, "workplace.document_read")
	if err != nil {
		return err
	}
	f, err := documentOf(c.UserContext(), h.DB, one.ID, file)
	if err != nil {
		return err
	}
	content, err := h.Box.Open(f.Content, placeOf("document", f.ID))
	if err != nil {
		return err
	}
	return sendPDF(c, one.Number, content)
}

func sendPDF(c *fiber.Ctx, name string, content []byte) error {
	c.Set(fiber.HeaderContentType, files.PDF.Media())
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.pdf"`)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Send(content)
}

// attachment leads to what the citizen attached, by the department's own pass.
func (h *Handler) attachment(c *fiber.Ctx, who *departments.Clerk) error {
	_, l, err := h.read(c, who, "workplace.file_read")
	if err != nil {
		return err
	}
	n, err := c.ParamsInt("n")
	if err != nil || n < 0 || n >= len(l.Files) {
		return errNone
	}
	return c.Redirect(l.Files[n].URL, fiber.StatusSeeOther)
}
