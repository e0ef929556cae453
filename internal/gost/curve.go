package gost

import (
	_ "embed"
	"encoding/asn1"
	"fmt"
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
	groups := readGroups(curveFile)
	proA, proB, proC := groups["CryptoPro-A"], groups["CryptoPro-B"], groups["CryptoPro-C"]
	return []*Curve{
		{"GostR3410-2001-CryptoPro-A", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 1}, proA},
		{"GostR3410-2001-CryptoPro-B", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 2}, proB},
		{"GostR3410-2001-CryptoPro-C", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 3}, proC},
		{"GostR3410-2001-CryptoPro-XchA", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 0}, proA},
		{"GostR3410-2001-CryptoPro-XchB", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 36, 1}, proC},
		{"tc26-gost-3410-2012-256-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 1}, groups["256-A"]},
		{"tc26-gost-3410-2012-256-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 2}, proA},
		{"tc26-gost-3410-2012-256-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 3}, proB},
		{"tc26-gost-3410-2012-256-D", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 1, 4}, proC},
		{"tc26-gost-3410-2012-512-A", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 1}, groups["512-A"]},
		{"tc26-gost-3410-2012-512-B", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 2}, groups["512-B"]},
		{"tc26-gost-3410-2012-512-C", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 3}, groups["512-C"]},
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

//go:embed curve_parameters.txt
var curveFile string

// readGroups reads curves, a paragraph each, by their names in the file.
func readGroups(text string) map[string]*group {
	groups := map[string]*group{}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		var name string
		var size, cofactor int
		digits := map[string]string{}
		for line := range strings.Lines(paragraph) {
			switch f := strings.Fields(line); {
			case len(f) == 0 || f[0] == "#":
			case len(f) == 2:
				digits[f[0]] = f[1]
			default:
				if _, err := fmt.Sscan(line, &name, &size, &cofactor); err != nil {
					panic("gost: not the head of a curve: " + line)
				}
			}
		}
		if name != "" {
			groups[name] = newGroup(size, cofactor, digits)
		}
	}
	return groups
}

func newGroup(size, cofactor int, digits map[string]string) *group {
	p, q := newField(number(digits["p"]), size/8), newField(number(digits["q"]), size/8)
	coordinate := func(name string) element {
		plain := words(number(digits[name]))
		return p.mont(&plain)
	}
	g := &group{size: size, p: p, q: q, a: coordinate("a"), b: coordinate("b"), cofactor: cofactor}
	g.triple = p.add(&g.b, &g.b)
	g.triple = p.add(&g.triple, &g.b)
	g.base = point{coordinate("x"), coordinate("y"), p.one}
	return g
}

func number(digits string) *big.Int {
	n, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		panic("gost: not a number: " + digits)
	}
	return n
}
