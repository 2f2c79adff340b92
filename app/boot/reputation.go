package boot

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/precheck"
	"smtpserver/app/reputation"
	"smtpserver/app/submission"
	"smtpserver/app/web/mailview"
)

// wireReputation makes what judges accounts by what becomes of their mail, and what stands
// at the doors: the plan first, which is only counted in memory.
func (v *Services) wireReputation(notifier *mailview.Notifier) {
	v.Reputation = reputation.New(reputation.Deps{
		Store: v.Store, Accounts: v.Accounts, Campaigns: v.Campaigns, Mail: notifier, Audit: audit.New(v.Store), Metrics: v.Metrics, Log: v.Log, Box: v.Box, Disposable: listimport.IsDisposable, NewLimits: v.Config.NewLimits,
	})
	v.Identity.Greeter = v.Reputation
	v.Approvals.Register(v.Reputation.Lifting(v.Accounts.Lifting()))
	v.wireScans()
	v.Submission.Heed(doors{billing.NewAllowances(v.Billing, v.Clock), reputation.NewDoors(v.Reputation, v.Clock)})
}

// inspected is one in how many messages of programs the spam filter sees.
const inspected = 100

// inspectTime bounds what a program waits for the filter.
const inspectTime = 2 * time.Second

// wireScans lets the spam filter, if there is one, look at what is sent.
func (v *Services) wireScans() {
	v.Campaigns.Doubts = v.Audiences
	if v.Audiences.Checker.Scans() {
		v.Campaigns.Looker = looker{v}
		v.Submission.Show(inspector{v}, inspected)
	}
}

// looker implements broadcast.Looker. Without an answer campaigns wait: nothing is urgent
// about them, and they are many.
type looker struct{ *Services }

// Look implements broadcast.Looker.
func (l looker) Look(ctx context.Context, c broadcast.Campaign) error {
	if let, err := l.Reputation.IsLetGo(ctx, c.AccountID, c.ID); err != nil || let {
		return err
	}
	refused, err := l.Audiences.Judged(ctx, c)
	switch {
	case err != nil && fault.Is(err, fault.Internal):
		l.Metrics.ScanFailed()
		l.Log.Warn("the spam filter gave no answer; a campaign waits for it", "campaign", c.ID, "error", err)
		return submission.Later{Fault: fault.New(fault.Unavailable, "our spam filter gives no answer at the moment, and nobody has looked at the content yet"), At: l.Clock.Now().Add(time.Minute)}.Err()
	case err != nil:
		return err
	case refused == "":
		return nil
	}
	if err := l.Reputation.HoldContent(ctx, c.AccountID, c.ID, refused); err != nil {
		return err
	}
	return fault.New(fault.Conflict, refused+" Change what the rules object to, in a copy of this campaign. Or tell us on your account's Standing page what it is: a person looks at it.")
}

// inspector implements submission.Inspector. Without an answer the mail goes.
type inspector struct{ *Services }

// Inspect implements submission.Inspector.
func (i inspector) Inspect(ctx context.Context, scope account.Scope, content []byte) string {
	ctx, cancel := context.WithTimeout(ctx, inspectTime)
	defer cancel()
	score, err := i.Audiences.Checker.Scan(ctx, content)
	if err != nil {
		i.Metrics.ScanFailed()
		i.Log.Warn("the spam filter gave no answer; a message went without", "error", err)
		return ""
	}
	if !score.Rejects() {
		return ""
	}
	words := precheck.RefusalWords(score)
	if err := i.Reputation.HoldContent(context.WithoutCancel(ctx), scope.AccountID(), "", words); err != nil {
		i.Log.Error("a held message is not in its account's history", "error", err)
	}
	return words
}

// Unseen implements submission.Inspector.
func (i inspector) Unseen(messageID id.ID, why error) {
	i.Metrics.ScanFailed()
	i.Log.Error("a message could not be shown to the spam filter; it went without", "message", messageID, "error", why)
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
