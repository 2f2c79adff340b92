package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/boot"
	"smtpserver/app/reseal"
	"smtpserver/app/store"
)

// reseal seals with SECRET_KEY what SECRET_KEY_BEFORE sealed.
func (p *program) reseal(ctx context.Context, _ *cli.Command) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	if c.SecretKeyBefore == "" {
		return errors.New("SMTPSERVER_SECRET_KEY_BEFORE is not set: give the key that sealed so far there, and the new one in SMTPSERVER_SECRET_KEY")
	}
	box, err := boot.SecretBox(c)
	if err != nil {
		return err
	}
	return p.withStore(ctx, func(s *store.Store) error {
		if err := s.CheckSchema(ctx); err != nil {
			return err
		}
		n, err := reseal.All(ctx, s, box, boot.Sealed())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%d values are sealed anew. Keep SMTPSERVER_SECRET_KEY_BEFORE for 30 days more: bounces of mail sent before are recognised by it.\n", n)
		return err
	})
}
