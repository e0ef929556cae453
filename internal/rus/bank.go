package rus

import (
	"regexp"
	"strings"
)

var kppShape = regexp.MustCompile(`^\d{4}[0-9A-Z]{2}\d{3}$`)

// KPP returns the 9 characters of a reason-for-registration code. It has no check digit; characters 5 and 6 may be Latin
// letters, and Cyrillic ones of the same shape are turned into them.
func KPP(s string) (string, error) {
	code := toLatin(strings.ToUpper(squeeze(s)))
	if !kppShape.MatchString(code) || allZero(code) {
		return "", fail("rus.kpp.format")
	}
	return code, nil
}

// BIK returns the 9 digits of a bank's identification code. It has no check digit of its own: Account checks both together.
func BIK(s string) (string, error) {
	code, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(code) != 9:
		return "", fail("rus.bik.length")
	case code[0] > '2' || allZero(code):
		return "", fail("rus.bik.format")
	}
	return code, nil
}

// Account returns the 20 digits of an account after checking its key (digit 9) with the bank's code (Bank of Russia,
// 08.09.1997 N 515). Treasury accounts, which start with 03, have no such key and are only measured.
func Account(bik, account string) (string, error) {
	code, err := BIK(bik)
	if err != nil {
		return "", err
	}
	number, err := digitsOf(account)
	switch {
	case err != nil:
		return "", err
	case len(number) != 20:
		return "", fail("rus.account.length")
	case allZero(number):
		return "", fail("rus.account.check")
	case strings.HasPrefix(number, "03"):
		return number, nil
	case !accountChecks(keyPrefix(code, number) + number):
		return "", fail("rus.account.check")
	}
	return number, nil
}

// keyPrefix returns the three digits that stand before the account when its key is computed: the bank's own number for its
// clients, the number of the Bank of Russia's office for accounts opened there.
func keyPrefix(bik, account string) string {
	office := bik[6:] <= "002"
	if office || strings.HasPrefix(account, "301") || strings.HasPrefix(account, "40102") {
		return "0" + bik[4:6]
	}
	return bik[6:]
}

// accountChecks sums the last digits of the products with 7, 1, 3 repeated; the sum must end in 0.
func accountChecks(number string) bool {
	weights := [3]int{7, 1, 3}
	sum := 0
	for i := range len(number) {
		sum += int(number[i]-'0') * weights[i%3] % 10
	}
	return sum%10 == 0
}
