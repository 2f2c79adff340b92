package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/delivery"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/telemetry"
)

// mailCommand is what the operator does with mail that waits.
func (p *program) mailCommand() *cli.Command {
	one := func(name, usage string, op message.Operation, purge bool) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, Flags: reachFlags(), Action: func(ctx context.Context, cmd *cli.Command) error { return p.operate(ctx, cmd, op, purge) }}
	}
	return &cli.Command{Name: "mail", Usage: "hold, release, retry, cancel or purge mail that waits", Commands: []*cli.Command{
		one("hold", "try nothing until it is released", message.Hold, false),
		one("release", "try what is held", message.Release, false),
		one("retry", "try what is deferred now", message.Retry, false),
		one("cancel", "end it: nothing more is tried", message.Cancel, false),
		one("purge", "cancel it, and remove its content at once", message.Cancel, true),
	}}
}

func reachFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "account", Usage: "of this account, by the name in its pages' addresses or its id"},
		&cli.StringFlag{Name: "credential", Usage: "handed in with this credential, by its id"},
		&cli.StringFlag{Name: "destination", Usage: "to this recipient domain, or to a provider such as google"},
		&cli.StringFlag{Name: "stream", Usage: "transactional or broadcast"},
		&cli.BoolFlag{Name: "all", Usage: "whoever's and wherever to"},
	}
}

var errNoReach = errors.New("say which mail: --account, --credential, --destination or --stream, or --all")

// operate does it, and leaves a line in the log: who watches the operator reads it there.
func (p *program) operate(ctx context.Context, cmd *cli.Command, op message.Operation, purge bool) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		r := message.Reach{Credential: id.ID(cmd.String("credential")), Destination: delivery.DestinationOf(cmd.String("destination")), Stream: message.Stream(cmd.String("stream"))}
		if r.Stream != "" && !r.Stream.Valid() {
			return errors.New("--stream is transactional or broadcast")
		}
		if name := cmd.String("account"); name != "" {
			if r.Account, err = message.AccountBySlug(ctx, s, name); err != nil {
				return err
			}
		}
		if r == (message.Reach{}) && !cmd.Bool("all") {
			return errNoReach
		}
		done, err := message.OperateAll(ctx, s, op, r, purge)
		telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel).Info("operation on mail", "by", "command line", "operation", cmd.Name, "account", r.Account,
			"credential", r.Credential, "destination", r.Destination, "stream", r.Stream, "changed", done.Changed, "busy", done.Busy, "failed", err != nil)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%d deliveries changed", done.Changed)
		if err == nil && done.Busy > 0 {
			_, err = fmt.Fprintf(p.out, "; %d are being tried at this moment and come to their own end", done.Busy)
		}
		if err == nil {
			_, err = fmt.Fprintln(p.out)
		}
		return err
	})
}
