package rus

import (
	"strings"
	"testing"
)

func TestBIK(t *testing.T) {
	t.Parallel()
	check(t, BIK, []typed{
		{"a bank", "044525225", "044525225", ""},
		{"a treasury", "019205400", "019205400", ""},
		{"nothing starts with 3", "344525225", "", "rus.bik.format"},
		{"zeros", "000000000", "", "rus.bik.format"},
		{"a digit is missing", "04452522", "", "rus.bik.length"},
		{"a letter", "04452522б", "", "rus.digits"},
	})
}

func TestAccount(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, bik, account, key string }{
		{"correspondent account in the rule itself", "049805000", "30101810800000000746", ""},
		{"client account in the rule itself", "049805746", "40602810700000000025", ""},
		{"a firm in Petersburg", "044030827", "40702810900000002851", ""},
		{"its bank", "044030827", "30101810200000000827", ""},
		{"a firm in Moscow", "044525225", "40702810138250123017", ""},
		{"its bank", "044525225", "30101810400000000225", ""},
		{"another bank", "044525700", "30101810200000000700", ""},
		{"single treasury account of Tatarstan", "019205400", "40102810445370000079", ""},
		{"of Tula", "017003983", "40102810445370000059", ""},
		{"of Moscow region", "004525988", "40102810545370000003", ""},
		{"treasury accounts have no key", "019205400", "03100643000000011100", ""},
		{"another bank's client", "044030827", "40702810138250123017", "rus.account.check"},
		{"wrong key", "044525225", "40702810238250123017", "rus.account.check"},
		{"zeros", "044525225", strings.Repeat("0", 20), "rus.account.check"},
		{"a digit is missing", "044525225", "4070281013825012301", "rus.account.length"},
		{"wrong bank code first", "04452522", "40702810138250123017", "rus.bik.length"},
		{"a letter", "044525225", "4070281013825012301б", "rus.digits"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := Account(row.bik, row.account)
			if keyOf(err) != row.key || err == nil && got != row.account {
				t.Errorf("%s %s: %q, %v", row.bik, row.account, got, err)
			}
		})
	}
}

func TestCard(t *testing.T) {
	t.Parallel()
	check(t, Card, []typed{
		{"the number that every bank's manual has", "4111 1111 1111 1111", "4111111111111111", ""},
		{"MIR", "2200 0000 0000 0004", "2200000000000004", ""},
		{"two digits swapped", "2200 0000 0000 0040", "", "rus.card.check"},
		{"zeros", "0000 0000 0000 0000", "", "rus.card.check"},
		{"too short", "4111 1111 1111", "", "rus.card.length"},
		{"a letter", "4111 1111 1111 111l", "", "rus.digits"},
	})
}
