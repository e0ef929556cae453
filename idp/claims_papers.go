package idp

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"tamga/idp/family"
	"tamga/idp/oauth"
	"tamga/idp/papers"
)

// papersOf are a person's documents, vehicles and children in the words of the claims. The identity document has a claim of its own.
func (cfg *Config) papersOf(ctx context.Context, person uuid.UUID) (*oauth.Papers, error) {
	told := &oauth.Papers{}
	documents, err := papers.Documents(ctx, cfg.DB, cfg.Box, person)
	if err != nil {
		return nil, err
	}
	for _, d := range documents {
		if d.Type == "RF_PASSPORT" || d.Type == "FID_DOC" {
			continue
		}
		told.Documents = append(told.Documents, oauth.Paper{Type: d.Type, Series: d.Series, Number: d.Number, IssuedOn: d.IssuedOn,
			IssuedBy: d.IssuedBy, ExpiresOn: d.ExpiresOn, Verified: d.Verified()})
	}
	cars, err := papers.Vehicles(ctx, cfg.DB, cfg.Box, person)
	if err != nil {
		return nil, err
	}
	for _, v := range cars {
		told.Vehicles = append(told.Vehicles, oauth.Vehicle{Name: v.Name, Plate: v.Plate, Certificate: v.Series + v.Number,
			Verified: v.State == papers.Verified})
	}
	children, err := family.Children(ctx, cfg.DB, cfg.Box, person)
	if err != nil {
		return nil, err
	}
	for _, k := range children {
		child, err := cfg.child(ctx, &k)
		if err != nil {
			return nil, err
		}
		told.Children = append(told.Children, *child)
	}
	return told, nil
}

func (cfg *Config) child(ctx context.Context, k *family.Child) (*oauth.Child, error) {
	told := &oauth.Child{LastName: k.LastName, FirstName: k.FirstName, MiddleName: k.MiddleName, BirthDate: k.BirthDate.Format("2006-01-02"),
		SNILS: k.SNILS, Verified: k.Confirmed()}
	own, err := papers.Documents(ctx, cfg.DB, cfg.Box, k.ID)
	for _, d := range own {
		if d.Type == papers.BirthCertificate {
			told.Certificate = strings.TrimSpace(d.Series + " " + d.Number)
		}
	}
	return told, err
}
