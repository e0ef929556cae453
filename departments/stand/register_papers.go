package stand

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
)

// Paper is a document or a vehicle in the registers, with its holder.
type Paper struct {
	Kind       string `json:"kind"`
	Number     string `json:"number"`
	LastName   string `json:"last_name"`
	FirstName  string `json:"first_name"`
	MiddleName string `json:"middle_name"`
	BirthDate  string `json:"birth_date"`
}

// Birth is a record of a birth. Parents are full names.
type Birth struct {
	Paper
	Sex     string
	Parents []string
}

// birthClaim is what a parent says about a child.
type birthClaim struct {
	Paper
	Sex          string `json:"sex"`
	ParentLast   string `json:"parent_last_name"`
	ParentFirst  string `json:"parent_first_name"`
	ParentMiddle string `json:"parent_middle_name"`
}

// SeedPapers puts the demo's documents and births into the registers. It may run again.
func SeedPapers(ctx context.Context, d db.DB, papers []Paper, births []Birth) error {
	for _, p := range papers {
		if err := savePaper(ctx, d, p); err != nil {
			return err
		}
	}
	for _, b := range births {
		if err := saveBirth(ctx, d, b); err != nil {
			return err
		}
	}
	return nil
}

func (p Paper) person() Person {
	return Person{LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName, BirthDate: p.BirthDate}
}

// unknown tells whether no register has such a number: the rule is six zeros at its end.
func (p Paper) unknown() bool { return p.Number == "" || strings.HasSuffix(p.Number, "000000") }

// paper compares with the holder of that number. A number that the register does not know is the asker's, unless the surname is
// «Ошибкин» or the number ends with six zeros.
func (r *registers) paper(ctx context.Context, asked Paper) (verdict, error) {
	if asked.unknown() || !validDate(asked.BirthDate) {
		return verdict{Reason: "not_found"}, nil
	}
	known, err := paperByNumber(ctx, r.db, asked.Kind, asked.Number)
	if errors.Is(err, pgx.ErrNoRows) {
		return byRule(asked.person()), nil
	}
	if err != nil {
		return verdict{}, err
	}
	holder := known.person()
	return compare(&holder, asked.person()), nil
}

// births compares the child and the parent with the record. Of a certificate that the register does not know anybody is the parent, unless
// its number begins with 999 or the parent is an «Ошибкин».
func (r *registers) births(ctx context.Context, asked birthClaim) (verdict, error) {
	if asked.unknown() || !validDate(asked.BirthDate) {
		return verdict{Reason: "not_found"}, nil
	}
	known, err := birthByNumber(ctx, r.db, asked.Number)
	if errors.Is(err, pgx.ErrNoRows) {
		return asked.byRule(), nil
	}
	if err != nil {
		return verdict{}, err
	}
	child := known.person()
	v := compare(&child, asked.person())
	switch {
	case !v.Match:
		return v, nil
	case asked.Sex != known.Sex:
		return verdict{Reason: "sex"}, nil
	}
	parent := rus.FoldName(rus.FullName(asked.ParentLast, asked.ParentFirst, asked.ParentMiddle))
	for _, name := range known.Parents {
		if rus.FoldName(name) == parent {
			return verdict{Match: true}, nil
		}
	}
	return verdict{Reason: "parent"}, nil
}

func (b birthClaim) byRule() verdict {
	_, number, _ := strings.Cut(b.Number, " ")
	if strings.HasPrefix(number, "999") || !byRule(Person{LastName: b.ParentLast}).Match {
		return verdict{Reason: "parent"}
	}
	return byRule(b.person())
}
