package departments

import (
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
	r.Post("/api/departments/:code/events", h.takeEvent)
}

func (h *Handler) showKeys(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	return c.JSON(h.Keys.Public())
}

// takeEvent answers in JSON whatever happens: who calls is a machine.
func (h *Handler) takeEvent(c *fiber.Ctx) error {
	mediaType, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType))
	n, err := h.read(c.UserContext(), c.Params("code"), mediaType, c.Get(SignatureHeader), c.BodyRaw())
	if err != nil {
		return h.answer(c, err)
	}
	fresh, err := h.keep(c.UserContext(), n)
	if err != nil {
		return h.answer(c, err)
	}
	if !fresh {
		return h.sign(c, c.JSON(fiber.Map{"result": "known"}))
	}
	return h.sign(c, c.JSON(fiber.Map{"result": "taken"}))
}

// sign puts our signature over the answer that is written.
func (h *Handler) sign(c *fiber.Ctx, err error) error {
	if err != nil || h.Keys == nil {
		return err
	}
	signature, err := h.Keys.Sign(c.Response().Body(), h.Now())
	if err != nil {
		return err
	}
	c.Set(SignatureHeader, signature)
	return nil
}

func (h *Handler) answer(c *fiber.Ctx, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return err
	}
	h.noteRefusal(c.UserContext(), c.Params("code"), r, c.IP())
	return h.sign(c, c.Status(r.Status).JSON(r))
}
