package rus

import "testing"

func TestPlate(t *testing.T) {
	t.Parallel()
	check(t, Plate, []typed{
		{"Tatarstan", "А123ВС116", "А123ВС116", ""},
		{"typed in Latin", "a 123 bc 716", "А123ВС716", ""},
		{"with the country", "А123ВС 16 RUS", "А123ВС16", ""},
		{"letters that plates do not have", "Ж123ВС116", "", "rus.plate.format"},
		{"number 000", "А000ВС116", "", "rus.plate.format"},
		{"no region", "А123ВС", "", "rus.plate.format"},
	})
}

func TestSTS(t *testing.T) {
	t.Parallel()
	check(t, STS, []typed{
		{"letters", "16 ХХ 123456", "16ХХ123456", ""},
		{"Latin letters", "16xx№123456", "16ХХ123456", ""},
		{"digits", "99 01 123456", "9901123456", ""},
		{"a digit is missing", "16 ХХ 12345", "", "rus.sts.format"},
		{"zeros", "0000000000", "", "rus.sts.format"},
	})
}

func TestPostalIndex(t *testing.T) {
	t.Parallel()
	check(t, PostalIndex, []typed{
		{"Kazan", "420074", "420074", ""},
		{"typed in groups", "420 074", "420074", ""},
		{"a digit is missing", "42007", "", "rus.postal.format"},
		{"no such region", "920074", "", "rus.postal.format"},
		{"letters", "42OO74", "", "rus.digits"},
	})
}

func TestCadastral(t *testing.T) {
	t.Parallel()
	check(t, Cadastral, []typed{
		{"a plot in Kazan", "16:50:011102:33", "16:50:011102:33", ""},
		{"seven digits of the quarter", "50:08:0000000:1", "50:08:0000000:1", ""},
		{"with spaces", " 16 : 50 : 011102 : 33 ", "16:50:011102:33", ""},
		{"no object", "16:50:011102", "", "rus.cadastral.format"},
		{"object 0", "16:50:011102:0", "", "rus.cadastral.format"},
		{"no such region", "00:50:011102:33", "", "rus.cadastral.format"},
	})
}
