package main

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"tamga/payments/banks"
)

// TestSettingsAreLoggedWithoutSecrets starts the parsing of a worker's settings and looks for its secrets in what is logged.
func TestSettingsAreLoggedWithoutSecrets(t *testing.T) {
	t.Parallel()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parser.Parse([]string{"worker", "--database-url=postgres://tamga:hunter2@db/portal", "--redis-url=redis://:hunter3@redis/0",
		"--key=hunter4", "--portal-url=https://portal.example", "--bank-url=https://bank.example", "--bank-secret=hunter5", "--yoo-shop=1", "--yoo-secret=hunter8",
		"--smtp=mail:587", "--smtp-pass=hunter6", "--smsurl=https://sms.example", "--sms-token=hunter7"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	logSettings(slog.New(slog.NewJSONHandler(&out, nil)), parsed.Selected())
	if strings.Contains(out.String(), "hunter") {
		t.Errorf("a secret is in the log: %s", out.String())
	}
	for _, want := range []string{`"role":"worker"`, `"TAMGA_PORTAL_URL":"https://portal.example"`, "tamga:xxxxx@db/portal", `"TAMGA_PORTAL_KEY":"(set)"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s: %s", want, out.String())
		}
	}
}

// TestProductionRefusesInsecureCookies: the setting that a demo needs is an error where people's sessions are real.
func TestProductionRefusesInsecureCookies(t *testing.T) {
	t.Parallel()
	production := common{Env: "production"}
	for name, build := range map[string]func(context.Context) (*role, error){
		"portal": (&portalRole{common: production, Insecure: true}).build,
		"idp":    (&idpRole{common: production, Insecure: true}).build,
		"intra":  (&intraRole{common: production, Insecure: true}).build,
		"stand":  (&standRole{common: production}).build,
	} {
		if _, err := build(t.Context()); err == nil || !strings.Contains(err.Error(), "TAMGA_ENV=production") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBanksOfSettings: either bank, or both, in the order in which payers are offered them; half a setting is an error.
func TestBanksOfSettings(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 32)
	for name, c := range map[string]struct {
		b    bank
		want []string
	}{
		"one bank":      {bank{BankURL: "http://bank", BankSecret: long}, []string{"sandbox"}},
		"YooKassa only": {bank{YooShop: "1", YooSecret: "k"}, []string{"yookassa"}},
		"both":          {bank{BankURL: "http://bank", BankSecret: long, YooShop: "1", YooSecret: "k", YooHold: true}, []string{"sandbox", "yookassa"}},
		"short secret":  {bank{BankURL: "http://bank", BankSecret: "k"}, nil},
		"shop alone":    {bank{BankURL: "http://bank", BankSecret: long, YooShop: "1"}, nil},
		"none":          {bank{}, nil},
	} {
		list, err := c.b.acquirers()
		var got []string
		for _, bank := range list {
			got = append(got, bank.Name())
			if y, ok := bank.(*banks.YooKassa); ok && y.TwoStages != c.b.YooHold {
				t.Errorf("%s: two stages are %v", name, y.TwoStages)
			}
		}
		if !slices.Equal(got, c.want) || (err == nil) != (c.want != nil) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
