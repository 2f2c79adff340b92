package boot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/approval"
	"smtpserver/app/audit"
	"smtpserver/app/automation"
	"smtpserver/app/billing"
	"smtpserver/app/bounce"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/clock"
	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/credential"
	"smtpserver/app/delivery"
	"smtpserver/app/departure"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/app/leaving"
	"smtpserver/app/limit"
	"smtpserver/app/listimport"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/message"
	"smtpserver/app/newsletter"
	"smtpserver/app/notification"
	"smtpserver/app/office"
	"smtpserver/app/person"
	"smtpserver/app/reputation"
	"smtpserver/app/secret"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/submission"
	"smtpserver/app/telemetry"
	"smtpserver/app/template"
	"smtpserver/app/terms"
	"smtpserver/app/tracking"
	"smtpserver/app/web/mailview"
	"smtpserver/jobs"
	"smtpserver/views/urls"
)

// Services is everything the edges work with.
type Services struct {
	Config        *config.Config
	Log           *slog.Logger
	Clock         clock.Clock
	Metrics       *telemetry.Metrics
	Store         *store.Store
	Box           *secret.Box
	Queue         *jobs.Connection
	Jobs          *jobs.Client
	Resolver      *resolver.Client
	Limiter       *limit.Limiter
	Accounts      *account.Service
	Terms         *terms.Archive
	TermsDesk     *terms.Desk
	TermsGate     *terms.Gate
	TermsPost     *mailview.TermsPost
	Courier       *terms.Courier
	Identity      *identity.Service
	Office        *office.People
	Approvals     *approval.Desk
	Departure     *departure.Service
	Persons       *person.Service
	Domains       *domain.Service
	Directory     *domain.Directory
	Credential    *credential.Service
	Submission    *submission.Service
	Capture       *delivery.Capture
	Bounces       *bounce.Receiver
	Notifications *notification.Sender
	TLSPolicies   *delivery.PolicyStore
	Contacts      *contact.Service
	Imports       *listimport.Service
	Forms         *contact.Forms
	Newsletter    *newsletter.Service
	Tracker       *tracking.Tracker
	Switches      *tracking.Switches
	Visits        *tracking.Recorder
	Stops         *tracking.Stops
	Reports       *tracking.Reports
	Leaving       *leaving.Service
	Links         *leaving.Links
	Compiler      *content.Compiler
	Campaigns     *broadcast.Service
	Audiences     *campaign.Service
	Templates     *template.Service
	Mailings      *newsletter.Mailings
	Automations   *automation.Service
	Billing       *billing.Service
	Reputation    *reputation.Service
	importer      *listimport.Runner
	Sending       *sending.Pools
	lock          *os.File
	beside        bool
}

