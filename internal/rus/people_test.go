package rus

import "testing"

func TestSNILS(t *testing.T) {
	t.Parallel()
	check(t, SNILS, []typed{
		{"as on the card", "112-233-445 95", "11223344595", ""},
		{"long dashes and hard spaces", "112—233—445\u00a095", "11223344595", ""},
		{"sum 202 is 0", "087-654-303 00", "08765430300", ""},
		{"sum 201 gives 100, which is 0", "087-654-302 00", "08765430200", ""},
		{"sum 100 is 0", "112-047-514 00", "11204751400", ""},
		{"sum 101 is 0", "112-182-137 00", "11218213700", ""},
		{"sum 200 is 99", "119-736-863 99", "11973686399", ""},
		{"7 keeps its zero", "642-709-548 07", "64270954807", ""},
		{"ordinary", "123-456-789 64", "12345678964", ""},
		{"old numbers have no check digit", "001-001-998 77", "00100199877", ""},
		{"the first one that has", "001-001-999 77", "", "rus.snils.check"},
		{"zeros belong to nobody", "000-000-000 00", "", "rus.snils.check"},
		{"wrong check number", "123-456-789 01", "", "rus.snils.check"},
		{"another one", "123-456-789 09", "", "rus.snils.check"},
		{"a digit is missing", "112-233-445 9", "", "rus.snils.length"},
		{"the letter O", "112-233-445 9O", "", "rus.digits"},
		{"nothing", "", "", "rus.snils.length"},
	})
	if got := FormatSNILS("11223344595"); got != "112-233-445 95" {
		t.Errorf("shown as %q", got)
	}
}

func TestPassport(t *testing.T) {
	t.Parallel()
	check(t, Passport, []typed{
		{"as in the passport", "92 04 123456", "9204 123456", ""},
		{"with the sign", "9204 № 123456", "9204 123456", ""},
		{"with words", "серия 92 04 номер 123456", "9204 123456", ""},
		{"a digit is missing", "9204 12345", "", "rus.passport.length"},
		{"no such region", "0004 123456", "", "rus.passport.format"},
		{"no such number", "9204 000000", "", "rus.passport.format"},
		{"an old Soviet passport", "II-КБ 123456", "", "rus.digits"},
	})
	for _, row := range []struct{ series, number, want, key string }{
		{"92 04", "№123456", "9204 123456", ""},
		{"920", "4123456", "", "rus.passport.series"},
		{"9204", "12345", "", "rus.passport.number"},
		{"92o4", "123456", "", "rus.digits"},
		{"9204", "12345б", "", "rus.digits"},
	} {
		if got, err := PassportParts(row.series, row.number); got != row.want || keyOf(err) != row.key {
			t.Errorf("%q and %q give %q, %v", row.series, row.number, got, err)
		}
	}
}

func TestDivisionCode(t *testing.T) {
	t.Parallel()
	check(t, DivisionCode, []typed{
		{"as in the passport", "160-001", "160-001", ""},
		{"without the hyphen", "160001", "160-001", ""},
		{"levels end at 3", "164-001", "", "rus.division.format"},
		{"no such region", "001-001", "", "rus.division.format"},
		{"a digit is missing", "160-01", "", "rus.division.length"},
		{"a letter", "16О-001", "", "rus.digits"},
	})
}

func TestBirthCertificate(t *testing.T) {
	t.Parallel()
	check(t, BirthCertificate, []typed{
		{"as printed", "II-КБ 123456", "II-КБ 123456", ""},
		{"with the sign", "II-КБ № 123456", "II-КБ 123456", ""},
		{"all in one", "iiкб123456", "II-КБ 123456", ""},
		{"ones for strokes", "11-КБ 123456", "II-КБ 123456", ""},
		{"small L for strokes", "ll-КБ 123456", "II-КБ 123456", ""},
		{"Ukrainian I", "ІІІ-КБ 123456", "III-КБ 123456", ""},
		{"П for two strokes", "П-КБ 123456", "II-КБ 123456", ""},
		{"Ш for three strokes", "Ш-КБ 123456", "III-КБ 123456", ""},
		{"Cyrillic Х", "ХХ-КБ 123456", "XX-КБ 123456", ""},
		{"У for five", "IУ-КБ 123456", "IV-КБ 123456", ""},
		{"Latin K", "II-KБ 123456", "II-КБ 123456", ""},
		{"all letters Latin", "II-MA 123456", "II-МА 123456", ""},
		{"the letter O in the number", "II-КБ O12345", "II-КБ 012345", ""},
		{"no such roman number", "IIX-КБ 123456", "", "rus.birthcert.roman"},
		{"no roman number", "А-КБ 123456", "", "rus.birthcert.roman"},
		{"a Latin letter without a twin", "II-KZ 123456", "", "rus.birthcert.letters"},
		{"a digit is missing", "II-КБ 12345", "", "rus.birthcert.format"},
		{"zeros", "II-КБ 000000", "", "rus.birthcert.format"},
		{"nothing", "", "", "rus.birthcert.format"},
	})
}
