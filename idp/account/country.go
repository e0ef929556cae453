package account

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tamga/frontend"
	"tamga/internal/i18n"
)

// Russia is the citizenship of most; Stateless is that of nobody (ICAO Doc 9303, part 3: XXA).
const (
	Russia    = "RUS"
	Stateless = "XXA"
)

// countries are the codes of ISO 3166-1 (three letters) of the states whose documents people come with: the members of the United
// Nations but Russia, and its two observers.
const countries = "AFG ALB DZA AND AGO ATG ARG ARM AUS AUT AZE BHS BHR BGD BRB BLR BEL BLZ BEN BTN BOL BIH BWA BRA BRN BGR BFA BDI CPV KHM CMR " +
	"CAN CAF TCD CHL CHN COL COM COG COD CRI CIV HRV CUB CYP CZE DNK DJI DMA DOM ECU EGY SLV GNQ ERI EST SWZ ETH FJI FIN FRA GAB GMB GEO DEU " +
	"GHA GRC GRD GTM GIN GNB GUY HTI HND HUN ISL IND IDN IRN IRQ IRL ISR ITA JAM JPN JOR KAZ KEN KIR PRK KOR KWT KGZ LAO LVA LBN LSO LBR LBY " +
	"LIE LTU LUX MDG MWI MYS MDV MLI MLT MHL MRT MUS MEX FSM MDA MCO MNG MNE MAR MOZ MMR NAM NRU NPL NLD NZL NIC NER NGA MKD NOR OMN PAK PLW " +
	"PAN PNG PRY PER PHL POL PRT QAT ROU RWA KNA LCA VCT WSM SMR STP SAU SEN SRB SYC SLE SGP SVK SVN SLB SOM ZAF SSD ESP LKA SDN SUR SWE CHE " +
	"SYR TJK TZA THA TLS TGO TON TTO TUN TUR TKM TUV UGA UKR ARE GBR USA URY UZB VUT VEN VNM YEM ZMB ZWE PSE VAT"

// foreign lists the choices of citizenship besides Russia.
var foreign = append(strings.Fields(countries), Stateless)

// knownCountry tells whether somebody may be a citizen of it.
func knownCountry(code string) bool { return slices.Contains(foreign, code) }

// CountryName is the name of a country in a language.
func CountryName(t func(string, ...any) string, lang i18n.Lang, code string) string {
	switch code {
	case Russia:
		return t("idp.citizenship_rus")
	case Stateless:
		return t("idp_data.stateless")
	}
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	return display.Regions(language.Make(string(lang))).Name(region)
}

// sorted keeps the codes in the order of their names, by language: sorting by the rules of a language is slow.
var sorted sync.Map

// countryChoices are the options of the list of countries.
func countryChoices(t func(string, ...any) string, lang i18n.Lang) []frontend.Option {
	once, _ := sorted.LoadOrStore(lang, sync.OnceValue(func() []string {
		codes := slices.Clone(foreign)
		order := collate.New(language.Make(string(lang)))
		slices.SortFunc(codes, func(a, b string) int {
			return order.CompareString(CountryName(t, lang, a), CountryName(t, lang, b))
		})
		return codes
	}))
	options := []frontend.Option{{Text: t("idp_data.country_choose")}}
	for _, code := range once.(func() []string)() {
		options = append(options, frontend.Option{Value: code, Text: CountryName(t, lang, code)})
	}
	return options
}
