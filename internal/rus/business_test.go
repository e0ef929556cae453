package rus

import "testing"

func TestINN(t *testing.T) {
	t.Parallel()
	check(t, INN, []typed{
		{"a bank", "7707083893", "7707083893", ""},
		{"typed in groups", "78 300 022 93", "7830002293", ""},
		{"a firm", "5504036333", "5504036333", ""},
		{"a ministry", "1655065554", "1655065554", ""},
		{"the operator of the portal", "1655427395", "1655427395", ""},
		{"remainder 10 of an organisation", "1655000050", "1655000050", ""},
		{"a person", "500100732259", "500100732259", ""},
		{"another person", "526317984689", "526317984689", ""},
		{"remainder 10 of a person", "165500000802", "165500000802", ""},
		{"wrong check digits", "617547302703", "", "rus.inn.check"},
		{"a slip of the finger", "7707083894", "", "rus.inn.check"},
		{"zeros pass the formula", "0000000000", "", "rus.inn.check"},
		{"twelve zeros too", "000000000000", "", "rus.inn.check"},
		{"between the two lengths", "77070838930", "", "rus.inn.length"},
		{"letters", "ИНН7707083893", "", "rus.digits"},
	})
}

func TestINNOfOneKind(t *testing.T) {
	t.Parallel()
	check(t, INNOrg, []typed{
		{"organisation", "7707083893", "7707083893", ""},
		{"a person is no organisation", "500100732259", "", "rus.inn10.length"},
		{"a slip in an organisation", "7707083890", "", "rus.inn.check"},
	})
	check(t, INNPerson, []typed{
		{"person", "500100732259", "500100732259", ""},
		{"an organisation is no person", "7707083893", "", "rus.inn12.length"},
	})
}

func TestOGRN(t *testing.T) {
	t.Parallel()
	check(t, OGRN, []typed{
		{"a company", "1027739326449", "1027739326449", ""},
		{"a bank", "1027700132195", "1027700132195", ""},
		{"the operator of the portal", "1191690093649", "1191690093649", ""},
		{"a firm of Kazan", "1021602841402", "1021602841402", ""},
		{"remainder 10 is 0", "1021602841480", "1021602841480", ""},
		{"remainder 10 is not 1", "1021602841481", "", "rus.ogrn.check"},
		{"zeros", "0000000000000", "", "rus.ogrn.check"},
		{"an entrepreneur's number", "304500116000157", "", "rus.ogrn.length"},
		{"a letter", "102773932644S", "", "rus.digits"},
	})
}

func TestOGRNIP(t *testing.T) {
	t.Parallel()
	check(t, OGRNIP, []typed{
		{"an entrepreneur", "304500116000157", "304500116000157", ""},
		{"another one", "313132804400022", "313132804400022", ""},
		{"remainder 10 is 0", "304165500000020", "304165500000020", ""},
		{"remainder 11 is 1", "304165500000031", "304165500000031", ""},
		{"remainder 12 is 2", "304165500000042", "304165500000042", ""},
		{"a slip of the finger", "304500116000158", "", "rus.ogrnip.check"},
		{"an organisation's number", "1027739326449", "", "rus.ogrnip.length"},
		{"a letter", "30450011600015Б", "", "rus.digits"},
	})
}

func TestKPP(t *testing.T) {
	t.Parallel()
	check(t, KPP, []typed{
		{"digits", "165501001", "165501001", ""},
		{"typed in groups", "1655 01 001", "165501001", ""},
		{"letters in the middle", "1655ab001", "1655AB001", ""},
		{"Cyrillic letters in the middle", "1655АВ001", "1655AB001", ""},
		{"letters elsewhere", "A65501001", "", "rus.kpp.format"},
		{"a digit is missing", "16550100", "", "rus.kpp.format"},
		{"zeros", "000000000", "", "rus.kpp.format"},
	})
}
