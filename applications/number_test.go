package applications

import (
	"testing"
	"time"
)

func TestNumberCatchesMistypedDigits(t *testing.T) {
	t.Parallel()
	if got := string(damm("572")); got != "4" { // the example of the thesis
		t.Fatalf("damm(572) = %s, want 4", got)
	}
	at := time.Date(2026, 12, 31, 22, 0, 0, 0, time.UTC) // in Moscow the new year has begun
	n := formatNumber(123, at)
	if n[:12] != "1627-000123-" {
		t.Errorf("number %s, want 1627-000123-?", n)
	}
	if got, ok := ParseNumber(" 1627 000123 " + n[12:]); !ok || got != n {
		t.Errorf("ParseNumber: %q %v, want %q", got, ok, n)
	}
	digits := []byte(n)
	for i := range digits {
		if digits[i] == '-' {
			continue
		}
		wrong := []byte(n)
		wrong[i] = '0' + (wrong[i]-'0'+1)%10
		if _, ok := ParseNumber(string(wrong)); ok {
			t.Errorf("%s passes for %s", wrong, n)
		}
		if j := i + 1; j < len(digits) && digits[j] != '-' && digits[i] != digits[j] {
			swapped := []byte(n)
			swapped[i], swapped[j] = swapped[j], swapped[i]
			if _, ok := ParseNumber(string(swapped)); ok {
				t.Errorf("%s passes for %s", swapped, n)
			}
		}
	}
}

func TestNumberOutgrowsSixDigits(t *testing.T) {
	t.Parallel()
	n := formatNumber(12345678, time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC))
	if got, ok := ParseNumber(n); !ok || got != n {
		t.Errorf("ParseNumber(%q) = %q %v", n, got, ok)
	}
}
