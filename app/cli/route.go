package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"smtpserver/app/boot"
	"smtpserver/app/delivery"
	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/telemetry"
)

// routeCommand shows and changes which way the mail to a destination goes.
func (p *program) routeCommand() *cli.Command {
	return &cli.Command{Name: "route", Usage: "which way mail to a destination goes: show it, or change it", Action: p.route, Flags: []cli.Flag{
		&cli.StringFlag{Name: "destination", Usage: "a provider such as google, or a recipient domain", Required: true},
		&cli.StringFlag{Name: "pool", Usage: "the pool of our addresses that it leaves from; \"\" for the one that the rules give"},
		&cli.StringFlag{Name: "relay", Usage: "smtp(s)://name@host:port, which takes it instead of the recipients' servers; \"\" for those"},
		&cli.StringFlag{Name: "password-file", Usage: "file that holds the password of the relay; without it the one that is kept for this relay"},
	}}
}

// route changes what is given, leaves the rest, and shows all.
func (p *program) route(ctx context.Context, cmd *cli.Command) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	box, err := boot.SecretBox(c)
	if err != nil {
		return err
	}
	return p.withSchema(ctx, func(s *store.Store) error {
		book, destination := delivery.NewDetourBook(s, box), delivery.DestinationOf(strings.ToLower(cmd.String("destination")))
		d, err := book.Of(ctx, destination)
		if err != nil {
			return err
		}
		changed := 0
		if cmd.IsSet("pool") || cmd.IsSet("relay") || cmd.IsSet("password-file") {
			w := delivery.Wish{Destination: destination, Pool: d.Pool, Relay: d.Shown()}
			if cmd.IsSet("pool") {
				w.Pool = cmd.String("pool")
			}
			if cmd.IsSet("relay") {
				w.Relay = cmd.String("relay")
			}
			if w.Password, err = passwordIn(cmd.String("password-file")); err != nil {
				return err
			}
			if d, err = book.Set(ctx, w); fault.Is(err, fault.Invalid) {
				return errors.New(fault.SafeText(err))
			} else if err != nil {
				return err
			}
			done, err := message.OperateAll(ctx, s, message.Retry, message.Reach{Destination: destination}, false)
			telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel).Info("route of a destination", "by", "command line", "destination", destination, "way", way(d), "changed", done.Changed, "failed", err != nil)
			if err != nil {
				return err
			}
			changed = done.Changed
		}
		_, err = fmt.Fprintf(p.out, "mail to %s %s\n", delivery.DestinationName(destination), way(d))
		if err == nil && changed > 0 {
			_, err = fmt.Fprintf(p.out, "%d deferred deliveries are due now\n", changed)
		}
		return err
	})
}

func way(d delivery.Detour) string { return cmp.Or(d.Words(), "goes the usual way") }

// passwordIn reads a password from a file; "" without one.
func passwordIn(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}
