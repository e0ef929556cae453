package gost

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
)

// Subject is the holder of a Russian certificate. Absent fields are empty.
type Subject struct {
	CommonName   string
	Surname      string
	GivenName    string // first name and patronymic
	Organization string
	Title        string
	Email        string
	SNILS        string // 11 digits
	INN          string // of a person or a sole proprietor, 12 digits
	LegalINN     string // of a legal entity, 10 digits
	OGRN         string
	OGRNIP       string
}

// attribute is a field of a Subject with its identifier; the Russian ones are those of the FSB's order 795.
type attribute struct {
	oid   asn1.ObjectIdentifier
	tag   int
	value *string
}

func (s *Subject) attributes() []attribute {
	return []attribute{
		{asn1.ObjectIdentifier{2, 5, 4, 3}, asn1.TagUTF8String, &s.CommonName},
		{asn1.ObjectIdentifier{2, 5, 4, 4}, asn1.TagUTF8String, &s.Surname},
		{asn1.ObjectIdentifier{2, 5, 4, 42}, asn1.TagUTF8String, &s.GivenName},
		{asn1.ObjectIdentifier{2, 5, 4, 10}, asn1.TagUTF8String, &s.Organization},
		{asn1.ObjectIdentifier{2, 5, 4, 12}, asn1.TagUTF8String, &s.Title},
		{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, asn1.TagIA5String, &s.Email},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 3}, asn1.TagNumericString, &s.SNILS},
		{asn1.ObjectIdentifier{1, 2, 643, 3, 131, 1, 1}, asn1.TagNumericString, &s.INN},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 4}, asn1.TagNumericString, &s.LegalINN},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 1}, asn1.TagNumericString, &s.OGRN},
		{asn1.ObjectIdentifier{1, 2, 643, 100, 5}, asn1.TagNumericString, &s.OGRNIP},
	}
}

// holder reads a name of a certificate; of a field given twice the first stands. Until 2021 a legal entity's INN stood in the
// field of a person's, filled up with two zeros, which no person's begins with.
func holder(name pkix.Name) (s Subject) {
	for _, a := range s.attributes() {
		for _, given := range name.Names {
			value, ok := given.Value.(string)
			if !ok || !given.Type.Equal(a.oid) || *a.value != "" {
				continue
			}
			if a.tag == asn1.TagNumericString {
				value = digitsOf(value)
			}
			*a.value = strings.TrimSpace(value)
		}
	}
	if legal, found := strings.CutPrefix(s.INN, "00"); found && len(legal) == 10 {
		s.INN = ""
		if s.LegalINN == "" {
			s.LegalINN = legal
		}
	}
	return s
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// name is the subject as a distinguished name in DER.
func (s Subject) name() ([]byte, error) {
	var names pkix.RDNSequence
	for _, a := range s.attributes() {
		if *a.value != "" {
			names = append(names, pkix.RelativeDistinguishedNameSET{{
				Type: a.oid, Value: asn1.RawValue{Tag: a.tag, Bytes: []byte(*a.value)},
			}})
		}
	}
	return asn1.Marshal(names)
}
