package boot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/automation"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/newsletter"
	"smtpserver/app/precheck"
	"smtpserver/app/template"
	"smtpserver/app/tracking"
	"smtpserver/jobs"
)

// wireCampaigns makes what sends one message to many, and who answers for whose audience:
// the customer for its contacts, the operator for owners and subscribers.
func (v *Services) wireCampaigns(operator domain.Operator) error {
	checker, err := v.checker()
	if err != nil {
		return err
	}
	v.Compiler = content.NewCompiler()
	v.Templates = template.New(v.Store, v.Compiler)
	v.Audiences = campaign.New(campaign.Deps{
		Store: v.Store, Clock: v.Clock, Contacts: v.Contacts, Accounts: v.Accounts, Domains: v.Domains, Submission: v.Submission, Compiler: v.Compiler, Checker: checker,
		Board: delivery.NewBoard(v.Store), Leaving: v.Links, Switches: v.Switches, Stopped: v.Stops.Has, ScopeOf: jobs.ScopeOf, HTTPS: v.Config.HTTPS(), OneWay: fixedDestination(v.Config),
	})
	v.Automations = automation.New(automation.Deps{Store: v.Store, Accounts: v.Accounts, Contacts: v.Audiences, ScopeOf: jobs.ScopeOf, Log: v.Log})
	v.Campaigns = broadcast.New(broadcast.Options{
		Store: v.Store, Submission: v.Submission, Domains: v.Domains, Tracker: marker{v.Tracker}, Leaving: v.Links, Results: v.Audiences,
		Audiences: map[broadcast.Kind]broadcast.Audience{
			broadcast.ToContacts: v.Audiences, broadcast.Automation: v.Automations, broadcast.Mailing: newsletter.People{Service: v.Newsletter},
		},
		Compile: func(ctx context.Context, source content.Source) (broadcast.Content, error) {
			return v.Compiler.Compile(ctx, source)
		},
		LinkHost: func(ctx context.Context, scope account.Scope, d domain.Domain) (string, error) {
			return v.Switches.Host(ctx, scope.AccountID(), d.ID)
		},
		ScopeOf: jobs.ScopeOf, Wake: v.Jobs.SweepCampaigns, Log: v.Log,
	})
	v.Audiences.Campaigns, v.Automations.Campaigns = v.Campaigns, v.Campaigns
	v.Mailings = newsletter.NewMailings(v.Newsletter, v.Campaigns, operator.DomainID)
	return nil
}

// checker looks at campaigns before they are sent.
func (v *Services) checker() (*precheck.Checker, error) {
	o := precheck.Options{Clock: v.Clock, HTTP: precheck.NewClient(precheck.ClientOptions{Resolver: v.Resolver, Allowed: v.mayConnect, AnyPort: v.Config.AllowPrivate})}
	if v.Config.RspamdURL != "" {
		at, err := url.Parse(v.Config.RspamdURL)
		if err != nil || at.Host == "" {
			return nil, fmt.Errorf("SMTPSERVER_RSPAMD_URL: %q is no address like http://127.0.0.1:11333", v.Config.RspamdURL)
		}
		o.Rspamd = &precheck.Rspamd{HTTP: &http.Client{Timeout: 10 * time.Second}, URL: at} // the operator's own: it may be inside
	}
	return precheck.New(o), nil
}

// marker implements broadcast.Tracker.
type marker struct{ *tracking.Tracker }

// Mark implements broadcast.Tracker.
func (m marker) Mark(html string, of broadcast.Mark) (string, error) {
	return m.Tracker.Mark(html, tracking.Mark{AccountID: of.AccountID, MessageID: of.MessageID, Host: of.Host, Opens: of.Opens, Clicks: of.Clicks})
}

// sentTo implements person.Campaigns for all that keeps whom mail to many went to.
type sentTo struct{ *Services }

// ErasePerson implements person.Campaigns.
func (s sentTo) ErasePerson(ctx context.Context, scope account.Scope, address string) error {
	return errors.Join(s.Campaigns.ErasePerson(ctx, scope, address), s.Automations.ErasePerson(ctx, scope, address))
}
