package portal

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func (h *Handler) deleteForm(c *fiber.Ctx, a *Account) (exportPage, error) {
	t, page := h.Pages.Texts(c), h.proofForm(c, a, "/settings/delete")
	page.Agree = frontend.Checkboxes{Name: "agree", Items: []frontend.Choice{{Value: "yes", Text: t("cabinet.delete_agree")}}}
	if h.Applications == nil {
		return page, nil
	}
	open, err := h.Applications.Unfinished(c.UserContext(), a.ID)
	for _, o := range open {
		name, _, err := h.serviceName(c, o.Service, o.Version)
		if err != nil {
			return page, err
		}
		page.Open = append(page.Open, waitingLine{Name: t("cabinet.delete_begun", name, rus.FormatDateTime(o.Begun, web.Lang(c))), Href: "/applications/" + o.ID.String()})
	}
	return page, err
}

func (h *Handler) showDelete(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page, err := h.deleteForm(c, a)
	if err != nil {
		return err
	}
	return deleteTemplate.Render(c, h.Pages, page)
}

// deleteCabinet removes the account. All its sessions end: there is no account any more that they could belong to.
func (h *Handler) deleteCabinet(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page, err := h.deleteForm(c, a)
	if err != nil {
		return err
	}
	if page.Enter != "" || len(page.Open) > 0 {
		return seeOther(c, "/settings/delete")
	}
	if c.FormValue("agree") == "" {
		page.Errors.Add("agree", h.Pages.Texts(c)("cabinet.delete_agree_missing"))
		page.Agree.ErrorMessage = page.Errors.Message("agree")
	}
	if err := h.proved(c, a, &page); err != nil {
		return err
	}
	if page.Errors.Any() {
		return deleteTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	switch err := h.removeCabinet(c.UserContext(), a); {
	case errors.Is(err, errHeld):
		return seeOther(c, "/settings/delete") // which shows what has come in the way
	case errors.Is(err, errNoAccount): // by the first of two clicks
	case err != nil:
		return err
	}
	if err := h.Sessions.End(c); err != nil {
		return err
	}
	return seeOther(c, "/goodbye")
}

// leaver is a domain that ends what it does in the name of a person whose cabinet goes, or may have another owner. It locks nothing of
// applications or accounts.
type leaver interface {
	Leave(ctx context.Context, tx pgx.Tx, account uuid.UUID) error
}

func (h *Handler) leave(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	for _, l := range h.leavers {
		if err := l.Leave(ctx, tx, account); err != nil {
			return fmt.Errorf("leaving %T: %w", l, err)
		}
	}
	return nil
}

// errHeld undoes a deletion: an application has been begun or joined since the page was shown.
var errHeld = errors.New("an application needs the cabinet")

// removeCabinet looks for what needs the cabinet and deletes it in one transaction.
func (h *Handler) removeCabinet(ctx context.Context, a *Account) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		hold := func() error {
			if err := h.leave(ctx, tx, a.ID); err != nil {
				return err
			}
			_, err := lockAccount(ctx, tx, a.ID)
			return err
		}
		drafts := 0
		if h.Applications == nil {
			if err := hold(); err != nil {
				return err
			}
		} else {
			erased, free, err := h.Applications.Leave(ctx, tx, a.ID, hold)
			if err != nil {
				return err
			}
			if !free {
				return errHeld
			}
			drafts = erased
		}
		if err := deleteAccount(ctx, tx, a.ID); err != nil {
			return err
		}
		entry := own(a, "account.delete")
		entry.Details = map[string]any{"drafts": drafts}
		return journal.Write(ctx, tx, entry)
	})
}

func (h *Handler) showGoodbye(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return infoTemplate.Render(c, h.Pages, infoPage{Title: t("cabinet.goodbye_title"), Lead: t("cabinet.goodbye_text")})
}
