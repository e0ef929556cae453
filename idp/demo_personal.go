package idp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tamga/idp/family"
	"tamga/idp/papers"
	"tamga/internal/fault"
)

// DemoPaper is a paper of one of the demo's people.
type DemoPaper struct {
	Person int // number of the person, from 1
	Kind   string
	Fields map[string]string
}

// Number is what a register knows the paper by, "" where there is none.
func (p DemoPaper) Number() string {
	return cmp.Or(p.Fields["inn"], p.Fields["licence"], p.Fields["policy"], p.Fields["sts"])
}

// DemoPapers are Aliya's and Amina's, for the registers that know them too.
func DemoPapers() []DemoPaper {
	return []DemoPaper{
		{1, papers.TaxpayerNumber, map[string]string{"inn": "165504321780"}},
		{1, papers.DrivingLicence, map[string]string{"licence": "9912 345678", "issued_on": "2019-05-21", "expires_on": "2029-05-21",
			"issued_by": "ГИБДД 1601", "categories": "B B1"}},
		{1, papers.MedicalPolicy, map[string]string{"policy": "1656001234567890"}},
		{1, papers.RegistrationAddress, map[string]string{"zip": "420111", "region": "Республика Татарстан", "city": "г. Казань", "street": "ул. Баумана",
			"house": "д. 5", "flat": "кв. 12", "fias": "93b3df57-4c89-44df-ac42-96f05e9cd3b9"}},
		{1, papers.LivingAddress, map[string]string{"address": "420021, г. Казань, ул. Габдуллы Тукая, д. 75, кв. 4"}},
		{1, papers.Car, map[string]string{"model": "Лада Веста", "plate": "А123ВС116", "sts": "1612345678"}},
		{4, papers.MedicalPolicy, map[string]string{"policy": "1656009876543210"}},
		{4, papers.RegistrationAddress, map[string]string{"address": "422010, Арча районы, Кырлай авылы, Г. Тукай урамы, 5 нче йорт"}},
	}
}

// DemoChild is a child of one of the demo's people.
type DemoChild struct {
	ID     uuid.UUID
	Parent int
	Father string // the other parent in the record of the birth
	family.Draft
}

// DemoChildren are Amina's.
func DemoChildren() []DemoChild {
	child := func(n int, last, first, middle, sex, born, certificate, issued, snils string) DemoChild {
		return DemoChild{uuid.MustParse(fmt.Sprintf("01900000-0000-7000-8001-%012d", n)), 4, "Җиһаншин Рөстәм Айдарович", family.Draft{
			LastName: last, FirstName: first, MiddleName: middle, Sex: sex, BirthDate: born, SNILS: snils, CertKind: papers.BirthCertificate,
			CertNumber: certificate, IssuedOn: issued, IssuedBy: "Отдел ЗАГС Арского района"}}
	}
	return []DemoChild{
		child(1, "Җиһаншин", "Илназ", "Рөстәм улы", "M", "2016-03-09", "IV-КБ 700001", "2016-03-18", "08765430200"),
		child(2, "Җиһаншина", "Айгөл", "Рөстәм кызы", "F", "2020-11-02", "V-КБ 700002", "2020-11-12", ""),
	}
}

// seedPersonal makes the demo people's papers and children. Running it again changes nothing.
func seedPersonal(ctx context.Context, d Demo) error {
	people, now := DemoPeople(), time.Now()
	for _, p := range DemoPapers() {
		state := papers.Verified
		if p.Kind == papers.LivingAddress || p.Kind == papers.RegistrationAddress {
			state = papers.Unchecked
		}
		paper := &papers.Paper{Owner: people[p.Person-1].Account.ID, Kind: p.Kind, Fields: p.Fields, State: state}
		if err := papers.Put(ctx, d.DB, d.Box, paper, false, now); err != nil && !errors.Is(err, fault.Conflict) {
			return fmt.Errorf("seed %s: %w", p.Kind, err)
		}
	}
	for _, c := range DemoChildren() {
		if err := family.Put(ctx, d.DB, d.Box, c.ID, people[c.Parent-1].Account.ID, &c.Draft, now); err != nil {
			return fmt.Errorf("seed %s: %w", c.FirstName, err)
		}
	}
	return nil
}
