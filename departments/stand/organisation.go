package stand

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Organisation is a legal entity or a sole proprietor in the register.
type Organisation struct {
	OGRN      string `json:"ogrn"`
	INN       string `json:"inn"`
	KPP       string `json:"kpp"`
	FullName  string `json:"full_name"`
	ShortName string `json:"short_name"`
	LegalForm string `json:"legal_form"`
	OKVED     string `json:"okved"`
	Address   string `json:"address"`
	OKTMO     string `json:"oktmo"`
	Status    string `json:"status"` // active, liquidated
	Head      string `json:"-"`
	HeadSNILS string `json:"-"`

	Branches []Branch `json:"branches,omitempty" db:"-"`
}

// claim is what somebody says about an organisation and about being its head. Only the number is needed.
type claim struct {
	OGRN       string `json:"ogrn"`
	INN        string `json:"inn"`
	KPP        string `json:"kpp"`
	FullName   string `json:"full_name"`
	ShortName  string `json:"short_name"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	SNILS      string `json:"snils"`
}

func (c claim) head() string { return rus.FullName(c.LastName, c.FirstName, c.MiddleName) }

// extract is the register's answer: what is public as it stands there, what is not only as a yes or no.
type extract struct {
	Found     bool `json:"found"`
	INNMatch  bool `json:"inn_match"`
	KPPMatch  bool `json:"kpp_match"`
	NameMatch bool `json:"name_match"`
	HeadMatch bool `json:"head_match"`
	*Organisation
}

// organisations is the register of legal entities and of sole proprietors.
type organisations struct{ db db.DB }

// refused are numbers, right by their check digit, with which the demo and tests see a refusal.
var refused = map[string]string{
	"1021600000400": "not_found", "304169000000408": "not_found",
	"1021600000410": "liquidated", "304169000000419": "liquidated",
	"1021600000421": "head", "304169000000420": "head",
}

// SeedOrganisations puts the demo's organisations into the register. It may run again.
func SeedOrganisations(ctx context.Context, d db.DB, list []Organisation) error {
	for _, o := range list {
		if err := saveOrganisation(ctx, d, o); err != nil {
			return err
		}
	}
	return nil
}

// look compares a claim with the register. An organisation that it does not know is as the claim says, so that newcomers of the
// demo get on; except for the refused numbers, and for heads whose surname begins with «Ошибкин».
func (r *organisations) look(ctx context.Context, asked claim) (extract, error) {
	known, err := organisationByNumber(ctx, r.db, asked.OGRN)
	if errors.Is(err, pgx.ErrNoRows) {
		return lookByRule(asked), nil
	}
	if err != nil {
		return extract{}, err
	}
	known.Branches = registeredBranches[known.OGRN]
	return extract{
		Found: true, Organisation: known, INNMatch: asked.INN == known.INN, KPPMatch: asked.KPP == "" || asked.KPP == known.KPP,
		NameMatch: asked.FullName == "" || organisationKey(asked.FullName) == organisationKey(known.FullName),
		HeadMatch: rus.FoldName(asked.head()) == rus.FoldName(known.Head) && digits(asked.SNILS) == known.HeadSNILS,
	}, nil
}

func lookByRule(asked claim) extract {
	proprietor := len(asked.OGRN) == 15
	if _, err := rus.OGRN(asked.OGRN); err != nil {
		if _, err := rus.OGRNIP(asked.OGRN); err != nil {
			return extract{}
		}
	}
	refusal := refused[asked.OGRN]
	if refusal == "not_found" {
		return extract{}
	}
	o := &Organisation{OGRN: asked.OGRN, INN: asked.INN, KPP: asked.KPP, FullName: asked.FullName, ShortName: asked.ShortName,
		Status: "active", OKVED: "62.01", Address: "420111, Республика Татарстан, г. Казань, ул. Баумана, д. 1", OKTMO: "92701000"}
	if refusal == "liquidated" {
		o.Status = refusal
	}
	if proprietor {
		o.KPP, o.LegalForm = "", "50102"
		o.FullName, o.ShortName = "Индивидуальный предприниматель "+asked.head(), "ИП "+asked.head()
	} else {
		o.invent()
	}
	return extract{
		Found: true, Organisation: o, INNMatch: true, KPPMatch: true, NameMatch: true,
		HeadMatch: refusal != "head" && !strings.HasPrefix(rus.FoldName(asked.LastName), rus.FoldName("Ошибкин")),
	}
}

// invent fills what the claim left open.
func (o *Organisation) invent() {
	o.LegalForm = "12300"
	if o.FullName == "" {
		name := "«Предприятие " + o.OGRN[len(o.OGRN)-5:] + "»"
		o.FullName, o.ShortName = "Общество с ограниченной ответственностью "+name, "ООО "+name
	}
	if o.KPP == "" && len(o.INN) == 10 {
		o.KPP = o.INN[:4] + "01001"
	}
}

// organisationKey is a name without what clerks write differently: quotes, dots, case, letters that look alike.
func organisationKey(s string) string {
	return rus.FoldName(strings.NewReplacer("«", " ", "»", " ", `"`, " ", "“", " ", "”", " ", "„", " ").Replace(s))
}
