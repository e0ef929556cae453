package papers

import (
	"slices"
	"strings"

	"tamga/internal/rus"
)

// Kinds of papers, under the names of ESIA. RSDNC_PERMIT, TMP_RSDNC_PERMIT and INN are ours: ESIA has scopes for them and no type.
const (
	ForeignPassport     = "FRGN_PASS"
	DrivingLicence      = "RF_DRIVING_LICENSE"
	MedicalPolicy       = "MDCL_PLCY"
	MilitaryID          = "MLTR_ID"
	BirthCertificate    = "RF_BRTH_CERT"
	ForeignBirthCert    = "FID_BRTH_CERT"
	ResidencePermit     = "RSDNC_PERMIT"
	TemporaryResidence  = "TMP_RSDNC_PERMIT"
	TaxpayerNumber      = "INN"
	LivingAddress       = "PLV"
	RegistrationAddress = "PRG"
	Car                 = "VEHICLE"
)

// Groups of kinds, each a page of its own.
const (
	documents = "documents"
	addresses = "addresses"
	vehicles  = "vehicles"
)

// Kind says what a paper of that sort holds, who confirms it, and where it is shown.
type Kind struct {
	Name     string
	Group    string
	Register string // path below the address of the registers; "" where nobody can confirm it
	Many     string // the field that tells papers of one person apart; "" where a person has one
	Child    bool   // children have it, too
	Fields   []field
}

// field is a line of a paper.
type field struct {
	Name     string
	Parse    func(string) (string, error) // brings what was typed to the stored form
	Date     string                       // "past", "future": a date of three boxes
	Optional bool
	Hint     bool // there is a text idp_papers.<name>_hint
	Width    string
	Numeric  bool
	Area     bool // several lines
}

func issued() field  { return field{Name: "issued_on", Date: "past", Hint: true} }
func expires() field { return field{Name: "expires_on", Date: "future", Hint: true} }
func number(name string, parse func(string) (string, error), width string) field {
	return field{Name: name, Parse: parse, Hint: true, Width: width}
}
func by() field { return field{Name: "issued_by", Parse: line} }
func optional(f field) field {
	f.Optional = true
	return f
}

// Kinds lists all, in the order in which pages show them.
var Kinds = []Kind{
	{Name: TaxpayerNumber, Group: documents, Register: "tax", Child: true, Fields: []field{number("inn", rus.INNPerson, "width-20")}},
	{Name: DrivingLicence, Group: documents, Register: "interior/licence", Fields: []field{
		number("licence", rus.DrivingLicence, "width-20"), issued(), expires(), optional(by()),
		{Name: "categories", Parse: categories, Optional: true, Hint: true, Width: "width-20"}}},
	{Name: MedicalPolicy, Group: documents, Register: "medical", Child: true, Fields: []field{number("policy", rus.MedicalPolicy, "width-20")}},
	{Name: ForeignPassport, Group: documents, Register: "interior/foreign-passport", Child: true, Fields: []field{
		number("foreign_passport", rus.ForeignPassport, "width-20"), {Name: "last_latin", Parse: rus.LatinName, Hint: true},
		{Name: "first_latin", Parse: rus.LatinName}, issued(), expires(), by()}},
	{Name: BirthCertificate, Group: documents, Register: "births", Child: true, Fields: []field{
		number("certificate", rus.BirthCertificate, "width-20"), issued(), by()}},
	{Name: ForeignBirthCert, Group: documents, Child: true, Fields: []field{number("foreign_number", line, "width-20"), issued(), by()}},
	{Name: MilitaryID, Group: documents, Fields: []field{number("military", rus.MilitaryID, "width-20"), issued(), by()}},
	{Name: ResidencePermit, Group: documents, Register: "interior/permit", Fields: []field{
		number("permit", rus.ResidencePermit, "width-20"), issued(), optional(expires()), by()}},
	{Name: TemporaryResidence, Group: documents, Register: "interior/permit", Fields: []field{
		number("foreign_number", line, "width-20"), issued(), expires(), by()}},
	{Name: RegistrationAddress, Group: addresses, Fields: addressFields()},
	{Name: LivingAddress, Group: addresses, Fields: addressFields()},
	{Name: Car, Group: vehicles, Register: "interior/vehicle", Many: "sts", Fields: []field{
		{Name: "model", Parse: line, Hint: true}, number("plate", rus.Plate, "width-10"), number("sts", rus.STS, "width-20")}},
}

func addressFields() []field {
	part := func(name, width string) field { return field{Name: name, Parse: line, Optional: true, Width: width} }
	zip := number("zip", rus.PostalIndex, "width-5")
	zip.Optional, zip.Numeric, zip.Hint = true, true, false
	fias := number("fias", guid, "")
	return []field{
		{Name: "address", Parse: line, Optional: true, Hint: true, Area: true},
		zip, part("region", ""), part("district", ""), part("city", ""), part("settlement", ""), part("street", ""),
		part("house", "width-5"), part("frame", "width-5"), part("building", "width-5"), part("flat", "width-5"), optional(fias),
	}
}

// kindOf returns a kind by its name, or nil.
func kindOf(name string) *Kind {
	i := slices.IndexFunc(Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return &Kinds[i]
}

// title is the field by which the owner knows the paper in a list.
func (k *Kind) title() string {
	if k.Name == Car {
		return "plate"
	}
	return k.Fields[0].Name
}

// addressOf is an address in one line: as typed, or put together from its parts.
func addressOf(fields map[string]string) string {
	if fields["address"] != "" {
		return fields["address"]
	}
	var parts []string
	for _, name := range []string{"zip", "region", "district", "city", "settlement", "street", "house", "frame", "building", "flat"} {
		if fields[name] != "" {
			parts = append(parts, fields[name])
		}
	}
	return strings.Join(parts, ", ")
}
