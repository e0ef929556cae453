package register

import (
	_ "embed"
	"strings"
)

//go:embed banks.txt
var banksText string

// Bank is a bank as payments name it.
type Bank struct {
	BIK           string
	Name          string
	Correspondent string // its account at the Bank of Russia
	City          string
}

var banks = readBanks(banksText)

func readBanks(text string) map[string]Bank {
	all := map[string]Bank{}
	for line := range strings.Lines(text) {
		if part := strings.Split(strings.TrimSpace(line), "|"); len(part) == 4 {
			all[part[0]] = Bank{BIK: part[0], Name: part[1], Correspondent: part[2], City: part[3]}
		}
	}
	return all
}

// BankOf returns the bank with the code.
func BankOf(bik string) (Bank, bool) {
	b, ok := banks[bik]
	return b, ok
}
