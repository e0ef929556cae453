package rus

import "testing"

func FuzzSNILS(f *testing.F)     { fuzz(f, SNILS, "112-233-445 95", "087 654 303 00") }
func FuzzINN(f *testing.F)       { fuzz(f, INN, "7707083893", "500100732259") }
func FuzzOGRN(f *testing.F)      { fuzz(f, OGRN, "1027739326449") }
func FuzzOGRNIP(f *testing.F)    { fuzz(f, OGRNIP, "304500116000157") }
func FuzzKPP(f *testing.F)       { fuzz(f, KPP, "1655АВ001") }
func FuzzUIN(f *testing.F)       { fuzz(f, UIN, "18810116000000000048", "0316165500000000000000006") }
func FuzzReceipt(f *testing.F)   { fuzz(f, Receipt, "№ 1000-0000-0016") }
func FuzzPassport(f *testing.F)  { fuzz(f, Passport, "92 04 № 123456") }
func FuzzBirthCert(f *testing.F) { fuzz(f, BirthCertificate, "II-КБ 123456", "Ш-KБ O12345") }
func FuzzPlate(f *testing.F)     { fuzz(f, Plate, "a123bc 116 RUS") }
func FuzzSTS(f *testing.F)       { fuzz(f, STS, "16 XX 123456") }
func FuzzCadastral(f *testing.F) { fuzz(f, Cadastral, "16:50:011102:33") }
func FuzzPhone(f *testing.F)     { fuzz(f, Phone, "8 (843) 5-114-115", "+7 917 123-45-67") }
func FuzzName(f *testing.F) {
	fuzz(f, Name, "Габдулла  Тукай", "Мөхәммәт—Вәли")
}
func FuzzFoldName(f *testing.F) {
	fuzz(f, func(s string) (string, error) { return FoldName(s), nil }, "Мөхәммәт", "O'Коннор-Ёлкин", "y\u0306x", "— а")
}

// FuzzRubles checks that an amount that is shown and typed in again stays the same.
func FuzzRubles(f *testing.F) {
	f.Add("1 234,50 ₽")
	f.Add("92233720368547757.99")
	f.Fuzz(func(t *testing.T, s string) {
		kopecks, err := ParseRubles(s)
		if err != nil {
			return
		}
		if again, err := ParseRubles(FormatRubles(kopecks)); err != nil || again != kopecks {
			t.Fatalf("%q is %d, shown and read back it is %d, %v", s, kopecks, again, err)
		}
	})
}

// FuzzDate checks that a date is either good or has named parts.
func FuzzDate(f *testing.F) {
	f.Add("29", "фев", "2024")
	f.Add("31", "апреля", "2026")
	f.Fuzz(func(t *testing.T, day, month, year string) {
		date, problem := ParseDate(day, month, year)
		if date.IsZero() == problem.OK() || problem.OK() != (len(problem.Parts) == 0) {
			t.Fatalf("%q %q %q: %v, %+v", day, month, year, date, problem)
		}
	})
}