// OpenStore opens the database and makes sure that its schema fits. An embedded
// database is migrated; another one is refused until `migrate up` has run.
func OpenStore(ctx context.Context, c *config.Config) (*store.Store, error) {
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, Clock: clock.System, MaxConns: c.DatabaseConns})
	if err != nil {
		return nil, err
	}
	if s.Engine() == store.SQLite {
		err = s.CheckNotNewer(ctx)
		if err == nil {
			err = s.Migrate(ctx)
		}
	} else {
		err = s.CheckSchema(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Open builds the services. Close them with Close.
func Open(ctx context.Context, c *config.Config, log *slog.Logger) (*Services, error) {
	v := &Services{Config: c, Log: log, Clock: clock.System, Metrics: telemetry.NewMetrics()}
	if err := v.open(ctx); err != nil {
		return nil, errors.Join(err, v.Close(ctx))
	}
	return v, nil
}

// OpenBeside builds the services for a command that runs beside the server: it
// takes no lock, and what it stores the server's sweeper will find.
func OpenBeside(ctx context.Context, c *config.Config, log *slog.Logger) (*Services, error) {
	v := &Services{Config: c, Log: log, Clock: clock.System, Metrics: telemetry.NewMetrics(), beside: true}
	if err := v.open(ctx); err != nil {
		return nil, errors.Join(err, v.Close(ctx))
	}
	return v, nil
}

func (v *Services) open(ctx context.Context) (err error) {
	c := v.Config
	if c.Embedded() && !v.beside {
		if v.lock, err = lockDataDir(c.DataDir); err != nil {
			return err
		}
	}
	if v.Box, err = SecretBox(c); err != nil {
		return err
	}
	err = v.await(ctx, "the database", func() (err error) {
		v.Store, err = OpenStore(ctx, c)
		return err
	})
	if err != nil {
		return err
	}
	if bypass, err := v.Store.BypassesRowSecurity(ctx); err == nil && bypass {
		v.Log.Warn("the database role bypasses row-level security; use a role without SUPERUSER and BYPASSRLS")
	}
	if v.Queue, err = jobs.Connect(c.RedisURL, c.WorkerSlots); err != nil {
		return err
	}
	err = v.await(ctx, "Redis", func() error {
		_, err := v.Queue.CheckPolicy(ctx)
		return err
	})
	if err != nil {
		return err
	}
	v.Jobs = jobs.NewClient(v.Queue, v.Log)
	if v.Resolver, err = resolver.New(resolver.Options{Server: c.DNSServer, Validates: c.DNSValidates}); err != nil {
		return err
	}
	return v.wire(ctx)
}

// Bounds of waiting for servers that start beside us, as after a power cut (F-04).
const (
	startTime  = time.Minute
	startRetry = 500 * time.Millisecond
)

// await tries again while a server does not answer. What is wrong and answers ends it at once.
func (v *Services) await(ctx context.Context, what string, try func() error) error {
	for waited := time.Duration(0); ; waited += startRetry {
		err := try()
		if !errors.Is(err, store.ErrUnreachable) && !errors.Is(err, jobs.ErrUnreachable) || waited > startTime {
			return err
		}
		v.Log.Warn("waiting for what we need to start", "what", what, "error", err)
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(startRetry):
		}
	}
}

func (v *Services) wire(ctx context.Context) error {
	c := v.Config
	v.Limiter = limit.New(v.Store, v.Box)
	v.Accounts = account.New(v.Store)
	v.Terms = terms.New(v.Store)
	if err := v.Terms.Seed(ctx); err != nil {
		return err
	}
	v.Domains = domain.New(domain.Options{
		Store: v.Store, Box: v.Box, Resolver: v.Resolver.Fresh(), Hostname: c.MailHostname,
		TrustReserved: c.Delivery == config.Capture && c.DNSServer == "", Log: v.Log,
	})
	v.Directory = domain.NewDirectory(v.Domains, v.Clock)
	operator, err := v.Domains.EnsureOperator(ctx)
	if err != nil {
		return err
	}
	v.Credential = credential.New(v.Store, v.Clock, v.Log)
	queue := submissionQueue{v.Jobs, delivery.NewRoutes(v.Store, v.Clock, fixedDestination(c), v.Log)}
	v.Submission = submission.New(v.Store, v.Directory, queue, c.MailHostname, v.Log)
	v.Capture = &delivery.Capture{Store: v.Store}
	v.TLSPolicies = delivery.NewPolicyStore(v.Store, v.Log)
	v.Sending = sending.New(v.Store)
	v.Bounces = bounce.New(v.Store, v.Box, c.MailHostname, v.Metrics, v.Log)
	v.wireContacts()
	hasher, err := identity.NewHasher()
	if err != nil {
		return err
	}
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return fmt.Errorf("SMTPSERVER_PUBLIC_URL: %w", err)
	}
	system := submission.NewSystemSender(v.Store, queue, operator, c.MailHostname, c.BrandName)
	v.Notifications = notification.New(v.Store, system, c.MailHostname, v.Log)
	notifier := mailview.New(mailer{system}, public, c.BrandName)
	v.Accounts.SetNotifier(notifier)
	v.Billing = billing.New(v.Store, notifier, audit.New(v.Store))
	if provider, err := PaymentProvider(c); err != nil {
		return err
	} else if provider != nil {
		v.Billing.CollectBy(provider)
	}
	v.Accounts.SetPlan(v.Billing)
	v.Domains.SetPlan(v.Billing)
	v.Contacts.SetPlan(v.Billing, v.Billing.MostContacts)
	v.Forms = contact.NewForms(v.Contacts, notifier, formLimits{v.Limiter}, v.Box)
	v.Newsletter = newsletter.New(newsletter.Deps{Store: v.Store, Box: v.Box, Limits: formLimits{v.Limiter}, Mailer: notifier, Operator: operator.AccountID})
	if err := v.wireTracking(public); err != nil {
		return err
	}
	if err := v.wireCampaigns(operator); err != nil {
		return err
	}
	v.Departure = departure.New(departure.Deps{
		Store: v.Store, Accounts: v.Accounts, Box: v.Box, Notifier: notifier, Holder: departure.Hold(message.NewArchive(v.Store)), Tables: audience(),
	})
	v.Persons = person.New(person.Deps{
		Store: v.Store, Contacts: v.Contacts, Messages: message.NewArchive(v.Store), Campaigns: sentTo{v}, Limiter: v.Limiter, Box: v.Box, Notifier: notifier,
	})
	v.Identity = identity.New(identity.Deps{
		Store: v.Store, Accounts: v.Accounts, Terms: v.Terms, Limiter: v.Limiter, Hasher: hasher, Log: v.Log,
		Notifier: notifier, Box: v.Box, Brand: c.BrandName, Public: public,
	})
	v.Office, v.Approvals = office.New(v.Store, v.Identity, notifier), approval.New(v.Store)
	v.wireReputation(notifier)
	v.wireTerms(system, public)
	v.watch()
	return nil
}

