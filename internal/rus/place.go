package rus

import (
	"regexp"
	"strings"
)

// PostalIndex returns the six digits of a postal index. Russian ones start with 1 to 6; Tatarstan has 420000 to 423999.
func PostalIndex(s string) (string, error) {
	index, err := digitsOf(s)
	switch {
	case err != nil:
		return "", err
	case len(index) != 6 || index[0] < '1' || index[0] > '6':
		return "", fail("rus.postal.format")
	}
	return index, nil
}

// cadastralShape is region, district, quarter and object. Leading zeros belong to the number.
var cadastralShape = regexp.MustCompile(`^(\d{2}):(\d{2}):(\d{6,7}):(\d{1,9})$`)

// Cadastral returns a cadastral number as "16:50:011102:33". Tatarstan is region 16.
func Cadastral(s string) (string, error) {
	number := strings.NewReplacer("№", "", "：", ":").Replace(squeeze(s))
	part := cadastralShape.FindStringSubmatch(number)
	if part == nil || part[1] == "00" || allZero(part[4]) {
		return "", fail("rus.cadastral.format")
	}
	return number, nil
}
