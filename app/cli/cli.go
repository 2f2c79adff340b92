// Package cli is the command line: one file per command.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"syscall"

	"github.com/urfave/cli/v3"

	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/telemetry"
)

// Version is set by the build.
var Version = "development"

// program is one run of the command line.
type program struct {
	environ     []string
	out, errOut io.Writer
}

// errRed ends a command with status 1 after it has printed what is wrong.
var errRed = errors.New("not all is well")

// Main runs a command and returns the exit status. SIGTERM and SIGINT end it gently.
func Main(args, environ []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	p := &program{environ, out, errOut}
	if err := p.command().Run(ctx, args); err != nil {
		if !errors.Is(err, errRed) {
			_, _ = fmt.Fprintf(errOut, "smtpserver: %v\n", err)
		}
		return 1
	}
	return 0
}

func (p *program) command() *cli.Command {
	jsonFlag := &cli.BoolFlag{Name: "json", Usage: "print JSON"}
	return &cli.Command{
		Name: "smtpserver", Usage: "an e-mail sending company in one program", Writer: p.out, ErrWriter: p.errOut,
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
		Description:    "Settings come from the environment:\n\n" + settingsTable(),
		Commands: []*cli.Command{
			{Name: "serve", Usage: "pages, SMTP and worker in one process; migrates an embedded database by itself", Description: settingsTable(), Action: p.serve(boot.Parts{Web: true, SMTP: true, Worker: true})},
			{Name: "web", Usage: "the pages alone (needs REDIS_URL)", Action: p.serve(boot.Parts{Web: true})},
			{Name: "smtp", Usage: "the SMTP doors alone (needs REDIS_URL)", Action: p.serve(boot.Parts{SMTP: true})},
			{Name: "worker", Usage: "a delivering worker alone (needs REDIS_URL)", Action: p.serve(boot.Parts{Worker: true})},
			{Name: "migrate", Usage: "the database's schema", Commands: []*cli.Command{
				{Name: "up", Usage: "bring the schema to this program's version", Action: p.migrateUp},
				{Name: "status", Usage: "show where the schema stands", Action: p.migrateStatus},
			}},
			{Name: "doctor", Usage: "check settings, database, Redis, DNS, ports and TLS, each with its remedy", Flags: []cli.Flag{jsonFlag}, Action: p.doctor},
			{Name: "verify", Usage: "check the ledger: every accepted delivery is in exactly one state, counted once; and the chain of what accounts accepted", Flags: []cli.Flag{jsonFlag}, Action: p.verify},
			p.mailCommand(),
			{Name: "reports", Usage: "bounces and complaints that could not be given to a message", Flags: []cli.Flag{jsonFlag, &cli.StringFlag{Name: "show", Usage: "print this one"}}, Action: p.reports},
			{Name: "backup", Usage: "write a copy of the embedded database to a new file, while the program runs", ArgsUsage: "FILE", Action: p.backup},
			{Name: "restored", Usage: "after restoring a backup, before the start: hold the mail that waits, for some of it may have been sent since", Action: p.restored},
			{Name: "reseal", Usage: "after SMTPSERVER_SECRET_KEY was replaced: seal anew what SMTPSERVER_SECRET_KEY_BEFORE sealed", Action: p.reseal},
			p.staffCommand(),
			p.addressCommand(),
			p.rateCommand(),
			p.routeCommand(),
			p.printCommand(),
			{Name: "demo", Usage: "fill an empty database with a lived-in account and print how to sign in", Action: p.demo},
			{Name: "settings", Usage: "print the settings as a Markdown table, as in README", Action: p.settings},
			{Name: "version", Usage: "print the version", Action: p.version},
		},
	}
}

func (p *program) version(context.Context, *cli.Command) error {
	_, err := fmt.Fprintln(p.out, "smtpserver", Version)
	return err
}

func (p *program) config() (*config.Config, error) { return config.Load(p.environ) }

// serve returns the action that runs some parts.
func (p *program) serve(parts boot.Parts) cli.ActionFunc {
	return func(ctx context.Context, _ *cli.Command) error {
		c, err := p.config()
		if err != nil {
			return err
		}
		if c.Embedded() && parts != (boot.Parts{Web: true, SMTP: true, Worker: true}) {
			return boot.ErrEmbeddedAlone
		}
		signal.Ignore(syscall.SIGPIPE) // a log whose reader is gone is no reason to end
		outlet := telemetry.NewOutlet(p.errOut)
		defer outlet.Close()
		log := telemetry.NewLog(outlet, c.LogFormat, c.LogLevel)
		v, err := boot.Open(ctx, c, log)
		if err != nil {
			return err
		}
		err = boot.Run(ctx, v, parts, func(addresses map[string]string) {
			args := []any{"version", Version, "delivery", c.Delivery, "public_url", c.PublicURL}
			for _, name := range []string{"web", "smtp", "smtps", "metrics"} {
				if a, ok := addresses[name]; ok {
					args = append(args, name, a)
				}
			}
			log.Info("ready", args...)
		})
		return errors.Join(err, v.Close(context.WithoutCancel(ctx)))
	}
}
