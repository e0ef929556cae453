package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Payee is who gets the money: treasury requisites as they were in force from a day on.
type Payee struct {
	Code        string
	ValidFrom   time.Time
	Name        string
	INN         string
	KPP         string
	BankName    string
	BIK         string
	CorrAccount string
	Account     string
	KBK         string
	OKTMO       string
	UINPrefix   string
}

// payeeOn returns the requisites in force at a moment.
func payeeOn(ctx context.Context, d db.DB, code string, at time.Time) (*Payee, error) {
	rows, _ := d.Query(ctx, `
		SELECT code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix
		FROM payee
		WHERE code = $1 AND valid_from <= $2::date
		ORDER BY valid_from DESC
		LIMIT 1`, code, at.In(rus.Moscow).Format(time.DateOnly))
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Payee])
	if err != nil {
		return nil, fmt.Errorf("requisites of payee %q on %s: %w", code, at.Format(time.DateOnly), err)
	}
	return p, nil
}

// payeeOf returns the requisites that a charge was made with.
func payeeOf(ctx context.Context, d db.DB, c *Charge) (*Payee, error) {
	return payeeOn(ctx, d, c.Payee, c.PayeeFrom)
}
