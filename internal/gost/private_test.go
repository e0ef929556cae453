package gost_test

import (
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"

	"tamga/internal/gost"
)

// pkcs8 wraps the inside of a private key of the curve CryptoPro-A.
func pkcs8(t testing.TB, inside []byte) []byte {
	t.Helper()
	type curve struct{ Curve, Digest asn1.ObjectIdentifier }
	type algorithm struct {
		Key   asn1.ObjectIdentifier
		Curve curve
	}
	return marshal(t, struct {
		Version   int
		Algorithm algorithm
		Key       []byte
	}{0, algorithm{gost.OIDKey256, curve{gost.CurveByName("CryptoPro-A").OID, gost.OIDDigest256}}, inside})
}

func marshal(t testing.TB, value any) []byte {
	t.Helper()
	der, err := asn1.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// masked returns key/(mask1·mask2), mask1, mask2 modulo the order of CryptoPro-A, each little-endian.
func masked(raw []byte) []byte {
	q, _ := new(big.Int).SetString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893", 16)
	big1, big2 := big.NewInt(1), big.NewInt(987654321)
	big1.Lsh(big1, 200)
	d := new(big.Int).SetBytes(reversed(raw))
	d.Mul(d, new(big.Int).ModInverse(big1, q)).Mul(d, new(big.Int).ModInverse(big2, q)).Mod(d, q)
	var out []byte
	for _, n := range []*big.Int{d, big1, big2} {
		out = append(out, reversed(n.FillBytes(make([]byte, 32)))...)
	}
	return out
}

func reversed(raw []byte) []byte {
	raw = slices.Clone(raw)
	slices.Reverse(raw)
	return raw
}

// TestPrivateKeyForms: one key in every form that gost-engine has written over the years.
func TestPrivateKeyForms(t *testing.T) {
	t.Parallel()
	want, err := gost.GenerateKey(nil, gost.CurveByName("CryptoPro-A"))
	if err != nil {
		t.Fatal(err)
	}
	raw := want.Bytes()
	ours, err := gost.MarshalPrivateKey(want)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{
		"ours":              ours,
		"PEM":               pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: ours}),
		"bare":              pkcs8(t, raw),
		"OCTET STRING":      pkcs8(t, marshal(t, raw)),
		"INTEGER":           pkcs8(t, marshal(t, new(big.Int).SetBytes(reversed(raw)))),
		"masked":            pkcs8(t, masked(raw)),
		"masked, in a pair": pkcs8(t, marshal(t, struct{ Key, Public []byte }{masked(raw), want.PublicKey.Bytes()})),
	} {
		got, err := gost.ParsePrivateKey(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !want.Equal(got) {
			t.Errorf("%s: another key", name)
		}
	}
	for name, inside := range map[string][]byte{
		"empty": {}, "zero": make([]byte, 32), "short": marshal(t, raw[1:]), "a negative number": marshal(t, big.NewInt(-5)),
		"a number too long": marshal(t, new(big.Int).Lsh(big.NewInt(1), 256)), "masked by zero": append(raw, make([]byte, 32)...),
		"text": marshal(t, "key"), "masks without end": make([]byte, 32*100),
	} {
		if key, err := gost.ParsePrivateKey(pkcs8(t, inside)); err == nil {
			t.Errorf("%s: read as a key: %x", name, key.(*gost.PrivateKey).Bytes())
		}
	}
}

func FuzzParsePrivateKey(f *testing.F) {
	key, _ := gost.GenerateKey(nil, gost.CurveByName("CryptoPro-A"))
	f.Add(pkcs8(f, key.Bytes()))
	f.Add(pkcs8(f, marshal(f, key.Bytes())))
	f.Add(pkcs8(f, masked(key.Bytes())))
	f.Fuzz(func(t *testing.T, file []byte) {
		key, err := gost.ParsePrivateKey(file)
		if err != nil {
			return
		}
		der, err := gost.MarshalPrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := gost.ParsePrivateKey(der); err != nil || !again.(interface {
			Equal(crypto.PrivateKey) bool
		}).Equal(key) {
			t.Fatalf("%x is read, but not when written again: %v", file, err)
		}
	})
}
