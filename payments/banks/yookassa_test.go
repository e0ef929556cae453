package banks

import "testing"

func TestYooKassaAmounts(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]int64{"350.00": 35000, "0.01": 1, "1000000.10": 100000010} {
		if got, err := (yooAmount{value, "RUB"}).kopecks(); err != nil || got != want || yooRubles(want).Value != value {
			t.Errorf("%s is %d, %v", value, got, err)
		}
	}
	for _, value := range []string{"", "350", "350.0", "350.001", "-1.00", "1e3.00", " 1.00", "9999999999999999.00", "1,00"} {
		if got, err := (yooAmount{value, "RUB"}).kopecks(); err == nil {
			t.Errorf("%q was read as %d", value, got)
		}
	}
}
