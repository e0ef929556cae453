package register

import (
	"regexp"
	"strings"
)

// Address is an address in parts.
type Address struct{ Index, Locality, Street, House, Flat string }

var (
	indexShape = regexp.MustCompile(`^[1-6]\d{5}$`)
	houseShape = regexp.MustCompile(`(?i)^(?:дом|д)?\.?\s*(\d+\s*[а-яё]?(?:\s*/\s*\d+[а-яё]?)?(?:,?\s*(?:корпус|корп|к|стр)\.?\s*\d+[а-яё]?)?)$`)
	flatShape  = regexp.MustCompile(`(?i)^(?:квартира|кв|фатир)\.?\s*(\d+[а-яё]?)$`)
)

// beyond are the words of an address that stand before the locality and say nothing that it does not.
var beyond = regexp.MustCompile(`(?i)^(россия|рф|российская федерация|республика татарстан|респ\.? татарстан|рт|татарстан( респ\.?| республикасы)?|.*(район|р-н|районы))$`)

// ParseAddress takes apart an address in one line when it is sure of every part: a locality and a street of the register, a house.
func ParseAddress(line string) (Address, bool) {
	var a Address
	var place Locality
	for piece := range strings.SplitSeq(line, ",") {
		piece = strings.Join(strings.Fields(piece), " ")
		if piece == "" || a.Locality == "" && beyond.MatchString(piece) {
			continue
		}
		if !a.take(piece, &place) {
			return Address{}, false
		}
	}
	return a, a.Locality != "" && a.Street != "" && a.House != ""
}

// take puts one piece where it belongs.
func (a *Address) take(piece string, place *Locality) bool {
	if a.Index == "" && indexShape.MatchString(piece) {
		a.Index = piece
		return true
	}
	if a.Locality == "" {
		l, ok := FindLocality(piece)
		*place, a.Locality = l, l.Name
		return ok
	}
	if a.Street == "" {
		name, ok := place.Street(piece)
		a.Street = name
		return ok
	}
	if m := houseShape.FindStringSubmatch(piece); m != nil && a.House == "" {
		a.House = m[1]
		return true
	}
	m := flatShape.FindStringSubmatch(piece)
	if m == nil || a.House == "" || a.Flat != "" {
		return false
	}
	a.Flat = m[1]
	return true
}
