package rus

import (
	"strings"
	"testing"
)

func TestUIN(t *testing.T) {
	t.Parallel()
	check(t, UIN, []typed{
		{"from the tests of the charge system", "32117072411021588933", "32117072411021588933", ""},
		{"typed in groups", "1881 0116 0000 0000 0048", "18810116000000000048", ""},
		{"both passes give 10", "18810116000000000830", "18810116000000000830", ""},
		{"25 digits", "0316165500000000000000006", "0316165500000000000000006", ""},
		{"first pass alone is not enough", "18810116000000000040", "", "rus.uin.check"},
		{"a slip of the finger", "32117072411021588930", "", "rus.uin.check"},
		{"zeros after the payee", "18800000000000000000", "", "rus.uin.check"},
		{"none is not a number", UINNone, "", "rus.uin.length"},
		{"letters", "1881A116000000000048", "", "rus.digits"},
	})
}

func TestNewUIN(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, prefix, want, key string }{
		{"one pass", "3211707241102158893", "32117072411021588933", ""},
		{"two passes", "1881011600000000004", "18810116000000000048", ""},
		{"no pass", "1881011600000000083", "18810116000000000830", ""},
		{"24 digits", "031616550000000000000000", "0316165500000000000000006", ""},
		{"wrong length", "123", "", "rus.uin.prefix"},
		{"nothing but zeros", strings.Repeat("0", 19), "", "rus.uin.prefix"},
		{"letters", "188101160000000000A", "", "rus.digits"},
	} {
		if got, err := NewUIN(row.prefix); got != row.want || keyOf(err) != row.key {
			t.Errorf("%s: %q, %v", row.name, got, err)
		}
	}
}

// The classifiers publish their check digits, which proves the algorithm that charges share with them.
func TestPublishedCheckDigits(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]byte{
		"04631437126": '3', "04603404106": '2', "67320000": '4', "03628000": '6', "24613000": '3',
		"92701000": '6', "92701000001": '7',
	} {
		if got := budgetDigit(code); got != want {
			t.Errorf("%s: %c, want %c", code, got, want)
		}
	}
}

func TestOKTMO(t *testing.T) {
	t.Parallel()
	check(t, OKTMO, []typed{
		{"Kazan", "92701000", "92701000", ""},
		{"a place in Kazan", "92 701 000 001", "92701000001", ""},
		{"with the check digit", "927010006", "", "rus.oktmo.length"},
		{"zeros", "00000000", "", "rus.oktmo.zero"},
		{"a letter", "9270100O", "", "rus.digits"},
	})
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	check(t, Receipt, []typed{
		{"as printed", "1000-0000-0016", "1000-0000-0016", ""},
		{"without dashes", "100000000016", "1000-0000-0016", ""},
		{"with the sign", "№ 1000 0000 0016", "1000-0000-0016", ""},
		{"with a Latin sign", "No. 1000–0000–0016", "1000-0000-0016", ""},
		{"one digit wrong", "1000-0000-0017", "", "rus.receipt.check"},
		{"a leading zero", "0000-0000-0018", "", "rus.receipt.check"},
		{"a group is missing", "1000-0000", "", "rus.receipt.length"},
		{"a letter", "1000-0000-001б", "", "rus.digits"},
	})
}

func TestNewReceipt(t *testing.T) {
	t.Parallel()
	seen := map[string]int64{}
	for _, n := range []int64{0, 1, 2, 9, 10, 89_999_999_999, 90_000_000_000, 899_999_999_999_999} {
		number := NewReceipt(n)
		if earlier, twice := seen[number]; twice {
			t.Errorf("%d and %d share %s", earlier, n, number)
		}
		seen[number] = n
		if got, err := Receipt(number); err != nil || got != number {
			t.Errorf("%d: %q reads back as %q, %v", n, number, got, err)
		}
	}
	for _, n := range []int64{-1, 900_000_000_000_000, 1 << 62} {
		if got := NewReceipt(n); got != "" {
			t.Errorf("%d has the receipt %q", n, got)
		}
	}
}

func TestFormatUIN(t *testing.T) {
	t.Parallel()
	for uin, want := range map[string]string{"18810116000000000048": "1881 0116 0000 0000 0048", "": ""} {
		if got := FormatUIN(uin); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
