package stand

import (
	"testing"

	"tamga/internal/dbtest"
)

func TestRegisterOfOrganisations(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Stand)
	known := Organisation{OGRN: "1151690007776", INN: "1655700774", KPP: "165501001", FullName: "Общество с ограниченной ответственностью «Кырлай»",
		Head: "Җиһаншина Әминә Фәрит кызы", HeadSNILS: "163-090-715 50"}
	for range 2 {
		if err := SeedOrganisations(t.Context(), tx, []Organisation{known}); err != nil {
			t.Fatal(err)
		}
	}
	amina := claim{OGRN: known.OGRN, INN: known.INN, KPP: known.KPP, FullName: `ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "КЫРЛАЙ"`,
		LastName: "Жиханшина", FirstName: "Амина", MiddleName: "Фарит кызы", SNILS: "16309071550"}
	type verdicts struct {
		Found, INN, KPP, Name, Head bool
		Status                      string
	}
	for name, row := range map[string]struct {
		change func(*claim)
		want   verdicts
	}{
		"the head, as clerks spell her": {func(*claim) {}, verdicts{true, true, true, true, true, "active"}},
		"her namesake":                  {func(c *claim) { c.SNILS = "11211244575" }, verdicts{true, true, true, true, false, "active"}},
		"another's INN":                 {func(c *claim) { c.INN = "7707083893" }, verdicts{true, false, true, true, true, "active"}},
		"another name":                  {func(c *claim) { c.FullName = "ООО Ромашка" }, verdicts{true, true, true, false, true, "active"}},
		"a newcomer":                    {func(c *claim) { c.OGRN = "1201690001237" }, verdicts{true, true, true, true, true, "active"}},
		"a newcomer the rule refuses":   {func(c *claim) { c.OGRN, c.LastName = "1201690001237", "Ошибкина" }, verdicts{true, true, true, true, false, "active"}},
		"no number at all":              {func(c *claim) { c.OGRN = "1201690001238" }, verdicts{}},
		"not there":                     {func(c *claim) { c.OGRN = "1021600000400" }, verdicts{}},
		"liquidated":                    {func(c *claim) { c.OGRN = "1021600000410" }, verdicts{true, true, true, true, true, "liquidated"}},
		"somebody else's":               {func(c *claim) { c.OGRN = "304169000000420" }, verdicts{true, true, true, true, false, "active"}},
	} {
		asked := amina
		row.change(&asked)
		got, err := (&organisations{db: tx}).look(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		v := verdicts{got.Found, got.INNMatch, got.KPPMatch, got.NameMatch, got.HeadMatch, ""}
		if got.Organisation != nil {
			v.Status = got.Status
			if got.FullName == "" {
				t.Errorf("%s: no name", name)
			}
		}
		if v != row.want {
			t.Errorf("%s: %+v, want %+v", name, v, row.want)
		}
	}
}
