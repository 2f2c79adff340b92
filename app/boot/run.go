package boot

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/config"
	"smtpserver/app/delivery"
	"smtpserver/app/disk"
	"smtpserver/app/limit"
	"smtpserver/app/mail/proxied"
	"smtpserver/app/message"
	"smtpserver/app/smtpd"
	"smtpserver/app/support"
	"smtpserver/app/web"
)

// Parts says which parts a process runs.
type Parts struct{ Web, SMTP, Worker bool }

// ErrEmbeddedAlone refuses to run a part alone without an outside Redis.
var ErrEmbeddedAlone = errors.New("REDIS_URL is not set, so the queue lives inside one process: run `serve`, or set REDIS_URL (and DATABASE_URL) to run web, smtp and worker apart")

// stopTime is how long a stop may take in all (F-05 asks for 35 s).
const stopTime = 30 * time.Second

// Run runs the parts until ctx ends, then stops them in order. onReady is called
// once everything listens.
func Run(ctx context.Context, v *Services, p Parts, onReady func(addresses map[string]string)) error {
	if v.Config.Embedded() && p != (Parts{Web: true, SMTP: true, Worker: true}) {
		return ErrEmbeddedAlone
	}
	r := &running{Services: v, addresses: map[string]string{}, failed: make(chan error, 8)}
	err := r.start(ctx, p)
	if err == nil {
		if onReady != nil {
			onReady(r.addresses)
		}
		debug.FreeOSMemory() // starting took twenty times what idling holds
		select {
		case <-ctx.Done():
		case err = <-r.failed:
		}
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	return errors.Join(err, r.stop(stopping))
}

type running struct {
	*Services
	addresses map[string]string
	failed    chan error
	serving   sync.WaitGroup
	worker    *worker
	smtp      *smtpd.Server
	reports   *smtpd.Server // takes bounces and complaints
	pages     *web.Server
	metrics   *http.Server
	cancel    context.CancelFunc
}

func (r *running) start(ctx context.Context, p Parts) error {
	ctx, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	r.serving.Go(func() { r.fail(r.Credential.Run(ctx)) })
	r.serving.Go(func() { r.fail(r.Stops.Run(ctx)) }) // asked when mail is made, and by the click
	steps := []struct {
		wanted bool
		do     func(context.Context) error
	}{{p.Worker, r.startWorkerPart}, {p.SMTP, r.startSMTP}, {p.Web, r.startWeb}, {r.Config.MetricsAddr != "", r.startMetrics}}
	for _, s := range steps {
		if s.wanted {
			if err := s.do(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *running) fail(err error) {
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, http.ErrServerClosed) {
		r.failed <- err
	}
}

func (r *running) startWorkerPart(ctx context.Context) (err error) {
	r.worker, err = r.startWorker(ctx)
	return err
}

func (r *running) listen(setting, name, addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: choose another address or stop what uses it", setting, err)
	}
	r.addresses[name] = ln.Addr().String()
	return ln, nil
}

func (r *running) startSMTP(context.Context) error {
	tlsConfig, err := serverTLS(r.Config)
	if err != nil {
		return err
	}
	proxies, err := parseNetworks("SMTPSERVER_SMTP_PROXIES", r.Config.SMTPProxies)
	if err != nil {
		return err
	}
	full := r.diskFull()
	r.smtp = smtpd.New(smtpd.Options{
		Full:     full,
		Attend:   r.Store.Attended,
		Hostname: r.Config.MailHostname, TLS: tlsConfig, MaxMessage: r.Config.MaxMessage, Metrics: r.Metrics, Log: r.Log, MaxPerIP: r.Config.SMTPPerIP,
		Auth: &smtpd.Credentials{Credentials: r.Credential, Submission: r.Submission, Limiter: r.Limiter, Terms: r.TermsGate},
	})
	r.reports = smtpd.New(smtpd.Options{
		Full:     full,
		Attend:   r.Store.Attended,
		Hostname: r.Config.MailHostname, TLS: tlsConfig, MaxMessage: r.Config.MaxMessage, Metrics: r.Metrics, Log: r.Log, MaxPerIP: r.Config.SMTPPerIP,
		MaxRecipients: 20, Open: func() smtpd.Sender { return smtpd.Reports{Receiver: r.Bounces} },
	})
	serve := func(server *smtpd.Server, setting, name string, addrs []string, implicit bool) error {
		for _, addr := range addrs {
			if addr == "" {
				continue
			}
			ln, err := r.listen(setting, name, addr)
			if err != nil {
				return err
			}
			r.serving.Go(func() { r.fail(server.Serve(proxied.Listen(ln, proxies), implicit)) })
		}
		return nil
	}
	if err := serve(r.smtp, "SMTPSERVER_SMTP_ADDR", "smtp", r.Config.SMTPAddr, false); err != nil {
		return err
	}
	if err := serve(r.reports, "SMTPSERVER_BOUNCE_ADDR", "bounce", []string{r.Config.BounceAddr}, false); err != nil {
		return err
	}
	return serve(r.smtp, "SMTPSERVER_SMTPS_ADDR", "smtps", r.Config.SMTPSAddr, true)
}

// diskFull watches the disk of the embedded database and the journals.
func (r *running) diskFull() func() bool {
	guard := &disk.Guard{Free: disk.FreeIn(r.Config.DataDir), Least: r.Config.MinFreeDisk, Clock: r.Clock}
	var told atomic.Bool
	return func() bool {
		full, err := guard.Full()
		if err != nil {
			r.Log.Warn("free disk space is not known", "error", err)
		}
		if told.Swap(full) != full {
			r.Log.Warn("room for mail", "full", full, "least_octets", r.Config.MinFreeDisk)
		}
		return full
	}
}

func (r *running) startWeb(ctx context.Context) error {
	cfg, err := r.webConfig()
	if err != nil {
		return err
	}
	if r.pages, err = web.New(cfg, r.webDeps()); err != nil {
		return err
	}
	ln, err := r.listen("SMTPSERVER_WEB_ADDR", "web", r.Config.WebAddr)
	if err != nil {
		return err
	}
	r.startVisits(ctx)
	r.serving.Go(func() { r.fail(r.pages.Serve(ln)) })
	return nil
}

// startVisits keeps what visitors need. Their context ends after the pages have taken the
// last one: then what is gathered is stored.
func (r *running) startVisits(ctx context.Context) {
	r.serving.Go(func() { r.fail(r.Visits.Run(ctx)) })
}

func (r *running) webConfig() (web.Config, error) {
	c := r.Config
	public, err := url.Parse(c.PublicURL)
	if err != nil {
		return web.Config{}, fmt.Errorf("SMTPSERVER_PUBLIC_URL: %w", err)
	}
	cfg := web.Config{
		PublicURL: public, Brand: c.BrandName, Capture: c.Delivery == config.Capture, SignUpClosed: c.Signup != "open", MailHostname: c.MailHostname,
		StaffTwoFactors: c.StaffTwoFactors,
		SMTPPort:        portOf(c.SMTPAddr), SMTPSPort: portOf(c.SMTPSAddr), SelfSigned: c.TLSCert == "",
	}
	cfg.TrustedProxies, err = parseNetworks("SMTPSERVER_TRUSTED_PROXIES", c.TrustedProxy)
	return cfg, err
}

func parseNetworks(setting string, texts []string) (networks []netip.Prefix, err error) {
	for _, text := range texts {
		p, err := parseNetwork(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is no address or network", setting, text)
		}
		networks = append(networks, p)
	}
	return networks, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

func portOf(addrs []string) int {
	if len(addrs) == 0 {
		return 0
	}
	_, port, err := net.SplitHostPort(addrs[0])
	if err != nil {
		return 0
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return 0
	}
	return n
}

func (r *running) webDeps() web.Deps {
	archive := message.NewArchive(r.Store).Keeping(r.Config.ContentDays)
	return web.Deps{
		Messages: archive, Captures: r.Capture, Wake: r.Jobs.Wake, Destinations: delivery.NewBoard(r.Store),
		Overview:  web.Figures{Messages: archive, Domains: r.Domains, Credentials: r.Credential, Campaigns: r.Campaigns, Now: r.Store.Now},
		Providers: r.providers(),
		Identity:  r.Identity, Accounts: r.Accounts, Office: r.Office, Approvals: r.Approvals, Audit: audit.New(r.Store), Support: support.New(r.Store), Departure: r.Departure, Persons: r.Persons, Terms: r.Terms, Box: r.Box, Clock: r.Clock, Log: r.Log,
		Contacts: r.Contacts, Imports: r.Imports, Forms: r.Forms, Newsletter: r.Newsletter,
		Campaigns: r.Campaigns, Audiences: r.Audiences, Mailings: r.Mailings, Automations: r.Automations, Compiler: r.Compiler, Templates: r.Templates, Reports: r.Reports,
		Tracker: r.Tracker, Switches: r.Switches, Visits: r.Visits, Stops: r.Stops, Leaving: r.Leaving,
		Billing: r.Billing, Doors: r.Limiter, Reputation: r.Reputation, Sending: r.Sending, Limits: delivery.NewLimitBook(r.Store), Detours: delivery.NewDetourBook(r.Store, r.Box), Rates: limit.NewRates(r.Store), OperateAll: r.operateAll, Instance: r.instance(),
		Domains: r.Domains, Credentials: r.Credential, TestSender: r.Submission,
		TermsGate: r.TermsGate, TermsDesk: r.TermsDesk, TermsPost: r.TermsPost,
		Ready: []web.Check{
			{Name: "database", Run: r.Store.Ping},
			{Name: "schema", Run: r.Store.CheckNotOlder},
			{Name: "queue", Run: r.Queue.Ping},
			{Name: "sending addresses", Run: r.Sending.Ready},
		},
	}
}

// operateAll does something to mail that waits, whoever's.
func (r *running) operateAll(ctx context.Context, op message.Operation, reach message.Reach) (message.Done, error) {
	return message.OperateAll(ctx, r.Store, op, reach, false)
}

func (r *running) startMetrics(context.Context) error {
	ln, err := r.listen("SMTPSERVER_METRICS_ADDR", "metrics", r.Config.MetricsAddr)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", r.Metrics.Handler())
	r.metrics = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	r.serving.Go(func() { r.fail(r.metrics.Serve(ln)) })
	return nil
}

// stop takes nothing new, finishes what was begun, and closes in order.
func (r *running) stop(ctx context.Context) error {
	var doors sync.WaitGroup
	errs := make(chan error, 8)
	if r.smtp != nil {
		doors.Go(func() { errs <- r.smtp.Shutdown(ctx) })
	}
	if r.reports != nil {
		doors.Go(func() { errs <- r.reports.Shutdown(ctx) })
	}
	if r.pages != nil {
		doors.Go(func() {
			r.pages.Drain(ctx, r.Config.Drain)
			errs <- r.pages.Shutdown(ctx)
		})
	}
	if r.worker != nil {
		doors.Go(func() { errs <- r.worker.stop(ctx) })
	}
	doors.Wait()
	if r.metrics != nil {
		errs <- r.metrics.Shutdown(ctx)
	}
	if r.cancel != nil {
		r.cancel()
	}
	r.serving.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}
