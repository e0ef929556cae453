package departments

import (
	"cmp"
	"errors"
	"log/slog"
	"mime"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
)

// Handler serves departments on the portal. Its routes authenticate by signature: exempt /api/departments/ from CSRF.
type Handler struct {
	DB       db.DB
	River    *river.Client[pgx.Tx]
	Keys     *Keys  // ours
	Trust    *Trust // theirs
	Audience string // the portal's public address, as Jobs.Source
	Now      func() time.Time
	Log      *slog.Logger
	OnUpdate OnUpdate
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/api/departments/jwks.json", h.showKeys)
	r.Get("/api/departments/certificates.pem", h.showCertificates)
	r.Post("/api/departments/:code/events", h.takeEvent)
}

func (h *Handler) showKeys(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(h.Keys.Public())
}

func (h *Handler) showCertificates(c *fiber.Ctx) error {
	if h.Keys.CMS == nil {
		return c.SendStatus(fiber.StatusNotFound)
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderContentType, "application/x-pem-file")
	return c.Send(h.Keys.CMS.Public())
}

// takeEvent answers in JSON whatever happens: who calls is a machine.
func (h *Handler) takeEvent(c *fiber.Ctx) error {
	mediaType, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	from, err := endpointByCode(c.UserContext(), h.DB, c.Params("code"))
	if err != nil {
		return err
	}
	form := FormJWS
	if from != nil {
		form = from.Signature
	}
	n, err := h.read(c.UserContext(), from, mediaType, cmp.Or(c.Get(SignatureHeader), c.Get(CMSHeader)), c.BodyRaw())
	if err != nil {
		return h.answer(c, form, err)
	}
	fresh, err := h.keep(c.UserContext(), n)
	if err != nil {
		return h.answer(c, form, err)
	}
	result := "taken"
	if !fresh {
		result = "known"
	}
	return h.sign(c, form, c.JSON(fiber.Map{"result": result, "id": n.Event.ID}))
}

// sign puts our signature over the answer that is written.
func (h *Handler) sign(c *fiber.Ctx, form string, err error) error {
	if err != nil || h.Keys == nil {
		return err
	}
	signature, err := h.Keys.In(form)(c.Response().Body(), h.Now())
	if err != nil {
		return err
	}
	c.Set(HeaderOf(signature), signature)
	return nil
}

func (h *Handler) answer(c *fiber.Ctx, form string, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	noteRefusal(c.UserContext(), h.DB, h.Log, h.Now(), c.Params("code"), r, c.IP())
	return h.sign(c, form, c.Status(r.Status).JSON(r))
}
