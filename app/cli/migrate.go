package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/store"
)

// withStore opens the database without asking for a fitting schema.
func (p *program) withStore(ctx context.Context, fn func(*store.Store) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, MaxConns: 4, Patient: true})
	if err != nil {
		return err
	}
	return errors.Join(fn(s), s.Close())
}

func (p *program) migrateUp(ctx context.Context, _ *cli.Command) error {
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckNotNewer(ctx); err != nil {
			return err
		}
		if err := s.Migrate(ctx); err != nil {
			return err
		}
		v, err := s.Schema(ctx)
		if err == nil {
			_, err = fmt.Fprintf(p.out, "the schema is at version %d\n", v.Current)
		}
		return err
	})
}

func (p *program) migrateStatus(ctx context.Context, _ *cli.Command) error {
	return p.withStore(ctx, func(s *store.Store) error {
		v, err := s.Schema(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "schema version %d, this program brings %d\n", v.Current, v.Known)
		return err
	})
}
