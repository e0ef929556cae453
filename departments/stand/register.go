package stand

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Person is somebody in the registers. Dates are "2006-01-02"; an empty Series means no passport there.
type Person struct {
	Kind       string `json:"kind"` // FID_DOC: a document of another country, its number as printed
	SNILS      string `json:"snils"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	BirthDate  string `json:"birth_date"`
	Sex        string `json:"sex"`
	Series     string `json:"series"`
	Number     string `json:"number"`
	IssuedOn   string `json:"issued_on"`
	Code       string `json:"code"`
}

// verdict is a register's answer.
type verdict struct {
	Match  bool   `json:"match"`
	Reason string `json:"reason,omitempty"` // not_found, name, birth_date, sex
}

// SeedDemo puts the demo's people into both registers. It may run again.
func SeedDemo(ctx context.Context, d db.DB, people []Person) error {
	for _, p := range people {
		p = p.plain()
		if err := savePerson(ctx, d, p); err != nil {
			return err
		}
		if p.Series == "" {
			continue
		}
		if err := savePassport(ctx, d, p); err != nil {
			return err
		}
	}
	return nil
}

// plain leaves only digits in the numbers of Russia.
func (p Person) plain() Person {
	if p.Kind == foreignDocument {
		return p
	}
	p.SNILS, p.Series, p.Number = digits(p.SNILS), digits(p.Series), digits(p.Number)
	return p
}

const foreignDocument = "FID_DOC"

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// pension compares with the person of that SNILS. Whom the register does not know passes, so that newcomers of the demo get
// on; a surname that begins with «Ошибкин» shows what a failed check looks like.
func (r *registers) pension(ctx context.Context, asked Person) (verdict, error) {
	if len(asked.SNILS) != 11 || !validDate(asked.BirthDate) {
		return verdict{Reason: "not_found"}, nil
	}
	known, err := personBySNILS(ctx, r.db, asked.SNILS)
	if errors.Is(err, pgx.ErrNoRows) {
		return byRule(asked), nil
	}
	if err != nil {
		return verdict{}, err
	}
	v := compare(known, asked)
	if v.Match && asked.Sex != "" && known.Sex != asked.Sex {
		v = verdict{Reason: "sex"}
	}
	return v, nil
}

// interior compares with the holder of that passport; number 000000 is never found.
func (r *registers) interior(ctx context.Context, asked Person) (verdict, error) {
	if asked.Kind == foreignDocument {
		return r.paper(ctx, Paper{asked.Kind, asked.Number, asked.LastName, asked.FirstName, asked.MiddleName, asked.BirthDate})
	}
	if len(asked.Series) != 4 || len(asked.Number) != 6 || asked.Number == "000000" || !validDate(asked.BirthDate) {
		return verdict{Reason: "not_found"}, nil
	}
	known, err := personByPassport(ctx, r.db, asked.Series, asked.Number)
	if errors.Is(err, pgx.ErrNoRows) {
		return byRule(asked), nil
	}
	if err != nil {
		return verdict{}, err
	}
	if known.IssuedOn != asked.IssuedOn || digits(known.Code) != digits(asked.Code) {
		return verdict{Reason: "not_found"}, nil
	}
	return compare(known, asked), nil
}

func byRule(asked Person) verdict {
	if strings.HasPrefix(rus.FoldName(asked.LastName), rus.FoldName("Ошибкин")) {
		return verdict{Reason: "name"}
	}
	return verdict{Match: true}
}

func compare(known *Person, asked Person) verdict {
	switch {
	case rus.FoldName(known.LastName) != rus.FoldName(asked.LastName),
		rus.FoldName(known.FirstName) != rus.FoldName(asked.FirstName),
		rus.FoldName(known.MiddleName) != rus.FoldName(asked.MiddleName):
		return verdict{Reason: "name"}
	case known.BirthDate != asked.BirthDate:
		return verdict{Reason: "birth_date"}
	}
	return verdict{Match: true}
}

func validDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
