package organisation

import (
	"context"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Branch is a part of an organisation elsewhere, as the register has it.
type Branch struct {
	OID     int64  `json:"-"`
	KPP     string `json:"kpp"`
	Name    string `json:"name"`
	Address string `json:"address"`
	Phone   string `json:"phone"` // E.164
	Email   string `json:"email"`
}

var branchKPP = regexp.MustCompile(`^\d{4}[0-9A-Z]{2}\d{3}$`)

// clean leaves out of a register's list what is no branch, and of a branch what is no contact.
func clean(list []Branch) []Branch {
	var all []Branch
	for _, b := range list {
		b.Name = strings.TrimSpace(b.Name)
		if b.Name == "" || !branchKPP.MatchString(b.KPP) {
			continue
		}
		b.Email = strings.ToLower(strings.TrimSpace(b.Email))
		if phone, err := rus.Phone(b.Phone); err == nil {
			b.Phone = phone
		} else {
			b.Phone = ""
		}
		all = append(all, b)
	}
	return all
}

// Branches returns an organisation's branches by name.
func Branches(ctx context.Context, d db.DB, organisation uuid.UUID) ([]Branch, error) {
	rows, _ := d.Query(ctx, `
		SELECT oid, kpp, name, address, phone, email
		FROM organisation_branch
		WHERE organisation_id = $1
		ORDER BY name, oid`, organisation)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Branch])
}

// putBranches makes the list an organisation's branches: one that is there already, by its КПП, keeps its number.
func putBranches(ctx context.Context, d db.DB, organisation uuid.UUID, list []Branch) error {
	oids, kpps, names := make([]int64, len(list)), make([]string, len(list)), make([]string, len(list))
	addresses, phones, emails := make([]string, len(list)), make([]string, len(list)), make([]string, len(list))
	for i, b := range list {
		oids[i], kpps[i], names[i], addresses[i], phones[i], emails[i] = b.OID, b.KPP, b.Name, b.Address, b.Phone, b.Email
	}
	_, err := d.Exec(ctx, `
		WITH given AS (
			SELECT DISTINCT ON (kpp) oid, kpp, name, address, phone, email
			FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS g (oid, kpp, name, address, phone, email)
			ORDER BY kpp
		), gone AS (
			DELETE FROM organisation_branch WHERE organisation_id = $1 AND kpp <> ALL ($3)
		)
		INSERT INTO organisation_branch (oid, organisation_id, kpp, name, address, phone, email)
		SELECT CASE WHEN oid > 0 THEN oid ELSE nextval('account_oid_seq') END, $1, kpp, name, address, phone, email FROM given
		ON CONFLICT (organisation_id, kpp) DO UPDATE
		SET name = excluded.name, address = excluded.address, phone = excluded.phone, email = excluded.email`,
		organisation, oids, kpps, names, addresses, phones, emails)
	return err
}
