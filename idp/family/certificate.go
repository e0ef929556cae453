package family

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/idp/papers"
	"tamga/internal/db"
	"tamga/internal/secret"
)

// inForce is what the register has confirmed about a child, its certificate among it.
func inForce(ctx context.Context, d db.DB, box *secret.Box, k *Child) (*Draft, error) {
	draft := &Draft{LastName: k.LastName, FirstName: k.FirstName, MiddleName: k.MiddleName, Sex: k.Sex, BirthDate: k.BirthDate.Format(time.DateOnly),
		SNILS: k.SNILS, CertKind: papers.BirthCertificate}
	p, err := papers.Certificate(ctx, d, box, k.ID)
	if err != nil || p == nil {
		return draft, err
	}
	draft.CertKind, draft.IssuedOn, draft.IssuedBy = p.Kind, p.Fields["issued_on"], p.Fields["issued_by"]
	draft.CertNumber = p.Fields["certificate"] + p.Fields["foreign_number"]
	return draft, nil
}

// keepCertificate makes the confirmed certificate a paper of the child.
func keepCertificate(ctx context.Context, tx pgx.Tx, box *secret.Box, k *Child, draft *Draft, now time.Time) error {
	fields := map[string]string{"issued_on": draft.IssuedOn, "issued_by": draft.IssuedBy}
	fields[map[string]string{papers.BirthCertificate: "certificate", papers.ForeignBirthCert: "foreign_number"}[draft.CertKind]] = draft.CertNumber
	return papers.PutCertificate(ctx, tx, box, &papers.Paper{Owner: k.ID, Kind: draft.CertKind, Fields: fields, State: papers.Verified}, now)
}
