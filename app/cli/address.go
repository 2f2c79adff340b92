package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/account"
	"smtpserver/app/billing"
	"smtpserver/app/sending"
	"smtpserver/app/store"
)

// addressCommand is for the addresses that mail leaves from.
func (p *program) addressCommand() *cli.Command {
	address := &cli.StringFlag{Name: "address", Usage: "IP address of this machine", Required: true}
	one := func(name, usage string, do func(ctx context.Context, pools *sending.Pools, cmd *cli.Command) error, flags ...cli.Flag) *cli.Command {
		return &cli.Command{Name: name, Usage: usage, Flags: flags, Action: func(ctx context.Context, cmd *cli.Command) error {
			return p.withSchema(ctx, func(s *store.Store) error { return do(ctx, sending.New(s), cmd) })
		}}
	}
	return &cli.Command{Name: "address", Usage: "addresses that mail leaves from; without any the system chooses", Commands: []*cli.Command{
		one("add", "add one; it sends once its reverse name is right", func(ctx context.Context, pools *sending.Pools, cmd *cli.Command) error {
			return pools.Add(ctx, cmd.String("address"), cmd.String("name"), cmd.String("pool"), !cmd.Bool("known"))
		}, address, &cli.StringFlag{Name: "name", Usage: "EHLO name, the same as its reverse name", Required: true},
			&cli.StringFlag{Name: "pool", Value: sending.DefaultPool}, &cli.BoolFlag{Name: "known", Usage: "providers know it: no warm-up"}),
		one("list", "show each with its state", p.addressList),
		one("pause", "take one out by hand", func(ctx context.Context, pools *sending.Pools, cmd *cli.Command) error {
			return pools.Pause(ctx, cmd.String("address"), true)
		}, address),
		one("resume", "take one in again", func(ctx context.Context, pools *sending.Pools, cmd *cli.Command) error {
			return pools.Pause(ctx, cmd.String("address"), false)
		}, address),
		one("remove", "forget one", func(ctx context.Context, pools *sending.Pools, cmd *cli.Command) error {
			return pools.Remove(ctx, cmd.String("address"))
		}, address),
		{Name: "route", Usage: "say which pool serves an account, a stream or both", Action: p.addressRoute, Flags: []cli.Flag{
			&cli.StringFlag{Name: "pool", Required: true},
			&cli.StringFlag{Name: "account", Usage: "the name in its pages' addresses; every account without it"},
			&cli.StringFlag{Name: "stream", Usage: "transactional or broadcast; both without it"},
		}},
	}}
}

func (p *program) addressList(ctx context.Context, pools *sending.Pools, _ *cli.Command) error {
	all, err := pools.All(ctx)
	for _, a := range all {
		if err == nil {
			_, err = fmt.Fprintf(p.out, "%-15s  %s  pool %s  %s\n", a.Address, a.Name, a.Pool, a.State())
		}
	}
	return err
}

func (p *program) addressRoute(ctx context.Context, cmd *cli.Command) error {
	stream, err := streamFlag(cmd)
	if err != nil {
		return err
	}
	return p.withSchema(ctx, func(s *store.Store) error {
		r := sending.Rule{Stream: stream, Pool: cmd.String("pool")}
		if slug := cmd.String("account"); slug != "" {
			a, err := account.New(s).FindBySlug(ctx, slug)
			if err != nil {
				return fmt.Errorf("account %s: %w", slug, err)
			}
			may, err := billing.New(s, nil, nil).MayOwnAddress(ctx, a.ID)
			if err != nil {
				return err
			}
			if !may {
				return fmt.Errorf("the plan of account %s includes no sending address of its own; put it on one that does", slug)
			}
			r.Holder = string(a.ID)
		}
		return sending.New(s).Route(ctx, r)
	})
}
