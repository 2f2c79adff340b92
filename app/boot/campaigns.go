package boot

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/newsletter"
	"smtpserver/app/precheck"
	"smtpserver/app/tracking"
	"smtpserver/jobs"
)

// wireCampaigns makes what sends to many, and who answers for whose audience.
func (v *Services) wireCampaigns(operator domain.Operator) {
	v.Compiler = content.NewCompiler()
	customers := campaign.Deps{
		Store: v.Store, Clock: v.Clock, Contacts: v.Contacts, Accounts: v.Accounts, Domains: v.Domains, Submission: v.Submission, Compiler: v.Compiler,
		Board: delivery.NewBoard(v.Store), Leaving: v.Links, ScopeOf: jobs.ScopeOf, HTTPS: v.Config.HTTPS(), OneWay: fixedDestination(v.Config),
		Checker: precheck.New(precheck.Options{Clock: v.Clock, HTTP: precheck.NewClient(precheck.ClientOptions{
			Resolver: v.Resolver, Allowed: v.mayConnect, AnyPort: v.Config.AllowPrivate,
		})}),
	}
	audiences := map[broadcast.Kind]broadcast.Audience{broadcast.Mailing: newsletter.People{Service: v.Newsletter}}
	o := broadcast.Options{
		Store: v.Store, Submission: v.Submission, Domains: v.Domains, Audiences: audiences, Tracker: marker{v.Tracker}, Leaving: v.Links,
		ScopeOf: jobs.ScopeOf, Wake: v.Jobs.SweepCampaigns, Log: v.Log,
		Compile: func(ctx context.Context, source content.Source) (broadcast.Content, error) {
			return v.Compiler.Compile(ctx, source)
		},
		LinkHost: func(ctx context.Context, scope account.Scope, d domain.Domain) (string, error) {
			return v.Switches.Host(ctx, scope.AccountID(), d.ID)
		},
		Results: results{v},
	}
	v.Campaigns = broadcast.New(o)
	customers.Campaigns = v.Campaigns
	v.Audiences = campaign.New(customers)
	audiences[broadcast.ToContacts] = v.Audiences
	v.Mailings = newsletter.NewMailings(v.Newsletter, v.Campaigns, operator.DomainID)
}

// marker implements broadcast.Tracker.
type marker struct{ *tracking.Tracker }

// Mark implements broadcast.Tracker.
func (m marker) Mark(html string, mark broadcast.Mark) (string, error) {
	return m.Tracker.Mark(html, tracking.Mark{AccountID: mark.AccountID, MessageID: mark.MessageID, Host: mark.Host, Opens: mark.Opens, Clicks: mark.Clicks})
}

// results implements broadcast.Results by the service that is made after it.
type results struct{ *Services }

// Variants implements broadcast.Results.
func (r results) Variants(ctx context.Context, c broadcast.Campaign) ([]broadcast.Result, error) {
	return r.Audiences.Variants(ctx, c)
}
