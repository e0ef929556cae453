package portal

import (
	"encoding/json"
	"maps"

	"github.com/gofiber/fiber/v2"

	"tamga/applications"
	"tamga/catalog"
	"tamga/internal/web"
)

// scopeOrganisation asks ESIA in whose name the person comes; ESIA then asks the person: «Войти как».
const scopeOrganisation = "organisation"

// dataOrganisation is what a session remembers of the organisation in whose name the person came, sealed. It is ESIA's word of
// that sign-in, as the level is: a dismissal ends it with the session.
const (
	dataOrganisation = "organisation"
	organisationSeal = "session/organisation"
)

// organisationClaim is what ESIA tells of an organisation.
type organisationClaim struct {
	OID       int64    `json:"oid"`
	FullName  string   `json:"full_name"`
	ShortName string   `json:"short_name"`
	OGRN      string   `json:"ogrn"`
	INN       string   `json:"inn"`
	KPP       string   `json:"kpp"`
	Address   string   `json:"address"`
	Phone     string   `json:"phone"`
	Email     string   `json:"email"`
	Position  string   `json:"position"`
	Type      string   `json:"type"`
	Powers    []string `json:"powers"`
}

// organisation returns the organisation in whose name a person came, or nil.
func (o *organisationClaim) organisation() *applications.Organisation {
	if o == nil || o.OID == 0 || o.OGRN == "" || o.INN == "" {
		return nil
	}
	audience := catalog.Organisation
	if o.Type == "BUSINESS" {
		audience = catalog.Entrepreneur
	}
	return &applications.Organisation{OID: o.OID, Audience: audience, Name: o.FullName, Short: o.ShortName, OGRN: o.OGRN, INN: o.INN,
		KPP: o.KPP, Address: o.Address, Phone: o.Phone, Email: o.Email, Position: o.Position, Powers: o.Powers}
}

// sealOrganisation is what the session keeps, "" for a person who came for themselves.
func (h *Handler) sealOrganisation(o *applications.Organisation) (string, error) {
	if o == nil {
		return "", nil
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	return h.sealText(string(raw), organisationSeal), nil
}

// acting returns in whose name the reader acts, or nil: for themselves. Like the level it counts only through ESIA.
func (p *People) acting(c *fiber.Ctx) *applications.Organisation {
	s := web.Current(c)
	if !throughESIA(c) || s.Data[dataOrganisation] == "" {
		return nil
	}
	var o applications.Organisation
	if json.Unmarshal([]byte(openText(p.box, s.Data[dataOrganisation], organisationSeal)), &o) != nil {
		return nil
	}
	return &o
}

// tell puts the organisation's data where forms find them.
func tell(profile map[string]string, o *applications.Organisation) {
	more := map[string]string{"org_name": o.Name, "org_short_name": o.Label(), "org_ogrn": o.OGRN, "org_inn": o.INN, "org_kpp": o.KPP,
		"org_address": o.Address, "org_phone": o.Phone, "org_email": o.Email, "org_position": o.Position}
	maps.DeleteFunc(more, func(_, value string) bool { return value == "" })
	maps.Copy(profile, more)
}
