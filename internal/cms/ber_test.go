package cms

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func TestNormalised(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, ber, der string }{
		{"DER stays", "3003020105", "3003020105"},
		{"an indefinite length", "30800201050000", "3003020105"},
		{"indefinite inside indefinite", "3080a0800201050000020106" + "0000", "3008a003020105020106"},
		{"definite inside indefinite", "308030030201050000", "30053003020105"},
		{"a string in parts", "24800401610402626300" + "00", "0403616263"},
		{"a string in parts of parts", "248024800401610000040162" + "0000", "04026162"},
		{"a string in parts of definite length", "2406040161040162", "04026162"},
		{"a string in no parts", "24800000", "0400"},
		{"a length longer than it must be", "30820003020105", "3003020105"},
		{"zeros inside a value are no end", "3080040200000000", "300404020000"},
		{"a part of another kind", "24800201610000", ""},
		{"a primitive value without a length", "04800000", ""},
		{"a tag above 30", "1f8100", ""},
		{"no end", "3080", ""},
		{"an inner length beyond the outer one", "30030205010203", ""},
	} {
		raw, err := hex.DecodeString(c.ber)
		if err != nil {
			t.Fatal(c.name, err)
		}
		der, err := normalised(raw)
		if got := hex.EncodeToString(der); (err == nil) != (c.der != "") || err == nil && got != c.der {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
}

// Lengths of every form come out as they went in.
func TestNormalisedLengths(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 127, 128, 255, 256, 65535, 65536, 1 << 20} {
		der := encoded(0x30, encoded(octetString, make([]byte, length)))
		if got, err := normalised(der); err != nil || !bytes.Equal(got, der) {
			t.Errorf("%d bytes: changed, %v", length, err)
		}
	}
}

func TestNormalisedDepth(t *testing.T) {
	t.Parallel()
	der := []byte{5, 0}
	for depth := 1; depth <= maxDepth+1; depth++ {
		der = encoded(0x30, der)
		if _, err := normalised(der); (err == nil) != (depth <= maxDepth) {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

func FuzzNormalised(f *testing.F) {
	for _, seed := range []string{"3003020105", "3080a08002010500000201060000", "24800401610402626300" + "00", "3082ffff"} {
		raw, _ := hex.DecodeString(seed)
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		der, err := normalised(raw)
		if err != nil {
			return
		}
		if again, err := normalised(der); err != nil || !bytes.Equal(der, again) {
			t.Fatalf("%x becomes %x, which becomes %x, %v", raw, der, again, err)
		}
		if len(der) > 2*len(raw)+16 {
			t.Fatalf("%d bytes grew to %d", len(raw), len(der))
		}
	})
}
