package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"tamga/departments/stand"
	"tamga/idp"
	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/intra"
	"tamga/payments/access"
)

// seed makes the demo's people, in parallel: hashing their passwords is what takes the time. Each step does nothing the second time.
func (d *demoCommand) seed(ctx context.Context, s *demoState, k secret.Keys) error {
	hasher := passwords()
	g, ctx := errgroup.WithContext(ctx)
	for name, seed := range map[string]func(*pgxpool.Pool) error{
		"portal": func(pool *pgxpool.Pool) error {
			if err := intra.SeedDemo(ctx, pool, hasher, time.Now()); err != nil {
				return err
			}
			return access.SeedDemo(ctx, pool, time.Now())
		},
		"stand": func(pool *pgxpool.Pool) error {
			papers, births := registeredPapers()
			return errors.Join(stand.SeedDemo(ctx, pool, registered()), stand.SeedOrganisations(ctx, pool, registeredOrganisations()),
				stand.SeedPapers(ctx, pool, papers, births), stand.SeedRegisterRecords(ctx, pool, registeredRecords()),
				stand.SeedRecords(ctx, pool, stand.DemoRecords(time.Now())),
				stand.SeedCharges(ctx, pool, stand.DemoCharges(time.Now(), "Гарипова", "Алия", "Маратовна", idp.DemoAliyaSNILS), time.Now()),
				stand.SeedUtilities(ctx, pool, stand.DemoUtilities(time.Now(), "Гарипова"), time.Now()))
		},
		"idp": func(pool *pgxpool.Pool) error {
			box, err := keyText(k, "idp").box()
			if err != nil {
				return err
			}
			return idp.SeedDemo(ctx, idp.Demo{DB: pool, Box: box, Passwords: hasher, Portal: s.portal, PortalSecret: clientSecret(k)})
		},
	} {
		g.Go(func() error {
			pool, err := db.Open(ctx, s.database(name))
			if err != nil {
				return err
			}
			defer pool.Close()
			return seed(pool)
		})
	}
	return g.Wait()
}

// registered returns the demo's people as the state's registers know them.
func registered() []stand.Person {
	var list []stand.Person
	for _, p := range idp.DemoPeople() {
		i := p.Identity
		if i == nil {
			continue // has not told anybody yet
		}
		list = append(list, stand.Person{SNILS: i.SNILS, LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName,
			BirthDate: i.BirthDate.Format(time.DateOnly), Sex: i.Gender(), Series: i.Document.Series, Number: i.Document.Number,
			IssuedOn: i.Document.IssuedOn, Code: i.Document.Code})
	}
	return list
}

// registeredRecords are what the registers of residence, marriages, income and taxpayers know of the demo's people.
func registeredRecords() []stand.RegisterRecord {
	var list []stand.RegisterRecord
	for i, p := range registered() {
		list = append(list, stand.RegisterRecord{Kind: "residence", About: p, Answer: map[string]any{"address": "420111, г. Казань, ул. Баумана, д. " + strconv.Itoa(i+1),
			"kind": "permanent", "since": "2019-06-03"}},
			stand.RegisterRecord{Kind: "income", About: stand.Person{SNILS: p.SNILS}, Answer: map[string]any{"amount": 5_300_000 + i*150_000, "payer": "ООО «Кырлай»"}})
		if p.SNILS == idp.DemoGolnaraSNILS {
			list = append(list, stand.RegisterRecord{Kind: "marriage", About: p, Answer: map[string]any{"state": "married", "record": "130169000100012340003",
				"on": "2014-08-23", "office": "Управление ЗАГС г. Казани", "spouse": "Закиров Ринат Айдарович"}})
		}
	}
	return list
}

// registeredOrganisations are the demo's organisations as the register has them.
func registeredOrganisations() []stand.Organisation {
	var list []stand.Organisation
	for _, d := range idp.DemoOrganisations() {
		o := d.Organisation
		list = append(list, stand.Organisation{OGRN: o.OGRN, INN: o.INN, KPP: o.KPP, FullName: o.FullName, ShortName: o.ShortName,
			LegalForm: o.LegalForm, OKVED: o.OKVED, Address: o.LegalAddress, OKTMO: o.OKTMO, Head: d.Head, HeadSNILS: d.HeadSNILS})
	}
	return list
}

// registeredPapers are the demo people's documents and children as the registers have them.
func registeredPapers() (papers []stand.Paper, births []stand.Birth) {
	people := idp.DemoPeople()
	for _, p := range idp.DemoPapers() {
		i, number := people[p.Person-1].Identity, p.Number()
		if number == "" {
			continue // addresses have no register
		}
		papers = append(papers, stand.Paper{Kind: p.Kind, Number: number, LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName,
			BirthDate: i.BirthDate.Format(time.DateOnly)})
	}
	for _, c := range idp.DemoChildren() {
		births = append(births, stand.Birth{Sex: map[string]string{"M": "male", "F": "female"}[c.Sex],
			Paper:   stand.Paper{Number: c.CertNumber, LastName: c.LastName, FirstName: c.FirstName, MiddleName: c.MiddleName, BirthDate: c.BirthDate},
			Parents: []string{people[c.Parent-1].Account.FullName(), c.Father}})
	}
	return papers, births
}
