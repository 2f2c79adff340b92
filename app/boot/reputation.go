package boot

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/message"
	"smtpserver/app/reputation"
	"smtpserver/app/web/mailview"
)

// wireReputation makes what judges accounts by what becomes of their mail, and what stands
// at the doors: the plan first, which is only counted in memory.
func (v *Services) wireReputation(notifier *mailview.Notifier) {
	v.Reputation = reputation.New(reputation.Deps{
		Store: v.Store, Accounts: v.Accounts, Campaigns: v.Campaigns, Mail: notifier, Audit: audit.New(v.Store), Metrics: v.Metrics, Log: v.Log, NewLimits: v.Config.NewLimits,
	})
	v.Approvals.Register(v.Reputation.Lifting(v.Accounts.Lifting()))
	v.Submission.Heed(doors{billing.NewAllowances(v.Billing, v.Clock), reputation.NewDoors(v.Reputation, v.Clock)})
}

// doors implements submission.ManyAllowance: each has to let it in.
type doors struct {
	plan     *billing.Allowances
	standing *reputation.Doors
}

// Allow implements submission.Allowance.
func (d doors) Allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int) error {
	if err := d.plan.Allow(ctx, scope, stream, recipients); err != nil {
		return err
	}
	return d.standing.Allow(ctx, scope, stream, recipients)
}

// AllowMany implements submission.ManyAllowance.
func (d doors) AllowMany(ctx context.Context, scope account.Scope, stream message.Stream, messages int) error {
	if err := d.plan.Allow(ctx, scope, stream, messages); err != nil {
		return err
	}
	return d.standing.AllowMany(ctx, scope, stream, messages)
}
