package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"tamga/catalog"
	"tamga/departments"
	"tamga/departments/check"
	"tamga/departments/schema"
	"tamga/internal/gost"
)

// departmentsCommand is for those who connect a department.
type departmentsCommand struct {
	Check  departmentCheck  `cmd:"" help:"Run the contract against a department's endpoint, and say what it does wrong."`
	Schema departmentSchema `cmd:"" help:"Print the JSON Schema of a service's applications, or the names of the services."`
}

// departmentCheck plays the portal. The department must believe for that time that the portal is at --portal.
type departmentCheck struct {
	URL     string        `arg:"" help:"address of the department: messages go to URL/events, its keys are at URL/jwks.json"`
	Code    string        `default:"zags" help:"code of the department"`
	Listen  string        `default:"127.0.0.1:8099" help:"where to take call-backs and publish keys"`
	Portal  string        `default:"http://localhost:8099" help:"address at which the department reaches --listen: it must know the portal by it"`
	Service string        `default:"check" help:"service of the applications that are sent"`
	Data    string        `type:"existingfile" help:"file with an application of that service in JSON; a made-up one without it"`
	GOST    bool          `name:"gost-cms" help:"sign by GOST CMS in place of JWS, and want the department to"`
	Theirs  string        `name:"certificate" type:"existingfile" help:"with --gost-cms: the department's certificate"`
	Ours    string        `name:"portal-certificate" type:"existingfile" help:"with --gost-cms: the certificate by which the department knows the portal; one is made up without it, at PORTAL/api/departments/certificates.pem"`
	Key     string        `name:"portal-key" type:"existingfile" help:"private key of --portal-certificate, PKCS #8"`
	Wait    time.Duration `default:"15s" help:"how long to wait for a call-back"`
}

// Run prints a line per rule. Its error makes the command fail where a rule is broken.
func (d departmentCheck) Run(ctx context.Context) error {
	var data []byte
	if d.Data != "" {
		var err error
		if data, err = os.ReadFile(d.Data); err != nil {
			return err
		}
		if !json.Valid(data) {
			return fmt.Errorf("%s is not JSON", d.Data)
		}
	}
	ln, err := net.Listen("tcp", d.Listen)
	if err != nil {
		return err
	}
	cfg := check.Config{URL: d.URL, Code: d.Code, Portal: d.Portal, Service: d.Service, Data: data, Wait: d.Wait}
	if err := d.certificates(&cfg); err != nil {
		return err
	}
	found, err := check.Run(ctx, cfg, ln)
	if err != nil {
		return err
	}
	broken := 0
	for _, f := range found {
		switch {
		case !f.OK:
			broken++
			fmt.Printf("WRONG  %s: %s\n       %s\n", f.Rule, f.Got, f.Mend)
		case !f.Seen:
			fmt.Printf("  --   %s: %s\n", f.Rule, f.Got)
		default:
			fmt.Printf("  ok   %s: %s\n", f.Rule, f.Got)
		}
	}
	if broken > 0 {
		return errors.New(fmt.Sprint(broken, " of ", len(found), " rules are broken"))
	}
	return nil
}

// certificates reads what --gost-cms needs.
func (d departmentCheck) certificates(cfg *check.Config) error {
	if !d.GOST {
		return nil
	}
	cfg.Signature = departments.FormCMS
	if d.Theirs == "" {
		return errors.New("--gost-cms needs --certificate, the department's")
	}
	file, err := os.ReadFile(d.Theirs)
	if err != nil {
		return err
	}
	theirs, err := gost.ParseCertificates(file)
	if err != nil {
		return fmt.Errorf("%s: %w", d.Theirs, err)
	}
	cfg.Certificate = theirs[0]
	if d.Ours == "" {
		return nil
	}
	ours, err1 := os.ReadFile(d.Ours)
	key, err2 := os.ReadFile(d.Key)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	cfg.Signet, err = departments.ReadSignet(ours, key)
	return err
}

type departmentSchema struct {
	definitions
	Service string `arg:"" optional:"" help:"id of the service"`
}

// Run prints a schema, or the services that have one.
func (d departmentSchema) Run() error {
	services, err := catalog.Load(d.files())
	if err != nil {
		return err
	}
	if d.Service == "" {
		for _, s := range services.Services() {
			fmt.Println(s.ID)
		}
		return nil
	}
	s, err := services.Service(d.Service, 0)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(schema.Of(s))
}
