package rus

import "testing"

func TestDrivingLicence(t *testing.T) {
	t.Parallel()
	check(t, DrivingLicence, []typed{
		{"as printed", "9901 123456", "9901 123456", ""},
		{"with the sign of number", "99 01 № 123456", "9901 123456", ""},
		{"letters, Latin", "16ax123456", "16АХ 123456", ""},
		{"a digit short", "99 01 12345", "", "rus.licence.format"},
		{"zeros", "0000000000", "", "rus.licence.format"},
	})
}

func TestForeignPassport(t *testing.T) {
	t.Parallel()
	check(t, ForeignPassport, []typed{
		{"as printed", "70 1234567", "70 1234567", ""},
		{"with the sign of number", "70 № 1234567", "70 1234567", ""},
		{"without spaces", "701234567", "70 1234567", ""},
		{"a digit more", "7012345678", "", "rus.foreign.format"},
		{"zeros", "70 0000000", "", "rus.foreign.format"},
	})
	check(t, ResidencePermit, []typed{{"residence permit", "82-1234567", "82 1234567", ""}, {"permit too short", "82 12345", "", "rus.permit.format"}})
}

func TestMedicalPolicy(t *testing.T) {
	t.Parallel()
	check(t, MedicalPolicy, []typed{
		{"with spaces", "1656 0012 3456 7890", "1656001234567890", ""},
		{"a digit short", "165600123456789", "", "rus.policy.length"},
		{"letters", "16560012345678ab", "", "rus.digits"},
		{"zeros", "0000000000000000", "", "rus.policy.length"},
	})
}

func TestMilitaryID(t *testing.T) {
	t.Parallel()
	check(t, MilitaryID, []typed{
		{"as printed", "АК 1234567", "АК 1234567", ""},
		{"Latin letters", "ak№1234567", "АК 1234567", ""}, // Latin letters
		{"one letter", "А 1234567", "", "rus.military.format"},
		{"zeros", "АК 0000000", "", "rus.military.format"},
	})
}

func TestLatinName(t *testing.T) {
	t.Parallel()
	check(t, LatinName, []typed{
		{"small letters", " garipova ", "GARIPOVA", ""},
		{"a curly apostrophe", "O’Neil-Smith", "O'NEIL-SMITH", ""},
		{"Cyrillic", "Гарипова", "", "rus.latin.char"},
		{"only a hyphen", "-", "", "rus.name.empty"},
	})
}
