package stand

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// ruling is what a system decides by itself about an application: an action of decisions and a text for the applicant. No action
// leaves it to a person.
type ruling func(ctx context.Context, tx pgx.Tx, r *received) (action, text string, err error)

// rule decides what the system decides by itself. The application has been accepted.
func (s *System) rule(ctx context.Context, tx pgx.Tx, r *received) error {
	decide := s.rules[r.Service]
	if decide == nil {
		return nil
	}
	action, text, err := decide(ctx, tx, r)
	if err != nil || action == "" {
		return err
	}
	return s.apply(ctx, tx, r, action, text)
}

// extractOrder is what is asked in an order of an extract of the register.
type extractOrder struct {
	Shared struct {
		Form    string        `json:"form"`
		Org, IP extractNumber // of the applicant
		Company string        `json:"company_inn"`
		OGRN    string        `json:"company_ogrn"`
		Trader  string        `json:"trader_inn"`
		OGRNIP  string        `json:"trader_ogrnip"`
	} `json:"shared"`
}

type extractNumber struct {
	INN  string `json:"inn"`
	OGRN string `json:"ogrn"`
}

// numbers returns the tax number and the state number that were given; either may be empty.
func (o *extractOrder) numbers() (inn, ogrn string) {
	for _, pair := range [][2]string{{o.Shared.Org.INN, o.Shared.Org.OGRN}, {o.Shared.IP.INN, o.Shared.IP.OGRN},
		{o.Shared.Company, o.Shared.OGRN}, {o.Shared.Trader, o.Shared.OGRNIP}} {
		if pair[0] != "" {
			return pair[0], pair[1]
		}
	}
	return "", ""
}

// ruleExtract answers an order of an electronic extract out of the register of organisations.
func ruleExtract(ctx context.Context, tx pgx.Tx, r *received) (action, text string, err error) {
	var order struct {
		Answers extractOrder `json:"answers"`
	}
	if err := json.Unmarshal(r.Data, &order); err != nil {
		return "", "", errors.Join(errBadEvent, err)
	}
	if order.Answers.Shared.Form != "electronic" {
		return "", "", nil
	}
	inn, ogrn := order.Answers.numbers()
	o, err := organisationByINN(ctx, tx, inn)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "refuse", "В реестре нет сведений с таким ИНН. Проверьте номер и закажите выписку снова", nil
	case err != nil:
		return "", "", err
	case ogrn != "" && ogrn != o.OGRN:
		return "refuse", "ИНН и ОГРН принадлежат разным лицам. Проверьте номера и закажите выписку снова", nil
	}
	return "complete", o.inWords(), nil
}

// inWords is the record as an extract says it.
func (o *Organisation) inWords() string {
	register, number, status := "ЕГРЮЛ", "ОГРН", "действует"
	if len(o.OGRN) == 15 {
		register, number = "ЕГРИП", "ОГРНИП"
	}
	if o.Status == "liquidated" {
		status = "прекращено"
	}
	parts := []string{fmt.Sprintf("Выписка из %s: %s", register, o.FullName), number + " " + o.OGRN, "ИНН " + o.INN}
	if o.KPP != "" {
		parts = append(parts, "КПП "+o.KPP)
	}
	if o.OKVED != "" {
		parts = append(parts, "основной вид деятельности "+o.OKVED)
	}
	if o.Address != "" && len(o.OGRN) == 13 { // a sole trader's address is for the trader alone
		parts = append(parts, "адрес: "+o.Address)
	}
	return strings.Join(append(parts, "состояние: "+status), ", ")
}
