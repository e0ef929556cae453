package idp

import (
	"cmp"
	"context"
	"strings"

	"github.com/google/uuid"

	"tamga/idp/oauth"
	"tamga/idp/papers"
)

// addressOf is where a person lives, or else is registered, in the words of OpenID Connect.
func (cfg *Config) addressOf(ctx context.Context, person uuid.UUID) (*oauth.Address, error) {
	all, err := papers.Addresses(ctx, cfg.DB, cfg.Box, person)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	a := all[0]
	for _, one := range all[1:] {
		if one.Type == papers.LivingAddress {
			a = one
		}
	}
	street := []string{a.Street, a.House, a.Frame, a.Building, a.Flat}
	kept := street[:0]
	for _, part := range street {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return &oauth.Address{
		Formatted: a.Text, Street: strings.Join(kept, ", "), Locality: cmp.Or(a.City, a.Settlement), Region: a.Region, PostalCode: a.Zip,
		Country: "RU",
	}, nil
}
