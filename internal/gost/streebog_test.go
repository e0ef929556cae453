package gost

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// The messages of RFC 6986, 10, whose digests are printed there last byte first, and the empty one of domain.md E.
func TestStreebog(t *testing.T) {
	t.Parallel()
	first := "012345678901234567890123456789012345678901234567890123456789012"
	second, _ := hex.DecodeString("d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb")
	for _, c := range []struct{ name, message, sum256, sum512 string }{
		{"M1", first,
			"9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500",
			"1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
		{"M2", string(second),
			"9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50",
			"1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"},
		{"empty", "",
			"3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb",
			"8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"},
	} {
		sum256, sum512 := Sum256([]byte(c.message)), Sum512([]byte(c.message))
		if got := hex.EncodeToString(sum256[:]); got != c.sum256 {
			t.Errorf("%s, 256 bits: got %s", c.name, got)
		}
		if got := hex.EncodeToString(sum512[:]); got != c.sum512 {
			t.Errorf("%s, 512 bits: got %s", c.name, got)
		}
	}
}

// However a message is cut, and however often its digest is asked for on the way, the digest is one.
func TestStreebogInParts(t *testing.T) {
	t.Parallel()
	message := []byte(strings.Repeat("Тамга", 50))
	for _, length := range []int{0, 1, 62, 63, 64, 65, 127, 128, 129, 191, 192, 200} {
		want := Sum256(message[:length])
		for _, part := range []int{1, 7, 63, 64, 65, 128} {
			h := New256()
			for rest := message[:length]; len(rest) > 0; rest = rest[min(part, len(rest)):] {
				h.Write(rest[:min(part, len(rest))])
				h.Sum(nil)
			}
			if got := h.Sum([]byte("x")); !bytes.Equal(got[1:], want[:]) {
				t.Fatalf("%d bytes in parts of %d: got %x", length, part, got)
			}
			h.Reset()
			if empty := Sum256(nil); !bytes.Equal(h.Sum(nil), empty[:]) {
				t.Fatal("Reset left something")
			}
		}
	}
}

func BenchmarkStreebog(b *testing.B) {
	message := make([]byte, 8192)
	b.SetBytes(int64(len(message)))
	for b.Loop() {
		Sum256(message)
	}
}
