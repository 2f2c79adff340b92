package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/broadcast"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// backup copies the embedded database while the program runs.
func (p *program) backup(ctx context.Context, cmd *cli.Command) error {
	path := cmd.Args().First()
	if path == "" {
		return errors.New("backup needs the name of a new file")
	}
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.Backup(ctx, path); err != nil {
			return err
		}
		_, err := fmt.Fprintf(p.out, "%s is a whole copy. Keep the secret key with it, and run `smtpserver restored` on it before it is used.\n", path)
		return err
	})
}

// restored holds what waits in a database that came from a backup (F-26).
func (p *program) restored(ctx context.Context, _ *cli.Command) error {
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		n, err := message.HoldRestored(ctx, s)
		if err != nil {
			return err
		}
		campaigns, err := broadcast.HoldRestored(ctx, s)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%d deliveries are held. The accounts release or cancel them on their messages page, and %d campaigns ask on their pages before they go on; the program may start now.\n", n, campaigns)
		return err
	})
}
