package applications

import (
	"slices"

	"tamga/catalog"
	"tamga/internal/fault"
)

// Organisation is in whose name a person acts, as the identity provider told at the sign-in. An application keeps it as it was
// when it was begun.
type Organisation struct {
	OID      int64    `json:"oid"`
	Audience string   `json:"audience"` // catalog.Entrepreneur or catalog.Organisation
	Name     string   `json:"name"`
	Short    string   `json:"short,omitempty"`
	OGRN     string   `json:"ogrn"` // ОГРНИП of a sole proprietor
	INN      string   `json:"inn"`
	KPP      string   `json:"kpp,omitempty"`
	Address  string   `json:"address,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Email    string   `json:"email,omitempty"`
	Position string   `json:"position,omitempty"` // of the person
	Powers   []string `json:"powers,omitempty"`   // of the person, at this sign-in; not kept with an application
}

// Powers of an employee that are asked for here. The provider gives all of them to the head.
const (
	PowerSubmit = "submit" // begin and fill
	PowerSign   = "sign"
	PowerPay    = "pay"     // pay what the organisation owes
	PowerSeeAll = "see_all" // what other employees have filed, too
)

// May tells whether the person who acts has a power.
func (o *Organisation) May(power string) bool { return slices.Contains(o.Powers, power) }

// Label is the short name, or the full one.
func (o *Organisation) Label() string {
	if o.Short != "" {
		return o.Short
	}
	return o.Name
}

// OtherCapacity is the key of the fault that says: this application belongs to an organisation, and the reader does not act in
// its name at this sign-in.
const OtherCapacity = "applications.other_capacity"

var (
	errOtherCapacity = fault.New(fault.Forbidden, OtherCapacity)
	errMayNotSign    = fault.New(fault.Forbidden, "applications.may_not_sign")
)

// audience is whom the catalogue takes the person for.
func (p *Person) audience() string {
	if p.Organisation == nil {
		return catalog.Citizen
	}
	return p.Organisation.Audience
}

// capacityFor returns in whose name a person begins a service: an organisation's, or nil for the own. It returns false when
// somebody else has to begin it.
func (p *Person) capacityFor(s *catalog.Service) (*Organisation, bool) {
	switch {
	case p.Organisation != nil && s.Serves(p.audience()):
		return p.Organisation, p.Organisation.May(PowerSubmit)
	case s.Serves(catalog.Citizen):
		return nil, true
	}
	return nil, false
}

// actsFor tells whether a person acts now in the name in which an application was begun.
func (p *Person) actsFor(a *Application) bool {
	return a.Organisation == nil || p.Organisation != nil && p.Organisation.OID == a.Organisation.OID
}

// inWhoseName is what the application keeps of an organisation.
func (o *Organisation) inWhoseName() *Organisation {
	if o == nil {
		return nil
	}
	kept := *o
	kept.Powers = nil
	return &kept
}

// audienceOf is what conditions of the form see as acting.
func (a *Application) audienceOf() string {
	if a.Organisation == nil {
		return catalog.Citizen
	}
	return a.Organisation.Audience
}
