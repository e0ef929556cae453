package confirm

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/secret"
	"tamga/internal/web"
)

func (h *Handler) bankPage(c *fiber.Ctx) *page {
	t, request := h.Pages.Texts(c), requestOf(c)
	if u, err := url.Parse(h.Bank.URL); err == nil {
		h.AllowForm(c, u.Scheme+"://"+u.Host)
	}
	p := &page{Title: t("idp_confirm.bank_title"), Back: h.backTo(c, "idp_confirm.to_ways", withRequest("/confirm", request)),
		Lead: []string{t("idp_confirm.bank_lead", h.Bank.Name), t("idp_confirm.bank_share")}}
	f := form{Action: "/confirm/bank", Send: send(t("idp_confirm.bank_go", h.Bank.Name))}
	if request != nil {
		f.Hidden = []hidden{{"request", request.String()}}
	}
	p.Forms = []form{f}
	return p
}

func (h *Handler) showBank(c *fiber.Ctx, _ *account.Account) error { return h.render(c, h.bankPage(c)) }

var bankRate = web.Rate{Burst: 10, Every: 10 * time.Minute}

// askBank sends the browser to the bank.
func (h *Handler) askBank(c *fiber.Ctx, a *account.Account) error {
	if err := h.Limit.Allow(c.UserContext(), "idp-confirm-bank", a.ID.String(), bankRate); err != nil {
		return err
	}
	q, state, address := h.newQuestion(a, account.CurrentSignIn(c), requestOf(c))
	err := h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		if err := insertQuestion(ctx, tx, q, secret.HashToken(state), h.Now()); err != nil {
			return err
		}
		return journal.Write(ctx, tx, ownEntry(c, a, "bank_asked", map[string]any{"bank": h.Bank.Name}))
	})
	if err != nil {
		return err
	}
	return c.Redirect(address, fiber.StatusSeeOther)
}

// comeBack takes the bank's answer. Whatever comes of it, the question is used up.
func (h *Handler) comeBack(c *fiber.Ctx, a *account.Account) error {
	q, err := useQuestion(c.UserContext(), h.DB, secret.HashToken(c.Query("state")), a.ID, account.CurrentSignIn(c).ID, h.Now())
	if err != nil {
		return err
	}
	reason := "cancelled"
	if c.Query("error") == "" {
		reason, err = h.hear(c, a, q)
	}
	if err != nil {
		return err
	}
	if reason == "" {
		return c.Redirect(withRequest("/confirm/done", q.RequestID), fiber.StatusSeeOther)
	}
	err = h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		if err := setResult(ctx, tx, q.ID, "refused", reason); err != nil {
			return err
		}
		return journal.Write(ctx, tx, ownEntry(c, a, "bank_refused", map[string]any{"bank": h.Bank.Name, "reason": reason}))
	})
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	p := &page{Title: t("idp_confirm.bank_refused"), Back: h.backTo(c, "idp_confirm.to_ways", withRequest("/confirm", q.RequestID)),
		Lead: []string{t("idp_confirm.bank_reason_"+reason, h.Bank.Name)},
		Next: frontend.Button{Text: t("idp_confirm.bank_again"), Href: withRequest("/confirm/bank", q.RequestID)}}
	if reason != "cancelled" {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return h.render(c, p)
}

// hear asks the bank for the answer, and confirms the account when the customer is the person. Otherwise it returns why not.
func (h *Handler) hear(c *fiber.Ctx, a *account.Account, q *question) (reason string, err error) {
	verifier, err := h.Box.Open(q.Verifier, verifierPlace(q.ID))
	if err != nil {
		return "", err
	}
	who, err := h.Bank.ask(c.UserContext(), h.PublicURL, c.Query("code"), string(verifier), q.Nonce, h.Now())
	if errors.Is(err, errAnswer) {
		return "answer", nil
	}
	if err != nil {
		return "", err
	}
	err = h.inTx(c, func(ctx context.Context, tx pgx.Tx) error {
		if err := lockAccount(ctx, tx, a.ID); err != nil {
			return err
		}
		i, err := h.inForce(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if reason = who.differs(i); reason != "" {
			return nil
		}
		if err := setResult(ctx, tx, q.ID, "confirmed", ""); err != nil {
			return err
		}
		by := ownEntry(c, a, "", map[string]any{"bank": h.Bank.Name})
		return h.announcer().raise(ctx, tx, a.ID, account.Ground{Way: account.WayBank, Bank: &q.ID}, by, h.Now())
	})
	if errors.Is(err, fault.Conflict) {
		now, lookErr := account.ByID(c.UserContext(), h.DB, a.ID)
		if lookErr == nil && now.Level == account.Confirmed { // confirmed meanwhile by another way
			return "", nil
		}
	}
	return reason, err
}
