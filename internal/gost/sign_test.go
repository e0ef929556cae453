package gost

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"testing"
)

// The curves of the examples of RFC 7091, 7, which RFC 9215 has certificates of. Tests alone know them.
const testCurves = `256 32 1
a 7
b 5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E
p 8000000000000000000000000000000000000000000000000000000000000431
q 8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3
x 2
y 08E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8

512 64 1
a 7
b 1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC4361834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC
p 4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373
q 4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF
x 24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A
y 2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E
`

func init() {
	groups := readGroups(testCurves)
	curves = append(curves,
		&Curve{"GostR3410-2001-Test", asn1.ObjectIdentifier{1, 2, 643, 2, 2, 35, 0}, groups["256"]},
		&Curve{"tc26-gost-3410-2012-512-Test", asn1.ObjectIdentifier{1, 2, 643, 7, 1, 2, 1, 2, 0}, groups["512"]})
}

func big16(digits string) element { return words(number(digits)) }

// TestExamples is RFC 7091, 7.1 and 7.2, to the last bit of the signature.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ curve, d, x, e, k, s, r string }{
		{"GostR3410-2001-Test",
			"7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28",
			"7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B",
			"2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5",
			"77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3",
			"01456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40",
			"41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493"},
		{"tc26-gost-3410-2012-512-Test",
			"0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B102072E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
			"115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1",
			"3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C5917184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
			"0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F365886748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
			"1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a",
			"2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd35492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36"},
	} {
		curve := CurveByName(c.curve)
		d, e, k, x := big16(c.d), big16(c.e), big16(c.k), big16(c.x)
		key, err := NewPrivateKey(curve, d.little(curve.Size()))
		if err != nil {
			t.Fatal(err)
		}
		if got := key.PublicKey.Bytes()[:curve.Size()]; !bytes.Equal(got, x.little(curve.Size())) {
			t.Errorf("%s: public key %x", c.curve, got)
		}
		digest := e.little(curve.Size())
		signature := key.signWith(&k, digest)
		if got := hex.EncodeToString(signature); got != c.s+c.r {
			t.Errorf("%s: signature %s", c.curve, got)
		}
		if !Verify(&key.PublicKey, digest, signature) {
			t.Errorf("%s: its own signature refused", c.curve)
		}
	}
}

// TestCurves holds every set of parameters to what it must be, by arithmetic of another kind (math/big, affine).
func TestCurves(t *testing.T) {
	t.Parallel()
	for _, c := range curves {
		if !c.contains(&c.base) {
			t.Errorf("%s: the base is not on the curve", c.Name)
		}
		p, q := toBig(&c.p.modulus), toBig(&c.q.modulus)
		if !p.ProbablyPrime(20) || !q.ProbablyPrime(20) {
			t.Errorf("%s: p or q is not a prime", c.Name)
		}
		if m := c.mulBase(&c.q.modulus); !m.z.zero() || m.y.zero() {
			t.Errorf("%s: q times the base is not infinity", c.Name)
		}
		slow := affineMultiples(c, 18)
		for i, want := range slow {
			k := element{uint64(i + 1)}
			m := c.mulBase(&k)
			x, y := c.affine(&m)
			if toBig(&x).Cmp(want[0]) != 0 || toBig(&y).Cmp(want[1]) != 0 {
				t.Fatalf("%s: %d times the base is wrong", c.Name, i+1)
			}
			if n := c.mulPublic(&c.base, &k); !c.same(&n, &m) {
				t.Fatalf("%s: the two multiplications differ at %d", c.Name, i+1)
			}
		}
		raw := make([]byte, c.Size())
		rand.Read(raw)
		k := fromBytes(raw)
		if m, n := c.mulBase(&k), c.mulPublic(&c.base, &k); !c.same(&n, &m) {
			t.Errorf("%s: the two multiplications differ at %x", c.Name, raw)
		}
	}
}

func toBig(x *element) *big.Int { return new(big.Int).SetBytes(x.bytes(64)) }

func (g *group) same(m, n *point) bool {
	x, y := g.affine(m)
	u, v := g.affine(n)
	return x == u && y == v
}

// affineMultiples adds the base again and again by the textbook's formulas.
func affineMultiples(c *Curve, count int) (multiples [][2]*big.Int) {
	p := toBig(&c.p.modulus)
	a := c.p.plain(&c.a)
	bx, by := c.affine(&c.base)
	baseX, baseY := toBig(&bx), toBig(&by)
	x, y := baseX, baseY
	for range count {
		multiples = append(multiples, [2]*big.Int{x, y})
		top, bottom := new(big.Int).Sub(y, baseY), new(big.Int).Sub(x, baseX)
		if bottom.Sign() == 0 {
			top.Mul(x, x).Mul(top, big.NewInt(3)).Add(top, toBig(&a))
			bottom.Lsh(y, 1)
		}
		slope := top.Mul(top, bottom.ModInverse(bottom.Mod(bottom, p), p))
		nextX := new(big.Int).Mul(slope, slope)
		nextX.Sub(nextX, x).Sub(nextX, baseX).Mod(nextX, p)
		nextY := new(big.Int).Sub(x, nextX)
		nextY.Mul(nextY, slope).Sub(nextY, y).Mod(nextY, p)
		x, y = nextX, nextY
	}
	return multiples
}

