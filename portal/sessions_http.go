package portal

import (
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/web"
)

// leaveOthers ends all sessions but this one: they were begun under a smaller epoch.
func (h *Handler) leaveOthers(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	err = h.inTx(c.UserContext(), func(tx pgx.Tx) error {
		if a.Epoch, err = endSessions(c.UserContext(), tx, a.ID); err != nil {
			return err
		}
		return journal.Write(c.UserContext(), tx, own(a, "account.leave_others"))
	})
	if err != nil {
		return err
	}
	web.Current(c).Data[dataEpoch] = strconv.Itoa(a.Epoch)
	if err := h.Sessions.Save(c); err != nil {
		return fault.New(fault.Unavailable, "portal.sign_in_down")
	}
	return seeOther(c, "/settings?saved=left")
}