// wireTerms is what gives notice of changed terms and stands at the doors.
func (v *Services) wireTerms(system *submission.SystemSender, public *url.URL) {
	v.TermsPost = mailview.NewTermsPost(mailer{system}, public, v.Config.BrandName)
	v.Courier = terms.NewCourier(v.Terms, v.TermsPost, v.Log)
	v.TermsGate = terms.NewGate(v.Terms, v.Clock, func(slug string) string {
		return public.JoinPath(urls.Account(slug).SettingsTerms()).String()
	})
	v.TermsDesk = terms.NewDesk(v.Terms, func() {
		v.TermsGate.Refresh()
		v.Jobs.TellTerms()
	})
}

// submissionQueue is where accepted mail waits, as submission sees it.
type submissionQueue struct {
	*jobs.Client
	*delivery.Routes
}

// fixedDestination is where all mail goes; "" when each domain has its own exchangers.
func fixedDestination(c *config.Config) string {
	switch c.Delivery {
	case config.Capture:
		return delivery.CaptureBox
	case config.Smarthost:
		return delivery.Relay
	}
	return ""
}

// mailer lets rendered mails into the engine.
type mailer struct{ system *submission.SystemSender }

// SendSystem implements mailview.Mailer.
func (m mailer) SendSystem(ctx context.Context, mail mailview.Mail) error {
	return m.system.Send(ctx, submission.SystemMail{Kind: mail.Kind, To: mail.To, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML})
}

// SubmitSystem implements mailview.NoticeMailer.
func (m mailer) SubmitSystem(ctx context.Context, mail mailview.Mail) (id.ID, error) {
	return m.system.Submit(ctx, submission.SystemMail{Kind: mail.Kind, To: mail.To, Subject: mail.Subject, Text: mail.Text, HTML: mail.HTML})
}

// Close ends what Open began, in reverse order.
func (v *Services) Close(ctx context.Context) error {
	var errs []error
	if v.Submission != nil {
		v.Submission.Close()
	}
	if v.Credential != nil {
		errs = append(errs, v.Credential.Flush(ctx))
	}
	if v.Jobs != nil {
		errs = append(errs, v.Jobs.Close())
	}
	if v.Queue != nil {
		errs = append(errs, v.Queue.Close())
	}
	if v.Store != nil {
		errs = append(errs, v.Store.Close())
	}
	if v.lock != nil {
		errs = append(errs, v.lock.Close())
	}
	return errors.Join(errs...)
}