func TestSignAndVerify(t *testing.T) {
	t.Parallel()
	for _, c := range curves {
		key, err := GenerateKey(nil, c)
		if err != nil {
			t.Fatal(err)
		}
		digest := make([]byte, c.Size())
		rand.Read(digest)
		signature, err := Sign(nil, key, digest)
		if err != nil || !Verify(&key.PublicKey, digest, signature) {
			t.Fatalf("%s: own signature refused, %v", c.Name, err)
		}
		for i := 0; i < len(signature); i += 9 { // either half, and the ends of both
			bad := bytes.Clone(signature)
			bad[i] ^= 0x10
			if Verify(&key.PublicKey, digest, bad) {
				t.Fatalf("%s: passed with byte %d of the signature changed", c.Name, i)
			}
		}
		other := bytes.Clone(digest)
		other[3] ^= 1
		if Verify(&key.PublicKey, other, signature) {
			t.Errorf("%s: passed for another digest", c.Name)
		}
		if again, _ := Sign(nil, key, digest); bytes.Equal(again, signature) {
			t.Errorf("%s: the nonce was used twice", c.Name)
		}
		if zero := make([]byte, c.Size()); !selfVerifies(key, zero) {
			t.Errorf("%s: a digest of zeros has no signature", c.Name)
		}
	}
}

func selfVerifies(key *PrivateKey, digest []byte) bool {
	signature, err := Sign(nil, key, digest)
	return err == nil && Verify(&key.PublicKey, digest, signature)
}

// TestForgeries are the signatures and keys that careless verifiers let through.
func TestForgeries(t *testing.T) {
	t.Parallel()
	c := CurveByName("256-A")
	key, _ := GenerateKey(nil, c)
	digest := make([]byte, 32)
	order, zero := c.q.modulus.bytes(32), make([]byte, 32)
	one := (&element{1}).bytes(32)
	for name, signature := range map[string][]byte{
		"zeros": append(zero, zero...), "s zero": append(zero, one...), "r zero": append(one, zero...),
		"s the order": append(order, one...), "r the order": append(one, order...),
		"empty": nil, "short": one, "long": append(append(one, one...), 0),
	} {
		if Verify(&key.PublicKey, digest, signature) {
			t.Errorf("%s: passed", name)
		}
	}
	signature, _ := Sign(nil, key, digest)
	s := fromBytes(signature[:32])
	beyond := new(big.Int).Add(toBig(&s), toBig(&c.q.modulus)).FillBytes(make([]byte, 32))
	if Verify(&key.PublicKey, digest, append(beyond, signature[32:]...)) {
		t.Error("s and s+q are both good: a signature has two forms")
	}
}

// TestWrongPoints: a key of a small group, or off the curve, is no key.
func TestWrongPoints(t *testing.T) {
	t.Parallel()
	for _, c := range curves {
		raw := (&PublicKey{c, c.base}).Bytes()
		if _, err := NewPublicKey(c, raw); err != nil {
			t.Errorf("%s: the base refused: %v", c.Name, err)
		}
		raw[0] ^= 1
		if _, err := NewPublicKey(c, raw); err == nil {
			t.Errorf("%s: a point off the curve was taken", c.Name)
		}
		if _, err := NewPublicKey(c, bytes.Repeat([]byte{0xff}, 2*c.Size())); err == nil {
			t.Errorf("%s: coordinates beyond the field were taken", c.Name)
		}
		if c.cofactor == 4 {
			lowOrderPoint(t, c)
		}
	}
}

// TestOneFormOfAKey: x+p, where it fits the bytes, names the same point, and is refused: a key has one form.
func TestOneFormOfAKey(t *testing.T) {
	t.Parallel()
	c := CurveByName("CryptoPro-A")
	raw := (&PublicKey{c, c.base}).Bytes() // its x is 1
	beyond := words(new(big.Int).Add(toBig(&c.p.modulus), big.NewInt(1)))
	if _, err := NewPublicKey(c, append(beyond.little(32), raw[32:]...)); err == nil {
		t.Error("a second form of the base was taken")
	}
}

// lowOrderPoint tries random points of the whole curve: three in four are outside the subgroup, and q times such a point, of
// order 2 or 4, is one of the worst.
func lowOrderPoint(t *testing.T, c *Curve) {
	t.Helper()
	p := toBig(&c.p.modulus)
	a, b := c.p.plain(&c.a), c.p.plain(&c.b)
	inside, outside := 0, 0
	for x := int64(1); inside+outside < 40; x++ {
		square := big.NewInt(x * x)
		square.Add(square, toBig(&a)).Mul(square, big.NewInt(x)).Add(square, toBig(&b)).Mod(square, p)
		y := new(big.Int).ModSqrt(square, p)
		if y == nil {
			continue
		}
		ex, ey := words(big.NewInt(x)), words(y)
		if _, err := NewPublicKey(c, append(ex.little(c.Size()), ey.little(c.Size())...)); err == nil {
			inside++
		} else {
			outside++
		}
	}
	if inside == 0 || inside > 20 {
		t.Errorf("%s: %d of 40 points taken, a quarter is right", c.Name, inside)
	}
}

func BenchmarkSign256(b *testing.B)   { benchmarkSign(b, "CryptoPro-A") }
func BenchmarkSign512(b *testing.B)   { benchmarkSign(b, "512-A") }
func BenchmarkVerify256(b *testing.B) { benchmarkVerify(b, "CryptoPro-A") }
func BenchmarkVerify512(b *testing.B) { benchmarkVerify(b, "512-A") }

func benchmarkSign(b *testing.B, curve string) {
	key, _ := GenerateKey(nil, CurveByName(curve))
	digest := make([]byte, key.Curve.Size())
	for b.Loop() {
		Sign(nil, key, digest)
	}
}

func benchmarkVerify(b *testing.B, curve string) {
	key, _ := GenerateKey(nil, CurveByName(curve))
	digest := make([]byte, key.Curve.Size())
	signature, _ := Sign(nil, key, digest)
	for b.Loop() {
		if !Verify(&key.PublicKey, digest, signature) {
			b.Fatal("refused")
		}
	}
}
