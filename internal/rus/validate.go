package rus

import (
	"errors"
	"fmt"

	"github.com/go-playground/validator/v10"
)

// ErrNoFormat is returned by Normalize for a tag that is not one of ours.
var ErrNoFormat = errors.New("rus: no such format")

// formats is the one list of validation tags: what checks a value also gives its stored form.
var formats = map[string]func(string) (string, error){
	"snils":           SNILS,
	"inn":             INN,
	"inn10":           INNOrg,
	"inn12":           INNPerson,
	"ogrn":            OGRN,
	"ogrnip":          OGRNIP,
	"kpp":             KPP,
	"bik":             BIK,
	"oktmo":           OKTMO,
	"uin":             UIN,
	"receipt":         Receipt,
	"bankcard":        Card,
	"rupassport":      Passport,
	"divisioncode":    DivisionCode,
	"birthcert":       BirthCertificate,
	"ruphone":         Phone,
	"rumobile":        MobilePhone,
	"runame":          Name,
	"plate":           Plate,
	"sts":             STS,
	"licence":         DrivingLicence,
	"policy":          MedicalPolicy,
	"foreignpassport": ForeignPassport,
	"residencepermit": ResidencePermit,
	"militaryid":      MilitaryID,
	"ogrnany":         AnyOGRN,
	"postalindex":     PostalIndex,
	"cadastral":       Cadastral,
}

// RegisterValidations adds the Russian formats to v as tags of string fields: `validate:"required,snils"`. An optional field
// needs omitempty. The validator only says yes or no; Normalize gives the reason and the stored form.
func RegisterValidations(v *validator.Validate) error {
	for tag, parse := range formats {
		check := func(field validator.FieldLevel) bool {
			_, err := parse(field.Field().String())
			return err == nil
		}
		if err := v.RegisterValidation(tag, check); err != nil {
			return fmt.Errorf("register validation %q: %w", tag, err)
		}
	}
	return nil
}

// Normalize returns the stored form of a value with the format of a validation tag, or a *FormatError. For a tag of another
// package it returns the value as it is and ErrNoFormat.
func Normalize(tag, value string) (string, error) {
	parse, ok := formats[tag]
	if !ok {
		return value, fmt.Errorf("%w: %q", ErrNoFormat, tag)
	}
	return parse(value)
}
