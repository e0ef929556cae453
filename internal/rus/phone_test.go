package rus

import "testing"

func TestPhone(t *testing.T) {
	t.Parallel()
	check(t, Phone, []typed{
		{"as we show it", "+7 917 123-45-67", "+79171234567", ""},
		{"from 8", "8 (917) 123-45-67", "+79171234567", ""},
		{"from 7", "79171234567", "+79171234567", ""},
		{"ten digits", "9171234567", "+79171234567", ""},
		{"ten digits of Kazan", "843 511-41-15", "+78435114115", ""},
		{"brackets and odd groups", "(843) 5-114-115", "+78435114115", ""},
		{"a free line", "8-800-555-35-35", "+78005553535", ""},
		{"short numbers are no phones of people", "115", "", "rus.phone.length"},
		{"another country", "+1 212 555 0100", "", "rus.phone.foreign"},
		{"a country that shares +7", "+7 701 123 45 67", "", "rus.phone.unknown"},
		{"plus and too few digits", "+7 917 123 45", "", "rus.phone.length"},
		{"plus 8 is another country", "+8 917 123 45 67", "", "rus.phone.foreign"},
		{"no such code", "8 100 123-45-67", "", "rus.phone.unknown"},
		{"letters", "8-800-TAXI", "", "rus.phone.chars"},
		{"nothing", "", "", "rus.phone.length"},
	})
}

func TestMobilePhone(t *testing.T) {
	t.Parallel()
	check(t, MobilePhone, []typed{
		{"a mobile", "8 917 123 45 67", "+79171234567", ""},
		{"a home phone takes no SMS", "(843) 511-41-15", "", "rus.phone.mobile"},
		{"nor does a free line", "8 800 555 35 35", "", "rus.phone.mobile"},
		{"not a phone", "12", "", "rus.phone.length"},
	})
}

func TestShownPhone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ in, shown, masked string }{
		{"+79171234567", "+7 917 123-45-67", "+7 917 ***-**-67"},
		{"115", "115", "***"},
		{"", "", "***"},
	} {
		if got := FormatPhone(row.in); got != row.shown {
			t.Errorf("%q is shown as %q", row.in, got)
		}
		if got := MaskPhone(row.in); got != row.masked {
			t.Errorf("%q is masked as %q", row.in, got)
		}
	}
}

func TestMaskEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"ivanov@mail.ru":   "i***v@mail.ru",
		"ivan@mail.ru":     "i***n@mail.ru",
		"yan@mail.ru":      "y***@mail.ru",
		"a@mail.ru":        "a***@mail.ru",
		"гөлнара@почта.рф": "г***а@почта.рф",
		"@mail.ru":         "***",
		"not an address":   "***",
		"\xff\xff@mail.ru": "***@mail.ru",
	} {
		if got := MaskEmail(in); got != want {
			t.Errorf("%q is masked as %q, want %q", in, got, want)
		}
	}
}
