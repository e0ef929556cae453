package gost

import "encoding/asn1"

// Curve is a set of parameters of GOST R 34.10-2012. Sets of one and the same curve under several names are several Curves.
type Curve struct {
	Name string // as in the standards: id-GostR3410-2001-CryptoPro-A-ParamSet
	OID  asn1.ObjectIdentifier
}

// CurveByName returns the set of parameters, or nil. Short names are "A", "B", "C", "XA", "XB", "TCA"… as in OpenSSL's paramset for
// 256 bits, and "512-A", "512-B", "512-C".
func CurveByName(name string) *Curve { return nil }

// CurveByOID returns the set of parameters, or nil.
func CurveByOID(oid asn1.ObjectIdentifier) *Curve { return nil }

// Size is the length of a coordinate in bytes: 32 or 64.
func (c *Curve) Size() int { return 0 }
