package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"smtpserver/app/boot"
	"smtpserver/app/telemetry"
	"smtpserver/views/urls"
)

// staffCreate makes a back-office user and prints the one-time sign-in link.
func (p *program) staffCreate(ctx context.Context, cmd *cli.Command) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	v, err := boot.OpenBeside(ctx, c, telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel))
	if err != nil {
		return err
	}
	token, err := v.Identity.CreateStaff(ctx, cmd.String("email"))
	if err == nil {
		_, err = fmt.Fprintln(p.out, c.PublicURL+urls.StaffEnter(token))
	}
	return errors.Join(err, v.Close(ctx))
}

// staffSignOut ends all sessions of a person, of the operator or of a customer.
func (p *program) staffSignOut(ctx context.Context, cmd *cli.Command) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	v, err := boot.OpenBeside(ctx, c, telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel))
	if err != nil {
		return err
	}
	err = v.Identity.EndSessionsOf(ctx, cmd.String("email"))
	if err == nil {
		_, err = fmt.Fprintln(p.out, "all sessions are ended")
	}
	return errors.Join(err, v.Close(ctx))
}
