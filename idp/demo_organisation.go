package idp

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tamga/idp/confirm"
	"tamga/idp/organisation"
	"tamga/internal/db"
)

// DemoOrganisation is an organisation of the demo, with its head for the register: only the register knows more about the head
// than an account does.
type DemoOrganisation struct {
	organisation.Seed
	Head, HeadSNILS string
}

// DemoPersonID is the account's id of the demo's person of that number.
func DemoPersonID(n int) uuid.UUID {
	return uuid.MustParse(fmt.Sprintf("01900000-0000-7000-8000-%012d", n))
}

// DemoOrganisations are the demo's organisations: a company that Амина heads and Тимур works in, a service centre in which
// Гөлнара confirms identities, and Илнур, a sole trader.
func DemoOrganisations() []DemoOrganisation {
	founded, mfc := time.Date(2015, 4, 20, 0, 0, 0, 0, time.UTC), "mfc"
	return []DemoOrganisation{
		{Head: "Җиһаншина Әминә Фәрит кызы", HeadSNILS: DemoAminaSNILS, Seed: organisation.Seed{
			Organisation: organisation.Organisation{
				ID: uuid.MustParse("01900000-0000-7000-8000-000000000501"), OID: 999_999_501, Type: organisation.Legal,
				OGRN: "1151690007776", INN: "1655700774", KPP: "165501001", LegalForm: "12300", OKVED: "10.71", OKTMO: "92612000",
				FullName: "Общество с ограниченной ответственностью «Кырлай»", ShortName: "ООО «Кырлай»", FoundingType: "charter",
				FoundingDate: &founded, LegalAddress: "422022, Республика Татарстан, Арский район, с. Новый Кырлай, ул. Тукая, д. 4",
				Phone: "+78436630000", Email: "office@kyrlay.example",
			},
			Employees: []organisation.SeedEmployee{
				{Account: DemoPersonID(4), Chief: true, Position: "Директор"},
				{Account: DemoPersonID(2), Position: "Менеджер", Powers: map[string]time.Duration{"submit": 90 * 24 * time.Hour}},
			},
			Branches: []organisation.Branch{ // departments/stand says the same
				{OID: 999_999_511, KPP: "165843001", Name: "Казанский филиал", Address: "420087, Республика Татарстан, г. Казань, ул. Родины, д. 7",
					Phone: "+78432100001", Email: "kazan@kyrlay.example"},
				{OID: 999_999_512, KPP: "165043002", Name: "Челнинский филиал",
					Address: "423800, Республика Татарстан, г. Набережные Челны, пр. Мира, д. 24"},
			},
		}},
		{Head: "Сабиров Марат Наилевич", HeadSNILS: "15530127732", Seed: organisation.Seed{
			Organisation: organisation.Organisation{
				ID: uuid.MustParse("01900000-0000-7000-8000-000000000502"), OID: 999_999_502, Type: organisation.Agency,
				OGRN: "1101690008881", INN: "1658800880", KPP: "165801001", LegalForm: "75203", OKVED: "84.11", OKTMO: "92701000",
				FullName:  "Государственное бюджетное учреждение «Многофункциональный центр предоставления государственных и муниципальных услуг в Республике Татарстан»",
				ShortName: "МФЦ, Казань, пр. Победы", FoundingType: "charter", FoundingDate: &founded,
				LegalAddress: "420110, Республика Татарстан, г. Казань, пр. Победы, д. 100", Phone: "+78435000000",
				Email: "mfc@demo.tamga.example", Accreditation: &mfc,
			},
			Employees: []organisation.SeedEmployee{
				{Account: DemoPersonID(5), Position: "Специалист", Powers: map[string]time.Duration{organisation.PowerConfirm: 0}},
			},
		}},
		{Head: "Галиев Илнур Камилевич", HeadSNILS: DemoIlnurSNILS, Seed: organisation.Seed{
			Organisation: organisation.Organisation{
				ID: uuid.MustParse("01900000-0000-7000-8000-000000000503"), OID: 999_999_503, Type: organisation.Business,
				OGRN: "322169000123459", INN: "165512340666", LegalForm: organisation.ProprietorForm, OKVED: "96.02", OKTMO: "92612000",
				FullName: "Индивидуальный предприниматель Галиев Илнур Камилевич", ShortName: "ИП Галиев И. К.",
				LegalAddress: "422000, Республика Татарстан, г. Арск, ул. Школьная, д. 12", Phone: "+79172000006", Email: "ilnur@demo.tamga.example",
			},
			Employees: []organisation.SeedEmployee{{Account: DemoPersonID(6), Chief: true, Position: "Индивидуальный предприниматель"}},
		}},
	}
}

// seedCentres says where and when people come to the demo's service centre.
func seedCentres(ctx context.Context, d db.DB) error {
	for _, o := range DemoOrganisations() {
		if o.Organisation.Accreditation == nil {
			continue
		}
		for _, e := range o.Employees { // operators sign in by two proofs
			if _, confirms := e.Powers[organisation.PowerConfirm]; confirms {
				if err := confirm.AskForSMS(ctx, d, e.Account, time.Now()); err != nil {
					return fmt.Errorf("seed operator: %w", err)
				}
			}
		}
		err := confirm.PutCentre(ctx, d, o.Organisation.ID, o.Organisation.LegalAddress, "пн–пт 8:00–20:00, сб 8:00–17:00", o.Organisation.Phone)
		if err != nil {
			return fmt.Errorf("seed centre %s: %w", o.Organisation.ShortName, err)
		}
	}
	return nil
}
