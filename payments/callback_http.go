package payments

import (
	"bytes"
	"errors"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/web"
	"tamga/payments/banks"
)

// takeCallback hears that something has happened to a payment. The signature says who is calling; what has happened is read at
// the bank. The bank repeats whatever is not answered with 200, so a fault of ours costs nothing but time.
func (h *Handler) takeCallback(c *fiber.Ctx, bank banks.Acquirer) error {
	body := bytes.Clone(c.Request().Body()) // as it was signed: not decompressed, and ours after the request
	n, err := bank.Notice(func(name string) string { return c.Get(name) }, body, h.Now())
	switch {
	case errors.Is(err, banks.ErrForged):
		return h.refuse(c, bank, "payments.callback_forged", "", err, fault.New(fault.Forbidden, "payments.callback_forged"))
	case err != nil:
		return h.refuse(c, bank, "payments.callback_unreadable", "", err, fault.New(fault.Invalid, "payments.callback_unreadable"))
	}
	if n.Ignore {
		return c.SendStatus(fiber.StatusOK)
	}
	p, err := paymentByID(c.UserContext(), h.DB, n.Order)
	switch {
	case errors.Is(err, fault.NotFound) || err == nil && p.Acquirer != bank.Name():
		if err := h.noteUnknown(c, bank, n); err != nil {
			return err
		}
		err = fault.New(fault.NotFound, "payments.no_payment")
		return h.refuse(c, bank, "payments.callback_unknown", n.Order.String(), err, err)
	case err != nil:
		return err
	}
	if p.BankID != nil && *p.BankID != n.Deal { // not worth a question to the bank
		return h.refuse(c, bank, "payments.callback_unknown", n.Order.String(), errors.New("the payment has another number at the bank"),
			fault.New(fault.NotFound, "payments.no_payment"))
	}
	deal, err := bank.Get(c.UserContext(), n.Deal)
	if err != nil {
		logOf(h.Log).Warn("the bank called back and does not answer", "payment", p.ID, "err", err)
		return fault.New(fault.Unavailable, "payments.bank_silent")
	}
	if deal.Order != p.ID {
		return h.refuse(c, bank, "payments.callback_unknown", n.Order.String(), errors.New("the deal is of another order"),
			fault.New(fault.NotFound, "payments.no_payment"))
	}
	if _, err := h.desk().apply(c.UserContext(), p.ID, deal, step{Source: "callback", Provider: n.ID}); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusOK)
}

// noteUnknown asks the bank about a payment that is none of ours: when it took money, a person must look at it.
func (h *Handler) noteUnknown(c *fiber.Ctx, bank banks.Acquirer, n *banks.Notice) error {
	if h.Limiter != nil && h.Limiter.Allow(c.UserContext(), "payments.unknown", c.IP(), web.Rate{Burst: 5, Every: time.Minute}) != nil {
		return nil // anybody may send a call-back that is not signed, and each costs a question to the bank
	}
	deal, err := bank.Get(c.UserContext(), n.Deal)
	if err != nil || deal.Status != banks.DealSucceeded {
		return nil //nolint:nilerr // the bank repeats its call, and its registry tells of the money too
	}
	return find(c.UserContext(), h.DB, Discrepancy{Kind: "unknown", Acquirer: bank.Name(), BankID: deal.ID, Theirs: deal.Amount,
		Currency: deal.Currency, Detail: n.Order.String(), FoundAt: h.Now()})
}

// refuse journals a call-back that is not believed, and answers it. Anybody can send one, so past a handful an hour from one
// address only the log hears of them: a flood must not fill the journal, from which nothing can be erased.
func (h *Handler) refuse(c *fiber.Ctx, bank banks.Acquirer, action, subject string, why, answer error) error {
	log := logOf(h.Log)
	log.Warn("call-back refused", "action", action, "payment", subject, "err", why)
	if h.Limiter != nil && h.Limiter.Allow(c.UserContext(), "payments.refused", c.IP(), web.Rate{Burst: 20, Every: 3 * time.Minute}) != nil {
		return answer
	}
	address, _ := netip.ParseAddr(c.IP())
	err := journal.Write(c.UserContext(), h.DB, journal.Entry{Actor: bank.Name(), ActorRole: "bank", Action: action,
		Details: map[string]any{"payment": subject, "why": why.Error()}, Address: address})
	if err != nil {
		return err
	}
	return answer
}
