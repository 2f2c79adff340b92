package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/account"
	"smtpserver/app/delivery"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// rateCommand shows and changes how fast the mail of an account leaves, or that to a
// destination.
func (p *program) rateCommand() *cli.Command {
	return &cli.Command{Name: "rate", Usage: "how fast an account's mail leaves, or that to a destination: show it, or change it", Action: p.rate, Flags: []cli.Flag{
		&cli.StringFlag{Name: "account", Usage: "the name in its pages' addresses"},
		&cli.StringFlag{Name: "destination", Usage: "a provider such as google, or a recipient domain"},
		&cli.IntFlag{Name: "per-minute", Usage: "deliveries a minute, evenly; 0 takes the limit away, for a destination it brings the default back"},
		&cli.IntFlag{Name: "connections", Usage: "to the destination at once, of all workers together; 0 brings the default back"},
		&cli.IntFlag{Name: "per-connection", Usage: "messages over one connection to the destination; 0 brings the default back"},
		&cli.StringFlag{Name: "stream", Usage: "the limit is for transactional or broadcast mail only"},
		&cli.StringFlag{Name: "credential", Usage: "the limit is for one credential only, by its id"},
		&cli.IntFlag{Name: "weight", Usage: "share of turns beside other accounts, 1 is the usual one"},
	}}
}

func (p *program) rate(ctx context.Context, cmd *cli.Command) error {
	switch account, destination := cmd.String("account"), cmd.String("destination"); {
	case (account == "") == (destination == ""):
		return errors.New("give --account or --destination, one of them")
	case destination != "":
		return p.destinationRate(ctx, cmd)
	}
	stream, err := streamFlag(cmd)
	if err != nil {
		return err
	}
	kind, subject := limit.OfAccount, ""
	switch credential := cmd.String("credential"); {
	case credential != "" && stream != "":
		return errors.New("give --stream or --credential, not both")
	case credential != "":
		kind, subject = limit.OfCredential, credential
	case stream != "":
		kind, subject = limit.OfStream, stream
	}
	return p.withSchema(ctx, func(s *store.Store) error {
		accounts, rates := account.New(s), limit.NewRates(s)
		a, err := accounts.FindBySlug(ctx, cmd.String("account"))
		if err != nil {
			return fmt.Errorf("account %s: %w", cmd.String("account"), err)
		}
		if cmd.IsSet("weight") {
			err = accounts.SetWeight(ctx, a.ID, cmd.Int("weight"))
		}
		if err == nil && cmd.IsSet("per-minute") {
			err = rates.SetFor(ctx, a.ID, kind, subject, cmd.Int("per-minute"))
		}
		if err != nil {
			return err
		}
		all, err := rates.AllOf(ctx, a.ID)
		for _, r := range all {
			if err == nil {
				_, err = fmt.Fprintln(p.out, r.Kind, r.Subject, r.Rate())
			}
		}
		return err
	})
}

// destinationRate changes what is given, leaves the rest, and shows all.
func (p *program) destinationRate(ctx context.Context, cmd *cli.Command) error {
	for _, name := range []string{"stream", "credential", "weight"} {
		if cmd.IsSet(name) {
			return fmt.Errorf("--%s goes with --account", name)
		}
	}
	return p.withSchema(ctx, func(s *store.Store) error {
		book, destination := delivery.NewLimitBook(s), delivery.DestinationOf(cmd.String("destination"))
		l, err := book.Of(ctx, destination)
		if err != nil {
			return err
		}
		for name, field := range map[string]*int{"per-minute": &l.PerMinute, "connections": &l.Connections, "per-connection": &l.PerConnection} {
			if cmd.IsSet(name) {
				*field = cmd.Int(name)
			}
		}
		if err := book.Set(ctx, l); err != nil {
			return err
		}
		profile := l.Over(destination)
		rate := "no limit of the rate"
		if profile.PerMinute > 0 {
			rate = limit.Rate{PerMinute: profile.PerMinute}.String()
		}
		_, err = fmt.Fprintf(p.out, "%s: %d connections, %d messages over each, %s\n", delivery.DestinationName(destination), profile.Connections, profile.PerConnection, rate)
		return err
	})
}

// streamFlag reads --stream; "" means both.
func streamFlag(cmd *cli.Command) (string, error) {
	stream := cmd.String("stream")
	if stream != "" && !message.Stream(stream).Valid() {
		return "", errors.New("--stream is transactional or broadcast")
	}
	return stream, nil
}

// withSchema opens a database whose schema fits.
func (p *program) withSchema(ctx context.Context, fn func(*store.Store) error) error {
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		return fn(s)
	})
}
