package papers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

// Document is a document of a person or a child. Dates are YYYY-MM-DD, empty fields are unknown.
type Document struct {
	ID         int64
	Type       string // RF_PASSPORT and FID_DOC are the identity document; otherwise the name of a Kind
	Series     string
	Number     string
	IssuedOn   string
	IssuedBy   string
	Code       string // of the issuing office, "160-001"
	ExpiresOn  string
	LastName   string // in Latin letters, of a foreign passport
	FirstName  string
	Categories string // of a driving licence
	State      State
	ETag       string
	UpdatedAt  time.Time
}

// Verified tells whether a register has confirmed the document.
func (d *Document) Verified() bool { return d.State == Verified }

// Documents returns the documents of an account or a child: the identity document first, if there is one. Nobody's rights are checked
// here.
func Documents(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID) ([]Document, error) {
	var all []Document
	identity, err := account.IdentityOf(ctx, d, box, owner)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return nil, err
	}
	if err == nil {
		all = append(all, identityDocument(box, identity))
	}
	papers, err := papersOf(ctx, d, box, owner, documents)
	if err != nil {
		return nil, err
	}
	for _, p := range papers {
		all = append(all, documentOf(box, &p))
	}
	return all, nil
}

// Former returns the identity documents that a person had before, the latest first.
func Former(ctx context.Context, d db.DB, box *secret.Box, person uuid.UUID) ([]Document, error) {
	rounds, err := account.FormerIdentities(ctx, d, box, person)
	if err != nil {
		return nil, err
	}
	var all []Document
	seen := map[int64]bool{}
	if now, err := account.IdentityOf(ctx, d, box, person); err == nil {
		seen[now.DocumentID] = true
	}
	for _, i := range rounds {
		if !seen[i.DocumentID] {
			seen[i.DocumentID] = true
			all = append(all, identityDocument(box, i))
		}
	}
	return all, nil
}

// Taxpayer returns a person's ИНН, "" when it is not known, and whether the tax service has confirmed it.
func Taxpayer(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID) (inn string, verified bool, err error) {
	all, err := papersOf(ctx, d, box, owner, documents)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(all, func(p Paper) bool { return p.Kind == TaxpayerNumber })
	if i < 0 {
		return "", false, nil
	}
	return all[i].Fields["inn"], all[i].State == Verified, nil
}

func identityDocument(box *secret.Box, i *account.Identity) Document {
	d := Document{ID: i.DocumentID, Type: i.Document.Type, Series: i.Document.Series, Number: i.Document.Number, IssuedOn: i.Document.IssuedOn,
		IssuedBy: i.Document.IssuedBy, Code: i.Document.Code, ExpiresOn: i.Document.ExpiresOn, UpdatedAt: i.SubmittedAt}
	d.State = map[string]State{"checking": Checking, "passed": Verified, "former": Verified, "failed": Refused}[i.State]
	d.ETag = ETag(box, []any{d.ID, i.Document, d.State})
	return d
}

func documentOf(box *secret.Box, p *Paper) Document {
	f := p.Fields
	series, number := split(cmp.Or(f["licence"], f["foreign_passport"], f["certificate"], f["military"], f["permit"]))
	return Document{ID: p.ID, Type: p.Kind, Series: series, Number: cmp.Or(number, f["inn"], f["policy"], f["foreign_number"]),
		IssuedOn: f["issued_on"], IssuedBy: f["issued_by"], ExpiresOn: f["expires_on"], LastName: f["last_latin"], FirstName: f["first_latin"],
		Categories: f["categories"], State: p.State, ETag: ETag(box, []any{p.ID, f, p.State}), UpdatedAt: p.ChangedAt}
}

// Address is where a person lives (PLV) or is registered (PRG).
type Address struct {
	ID         int64
	Type       string
	Text       string // in one line; always there
	Zip        string
	Region     string
	District   string
	City       string
	Settlement string
	Street     string
	House      string
	Frame      string // корпус
	Building   string // строение
	Flat       string
	FIAS       string // GUID of the state register of addresses, "" when unknown
	CountryID  string
	ETag       string
	UpdatedAt  time.Time
}

// Addresses returns the addresses of an account or a child.
func Addresses(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID) ([]Address, error) {
	papers, err := papersOf(ctx, d, box, owner, addresses)
	all := make([]Address, len(papers))
	for i, p := range papers {
		f := p.Fields
		all[i] = Address{ID: p.ID, Type: p.Kind, Text: addressOf(f), Zip: f["zip"], Region: f["region"], District: f["district"], City: f["city"],
			Settlement: f["settlement"], Street: f["street"], House: f["house"], Frame: f["frame"], Building: f["building"], Flat: f["flat"],
			FIAS: f["fias"], CountryID: "RUS", ETag: ETag(box, []any{p.ID, f}), UpdatedAt: p.ChangedAt}
	}
	return all, err
}

// Vehicle is a car with its registration certificate.
type Vehicle struct {
	ID        int64
	Name      string
	Plate     string // "А123ВС116", Cyrillic
	Series    string // of the certificate
	Number    string
	State     State
	ETag      string
	UpdatedAt time.Time
}

// Vehicles returns the vehicles of an account.
func Vehicles(ctx context.Context, d db.DB, box *secret.Box, owner uuid.UUID) ([]Vehicle, error) {
	papers, err := papersOf(ctx, d, box, owner, vehicles)
	all := make([]Vehicle, len(papers))
	for i, p := range papers {
		sts := []rune(p.Fields["sts"])
		all[i] = Vehicle{ID: p.ID, Name: p.Fields["model"], Plate: p.Fields["plate"], Series: string(sts[:4]), Number: string(sts[4:]),
			State: p.State, ETag: ETag(box, []any{p.ID, p.Fields, p.State}), UpdatedAt: p.ChangedAt}
	}
	return all, err
}
