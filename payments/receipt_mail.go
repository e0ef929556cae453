package payments

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
)

// sendReceipt queues the receipt for whatever contact the payer left, in the transaction of the payment. It is in Russian: the
// call-back that causes it does not know what language the payer reads.
func (d *desk) sendReceipt(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment) error {
	if d.notify == nil {
		return nil
	}
	amount := rus.FormatRubles(amountReceived(p))
	for _, to := range receiptsTo(c, p) {
		err := d.notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: to, Kind: "payments.receipt", About: p.Receipt,
			Subject: d.pages.T(i18n.RU, "payments.mail_subject", p.Receipt),
			Body:    d.pages.T(i18n.RU, "payments.mail_text", p.Receipt, amount, c.Purpose, rus.FormatDateTime(*p.PaidAt, i18n.RU)) + d.mailFoot(c, p)})
		if err != nil {
			return err
		}
	}
	if c.Phone == "" {
		return nil
	}
	return d.notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: c.Phone, Kind: "payments.receipt", About: p.Receipt,
		Body: d.pages.T(i18n.RU, "payments.sms_text", amount, p.Receipt)})
}

// receiptsTo are the addresses that a receipt goes to: of who has begun the payment, and of the payer of the charge who was led to it.
func receiptsTo(c *Charge, p *Payment) []string {
	all := []string{p.Email}
	if p.Shared && c.Email != p.Email {
		all = append(all, c.Email)
	}
	return slices.DeleteFunc(all, func(to string) bool { return to == "" })
}

// mailFoot says where the receipt is printed and checked, where the site's address is known.
func (d *desk) mailFoot(c *Charge, p *Payment) string {
	if d.url == "" {
		return ""
	}
	return "\n\n" + d.pages.T(i18n.RU, "payments_payer.mail_foot", d.url+receiptPDF(c, p), d.url+"/receipts")
}

// sendRefundNotice tells whoever got the receipt that the money is on its way back.
func (d *desk) sendRefundNotice(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, r *Refund) error {
	if d.notify == nil {
		return nil
	}
	amount := rus.FormatRubles(r.Amount)
	if p.Email != "" {
		err := d.notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: p.Email, Kind: "payments.refund", About: r.ID.String(),
			Subject: d.pages.T(i18n.RU, "payments_books.mail_subject", p.Receipt),
			Body:    d.pages.T(i18n.RU, "payments_books.mail_text", amount, p.Receipt, c.Purpose)})
		if err != nil {
			return err
		}
	}
	if c.Phone == "" {
		return nil
	}
	return d.notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: c.Phone, Kind: "payments.refund", About: r.ID.String(),
		Body: d.pages.T(i18n.RU, "payments_books.sms_text", amount, p.Receipt)})
}
