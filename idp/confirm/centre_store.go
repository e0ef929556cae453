package confirm

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// Centres returns the service centres that can confirm people: those that are accredited.
func Centres(ctx context.Context, d db.DB) ([]Centre, error) {
	rows, _ := d.Query(ctx, `
		SELECT o.oid, CASE WHEN o.short_name <> '' THEN o.short_name ELSE o.full_name END AS name, o.accreditation AS kind,
		       coalesce(s.address, o.legal_address) AS address, coalesce(s.hours, '') AS hours,
		       coalesce(nullif(s.phone, ''), o.phone) AS phone
		FROM organisation o
		LEFT JOIN service_centre s ON s.organisation_id = o.id
		WHERE o.state = 'active' AND o.accreditation IS NOT NULL
		ORDER BY o.accreditation, name, o.oid
		LIMIT 200`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Centre])
}

// PutCentre says where and when people come to an accredited organisation.
func PutCentre(ctx context.Context, d db.DB, organisation uuid.UUID, address, hours, phone string) error {
	_, err := d.Exec(ctx, `
		INSERT INTO service_centre (organisation_id, address, hours, phone)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (organisation_id) DO NOTHING`, organisation, address, hours, phone)
	return err
}
