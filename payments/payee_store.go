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
	Treasury    bool // money of a budget: treasury account, КБК and ОКТМО
}

// Check looks at the check digits of the requisites: of the ИНН, and of both accounts where their kind has a key.
func (p *Payee) Check() error {
	if _, err := rus.INNOrg(p.INN); err != nil {
		return err
	}
	if _, err := rus.KPP(p.KPP); err != nil {
		return err
	}
	if _, err := rus.Account(p.BIK, p.CorrAccount); err != nil {
		return err
	}
	_, err := rus.Account(p.BIK, p.Account)
	return err
}

// AddPayee adds requisites in force from a day on. Those of earlier days stay: charges were made with them.
func AddPayee(ctx context.Context, d db.DB, p *Payee) error {
	if err := p.Check(); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `
		INSERT INTO payee (code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix, treasury)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		p.Code, p.ValidFrom, p.Name, p.INN, p.KPP, p.BankName, p.BIK, p.CorrAccount, p.Account, p.KBK, p.OKTMO, p.UINPrefix, p.Treasury)
	return err
}

// PayeeOn returns the requisites in force at a moment.
func PayeeOn(ctx context.Context, d db.DB, code string, at time.Time) (*Payee, error) {
	rows, _ := d.Query(ctx, `
		SELECT code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix, treasury
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
	return PayeeOn(ctx, d, c.Payee, c.PayeeFrom)
}

// PayeeName is a department that money goes to.
type PayeeName struct{ Code, Name string }

// PayeeNames returns them by code, as they are called now.
func PayeeNames(ctx context.Context, d db.DB) ([]PayeeName, error) {
	rows, err := d.Query(ctx, `
		SELECT DISTINCT ON (code) code, name
		FROM payee
		ORDER BY code, valid_from DESC`)
	if err != nil {
		return nil, err
	}
	var all []PayeeName
	for rows.Next() {
		var p PayeeName
		if err := rows.Scan(&p.Code, &p.Name); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
