package intra

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// SeedDemo makes the organisations and employees of the demo, unless they are there.
func SeedDemo(ctx context.Context, d db.DB, hasher *secret.Hasher, now time.Time) error {
	zags := Organisation{demoID(1), "Управление ЗАГС Кабинета Министров Республики Татарстан", "zags"}
	social := Organisation{demoID(2), "Республиканский центр материальной помощи", "social"}
	building := Organisation{demoID(4), "Министерство строительства, архитектуры и жилищно-коммунального хозяйства Республики Татарстан", "construction"}
	ministry := Organisation{demoID(3), "Министерство информатизации и связи Республики Татарстан", ""}
	staff := []struct {
		Employee
		password string
	}{
		{Employee{LastName: "Валеева", FirstName: "Гузель", MiddleName: "Рашитовна", Post: "ведущий специалист", OrganisationID: zags.ID,
			Rights: []string{RightPayments, RightRefunds, RightApplications, RightChecks}}, "Tamga2026"},
		{Employee{LastName: "Кузнецов", FirstName: "Олег", MiddleName: "Павлович", Post: "специалист", OrganisationID: zags.ID,
			Rights: []string{RightPayments}, Temporary: true}, "Temp2026"},
		{Employee{LastName: "Сафина", FirstName: "Ляйсан", MiddleName: "Наилевна", Post: "специалист", OrganisationID: social.ID},
			"Tamga2026"},
		{Employee{LastName: "Нуриев", FirstName: "Марат", MiddleName: "Ильгизович", Post: "ответственный за электронные услуги",
			OrganisationID: ministry.ID, Rights: []string{RightPayments, RightRefunds, RightDeliveries, RightCatalog, RightSupport}}, "Tamga2026"},
		{Employee{LastName: "Хасанова", FirstName: "Алсу", MiddleName: "Ринатовна", Post: "главный специалист", OrganisationID: building.ID,
			Rights: []string{RightWorkplace, RightApplications, RightChecks}}, "Tamga2026"},
		{Employee{LastName: "Мингазов", FirstName: "Руслан", MiddleName: "Фаритович", Post: "специалист", OrganisationID: building.ID,
			Rights: []string{RightWorkplace, RightChecks}}, "Tamga2026"},
		{Employee{LastName: "Шарипова", FirstName: "Диляра", MiddleName: "Маратовна", Post: "начальник отдела", OrganisationID: zags.ID}, "Tamga2026"},
		{Employee{LastName: "Гайнутдинов", FirstName: "Айрат", MiddleName: "Ильдарович", Post: "главный специалист", OrganisationID: social.ID,
			Rights: []string{RightChecks}}, "Tamga2026"},
	}
	// Hashing takes a while by design: a demo that was seeded before does not repeat it.
	known, err := listEmployees(ctx, d, zags.ID)
	if err != nil || len(known) > 0 {
		return err
	}
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		for i, o := range []Organisation{zags, social, ministry, building} {
			if err := insertOrganisation(ctx, tx, o, i); err != nil {
				return err
			}
		}
		for i, s := range staff {
			s.ID = demoID(byte(100 + i))
			if s.PasswordHash, err = hasher.Hash(ctx, s.password); err != nil {
				return err
			}
			if s.Rights == nil {
				s.Rights = []string{}
			}
			if err := insertEmployee(ctx, tx, s.Employee, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// demoID returns a fixed UUIDv7, so that a bookmark of the demo's sign-in page keeps working.
func demoID(n byte) uuid.UUID {
	id := uuid.MustParse("01900000-0000-7000-8000-000000000000")
	id[15] = n
	return id
}
