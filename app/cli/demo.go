package cli

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/urfave/cli/v3"

	"smtpserver/app/account"
	"smtpserver/app/boot"
	"smtpserver/app/demo"
	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/app/telemetry"
	"smtpserver/jobs"
	"smtpserver/views/urls"
)

// demoReaders is how many people get the demo's campaign.
const demoReaders = 600

// demo fills an account with made-up data and prints how to sign in.
func (p *program) demo(ctx context.Context, _ *cli.Command) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	v, err := boot.OpenBeside(ctx, c, telemetry.NewLog(p.errOut, c.LogFormat, c.LogLevel))
	if err != nil {
		return err
	}
	hasher, err := identity.NewHasher()
	if err != nil {
		return errors.Join(err, v.Close(ctx))
	}
	made, err := demo.Fill(ctx, demo.Deps{
		Store: v.Store, Accounts: v.Accounts, Domains: v.Domains, Credentials: v.Credential, Hasher: hasher, Mint: jobs.ScopeOfOwner,
		Extra: []func(context.Context, account.Scope, *rand.Rand) error{func(ctx context.Context, scope account.Scope, r *rand.Rand) error {
			campaignID, err := v.Audiences.Demo(ctx, scope, demoReaders, r)
			if err != nil {
				return err
			}
			return errors.Join(demo.SettleCampaign(ctx, v.Store, scope, campaignID, r), v.Campaigns.Sweep(ctx))
		}},
	})
	switch {
	case fault.Is(err, fault.Conflict):
		err = errors.New(fault.SafeText(err))
	case err == nil:
		_, err = fmt.Fprintf(p.out, "The account %s holds %d messages of the last 30 days.\nSign in at %s%s\n  e-mail:   %s\n  password: %s\n",
			made.Account.Name, made.Messages, c.PublicURL, urls.Login, made.Email, made.Password)
	}
	return errors.Join(err, v.Close(ctx))
}
