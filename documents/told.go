package documents

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Fact is a document as ESIA tells it.
type Fact struct {
	Kind     string
	Answers  catalog.Answers
	Verified bool
}

// Told replaces what ESIA told before.
func Told(ctx context.Context, tx pgx.Tx, box *secret.Box, account uuid.UUID, facts []Fact, now time.Time) error {
	if err := lockOwner(ctx, tx, account); err != nil {
		return err
	}
	if err := Forget(ctx, tx, account, false); err != nil {
		return err
	}
	for _, f := range facts {
		d := &Document{ID: uuid.Must(uuid.NewV7()), Kind: f.Kind, Source: esia, Verified: f.Verified, Answers: f.Answers, ChangedAt: now}
		if err := insertDocument(ctx, tx, box, account, d); err != nil {
			return err
		}
	}
	return nil
}

// Claims are the claims of the provider's scopes document, documents, snils and address.
type Claims struct {
	SNILS    string `json:"snils"`
	Document struct {
		Series   string `json:"series"`
		Number   string `json:"number"`
		IssuedOn string `json:"issued_on"`
		IssuedBy string `json:"issued_by"`
		Code     string `json:"code"`
	} `json:"document"`
	Address struct {
		Formatted string `json:"formatted"`
	} `json:"address"`
	Documents []struct {
		Type      string `json:"type"`
		Series    string `json:"series"`
		Number    string `json:"number"`
		ExpiresOn string `json:"expires_on"`
		Verified  bool   `json:"verified"`
	} `json:"documents"`
	Vehicles []struct {
		Name        string `json:"name"`
		Plate       string `json:"plate"`
		Certificate string `json:"certificate"`
		Verified    bool   `json:"verified"`
	} `json:"vehicles"`
	Children []struct {
		LastName    string `json:"last_name"`
		FirstName   string `json:"first_name"`
		MiddleName  string `json:"middle_name"`
		BirthDate   string `json:"birth_date"`
		SNILS       string `json:"snils"`
		Certificate string `json:"certificate"`
		Verified    bool   `json:"verified"`
	} `json:"children"`
}

// Facts are the documents that claims tell of somebody of a level: the passport and the СНИЛС are checked from the standard one on.
func (c *Claims) Facts(level catalog.Level) []Fact {
	known := level.AtLeast(catalog.LevelStandard)
	var facts []Fact
	add := func(kind string, verified bool, answers catalog.Answers) {
		facts = append(facts, Fact{kind, answers, verified})
	}
	if c.Document.Number != "" {
		add(Passport, known, catalog.Answers{"identity": filled(map[string]string{"series": c.Document.Series, "number": c.Document.Number,
			"issued_on": c.Document.IssuedOn, "issued_by": c.Document.IssuedBy, "code": c.Document.Code})})
	}
	if snils, err := rus.SNILS(c.SNILS); err == nil {
		add(SNILS, known, catalog.Answers{"snils_number": snils})
	}
	if c.Address.Formatted != "" {
		add(Address, false, catalog.Answers{"home": map[string]any{"text": c.Address.Formatted}})
	}
	for _, d := range c.Documents {
		switch d.Type {
		case "INN":
			add(INN, d.Verified, catalog.Answers{"inn_number": d.Number})
		case "RF_DRIVING_LICENSE":
			answers := catalog.Answers{"licence_number": d.Series + d.Number}
			if d.ExpiresOn != "" {
				answers["licence_until"] = d.ExpiresOn
			}
			add(Licence, d.Verified, answers)
		case "MDCL_PLCY":
			add(Policy, d.Verified, catalog.Answers{"policy_number": d.Number})
		}
	}
	for _, v := range c.Vehicles {
		add(Vehicle, v.Verified, catalog.Answers(filled(map[string]string{"vehicle_name": v.Name, "plate": v.Plate, "sts": v.Certificate})))
	}
	for _, k := range c.Children {
		parts := filled(map[string]string{"last_name": k.LastName, "first_name": k.FirstName, "middle_name": k.MiddleName,
			"birth_date": k.BirthDate, "certificate": k.Certificate})
		if k.MiddleName == "" {
			parts["no_middle_name"] = "yes"
		}
		answers := catalog.Answers{"kid": parts}
		if k.SNILS != "" {
			answers["kid_snils"] = k.SNILS
		}
		add(Child, k.Verified, answers)
	}
	return facts
}

// filled leaves out what is empty.
func filled(values map[string]string) map[string]any {
	kept := map[string]any{}
	for key, value := range values {
		if value != "" {
			kept[key] = value
		}
	}
	return kept
}
