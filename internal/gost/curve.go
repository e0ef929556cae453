package gost

import (
	"encoding/asn1"
	"math/big"
	"strings"
)

// Curve is a set of parameters of GOST R 34.10-2012. Sets of one and the same curve under several names are several Curves.
type Curve struct {
	Name string // as in the standards, without "id-" and "-ParamSet": GostR3410-2001-CryptoPro-A
	OID  asn1.ObjectIdentifier
	*group
}

// The sets of RFC 4357 (CryptoPro) and RFC 7836 (tc26).
var curves = func() []*Curve {
	proA, proB, proC := newGroup(cryptoProA), newGroup(cryptoProB), newGroup(cryptoProC)
	return []*Curve{
		{"GostR3410-2001-CryptoPro-A", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 1}, proA},
		{"GostR3410-2001-CryptoPro-B", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 2}, proB},
		{"GostR3410-2001-CryptoPro-C", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 3}, proC},
		{"GostR3410-2001-CryptoPro-XchA", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 0}, proA},
		{"GostR3410-2001-CryptoPro-XchB", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 1}, proC},
		{"tc26-gost-3410-2012-256-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 1}, newGroup(tc26A)},
		{"tc26-gost-3410-2012-256-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 2}, proA},
		{"tc26-gost-3410-2012-256-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 3}, proB},
		{"tc26-gost-3410-2012-256-D", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 4}, proC},
		{"tc26-gost-3410-2012-512-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 1}, newGroup(tc26Wide)},
		{"tc26-gost-3410-2012-512-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 2}, newGroup(tc26WideB)},
		{"tc26-gost-3410-2012-512-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 3}, newGroup(tc26WideC)},
	}
}()

// CurveByName returns the set of parameters whose name ends so, or nil: "CryptoPro-A", "256-A", "512-B".
func CurveByName(name string) *Curve {
	for _, c := range curves {
		if name != "" && strings.HasSuffix("-"+c.Name, "-"+name) {
			return c
		}
	}
	return nil
}

// CurveByOID returns the set of parameters, or nil.
func CurveByOID(oid asn1.ObjectIdentifier) *Curve {
	for _, c := range curves {
		if c.OID.Equal(oid) {
			return c
		}
	}
	return nil
}

// Size is the length of a coordinate and of a digest in bytes: 32 or 64. A signature is twice as long.
func (c *Curve) Size() int { return c.size }

// parameters of a curve, in hexadecimal digits.
type parameters struct {
	size       int
	a, b, p, q string
	x, y       string
	cofactor   int
}

func newGroup(c parameters) *group {
	p, q := newField(number(c.p), c.size/8), newField(number(c.q), c.size/8)
	coordinate := func(digits string) element {
		plain := words(number(digits))
		return p.mont(&plain)
	}
	g := &group{size: c.size, p: p, q: q, a: coordinate(c.a), b: coordinate(c.b), cofactor: c.cofactor}
	g.triple = p.add(&g.b, &g.b)
	g.triple = p.add(&g.triple, &g.b)
	g.base = point{coordinate(c.x), coordinate(c.y), p.one}
	return g
}

func number(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic("gost: not a number: " + digits)
	}
	return n
}
