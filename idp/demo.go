package idp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/idp/account"
	"tamga/idp/oauth"
	"tamga/idp/organisation"
	"tamga/internal/secret"
)

// Demo is what SeedDemo needs.
type Demo struct {
	DB           *pgxpool.Pool
	Box          *secret.Box
	Passwords    *secret.Hasher
	Portal       string // public address of the portal
	PortalSecret string // of the client "portal"
}

// DemoPassword is the password of all demo people.
const DemoPassword = "Tamga2026"

// The demo people's СНИЛС, made up, with valid check digits.
const (
	DemoAliyaSNILS   = "11211244575" // 112-112-445 75
	DemoTimurSNILS   = "08765430300" // 087-654-303 00
	DemoPyotrSNILS   = "16008501220" // 160-085-012 20: typed, never checked: he is simplified
	DemoAminaSNILS   = "16309071550" // 163-090-715 50
	DemoGolnaraSNILS = "17048291368" // 170-482-913 68
	DemoIlnurSNILS   = "18159204676" // 181-592-046 76
)

func demoPerson(n int, last, first, middle, sex, born, place, snils, number, email string) account.SeedPerson {
	birth, err := time.Parse(time.DateOnly, born)
	if err != nil {
		panic(err) // the dates are literals below
	}
	// Ids are fixed, so that a second start finds the people of the first.
	id := DemoPersonID(n)
	return account.SeedPerson{
		Account: account.Account{
			ID: id, OID: int64(1_000_000_000 - 1000 + n), LastName: last, FirstName: first, MiddleName: middle,
			Phone: fmt.Sprintf("+7917200%04d", n), Email: email, EmailConfirmed: true, Level: account.Standard,
		},
		Identity: &account.Identity{
			Account: id, LastName: last, FirstName: first, MiddleName: middle, Sex: sex, BirthDate: birth, BirthPlace: place,
			Citizenship: "RUS", SNILS: snils,
			Document: account.Document{Type: "RF_PASSPORT", Series: "9218", Number: number, IssuedOn: "2018-06-15",
				IssuedBy: "МВД по Республике Татарстан", Code: "160-001"},
		},
	}
}

// DemoPeople are the demo's people, for the registers that know them too.
func DemoPeople() []account.SeedPerson {
	pyotr := demoPerson(3, "Смирнов", "Пётр", "Алексеевич", "M", "1985-01-20", "г. Казань", DemoPyotrSNILS, "120003", "pyotr@demo.tamga.example")
	pyotr.Account.Level, pyotr.Identity = account.Simplified, nil
	amina := demoPerson(4, "Җиһаншина", "Әминә", "Фәрит кызы", "F", "1990-07-15", "с. Кырлай Арского района", DemoAminaSNILS, "120004", "amina@demo.tamga.example")
	golnara := demoPerson(5, "Закирова", "Гөлнара", "Ринатовна", "F", "1987-02-28", "г. Казань", DemoGolnaraSNILS, "120005", "golnara@demo.tamga.example")
	ilnur := demoPerson(6, "Галиев", "Илнур", "Камилевич", "M", "1982-11-09", "г. Арск", DemoIlnurSNILS, "120006", "ilnur@demo.tamga.example")
	ilnur.Account.Level = account.Confirmed
	amina.Account.Level, golnara.Account.Level = account.Confirmed, account.Confirmed
	return []account.SeedPerson{
		demoPerson(1, "Гарипова", "Алия", "Маратовна", "F", "1998-04-12", "г. Казань", DemoAliyaSNILS, "120001", "aliya@demo.tamga.example"),
		demoPerson(2, "Хабибуллин", "Тимур", "Ильдарович", "M", "1996-09-03", "г. Набережные Челны", DemoTimurSNILS, "120002", "timur@demo.tamga.example"),
		pyotr,
		amina,
		golnara,
		ilnur,
	}
}

// SeedDemo makes the demo people and the client "portal". Running it again changes nothing but the client.
func SeedDemo(ctx context.Context, d Demo) error {
	if err := oauth.PutClient(ctx, d.DB, PortalClient(d.Portal, d.PortalSecret)); err != nil {
		return err
	}
	for _, p := range DemoPeople() {
		if err := account.Seed(ctx, d.DB, d.Box, d.Passwords, p, DemoPassword); err != nil {
			return fmt.Errorf("seed %s: %w", p.Account.LastName, err)
		}
	}
	for _, o := range DemoOrganisations() {
		if err := organisation.Put(ctx, d.DB, o.Seed, time.Now()); err != nil {
			return fmt.Errorf("seed %s: %w", o.Organisation.ShortName, err)
		}
	}
	return errors.Join(seedCentres(ctx, d.DB), seedSystems(ctx, d), seedPersonal(ctx, d))
}

// PortalClient is the citizens' portal as a client. It could skip consent, being ours; people are asked once all the same, so
// that they know what the portal learns.
func PortalClient(portal, secret string) oauth.Client {
	return oauth.Client{
		ID: "portal", Name: "Портал государственных услуг", Secret: secret,
		RedirectURIs:   []string{portal + "/esia/callback"},
		PostLogoutURIs: []string{portal + "/", portal},
		Scopes:         oauth.Scopes,
	}
}
