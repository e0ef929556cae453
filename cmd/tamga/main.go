// Command tamga is the whole of Tamga: one binary, a subcommand per role.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

// commands are the subcommands; each field's struct is that command's whole configuration.
type commands struct {
	Demo        demoCommand        `cmd:"" help:"Everything in one process on embedded databases, with demo people."`
	Portal      portalRole         `cmd:"" help:"The citizens' portal."`
	IDP         idpCommand         `cmd:"" name:"idp" help:"The identity provider, and the clients that it knows."`
	Intra       intraRole          `cmd:"" help:"The staff site."`
	Worker      workerRole         `cmd:"" help:"Background jobs of the portal: deliveries, notices, checks of payments."`
	Stand       standRole          `cmd:"" help:"The stands of departments, registers and the bank. Never in production."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the databases to the schema of this binary."`
	Catalog     catalogCommand     `cmd:"" help:"The definitions of services."`
	Payments    paymentsCommand    `cmd:"" help:"The books of the payments."`
	Departments departmentsCommand `cmd:"" help:"The exchange with departments, for those who connect one."`
	Journal     journalCommand     `cmd:"" help:"The journal of who did what with whose data."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	_ = stderr.Flush()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tamga:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("tamga"), kong.UsageOnError(),
		kong.Description("Public services, an identity provider and the staff systems behind them."))
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return err
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if r, ok := parsed.Selected().Target.Addr().Interface().(interface{ logger() *slog.Logger }); ok {
		logSettings(r.logger(), parsed.Selected())
	}
	err = parsed.Run()
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil // stopped by a signal
	}
	return err
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println(version)
	return nil
}
