package boot

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/delivery"
	"smtpserver/app/listimport"
	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/message"
	"smtpserver/jobs"
)

// worker is the delivering part.
type worker struct {
	engine *delivery.Engine
	server *jobs.Server
	cancel context.CancelFunc
	loops  sync.WaitGroup
}

func (v *Services) transport() delivery.Transport {
	c := v.Config
	if c.Delivery == config.Capture {
		return v.Capture
	}
	n := &delivery.Network{
		Router: &mx.Router{Resolver: v.Resolver, Self: v.self()}, Port: c.MXPort,
		Dialer: smtpclient.Dialer{Name: c.MailHostname, AllowPrivate: c.AllowPrivate, Timeouts: smtpclient.StandardTimeouts},
	}
	n.Clock, n.Sources = v.Clock, v.Sending
	if c.Delivery == config.Smarthost {
		n.Smarthost = c.SmarthostTarget()
		return n
	}
	n.Dialer.Report = v.TLSPolicies.Report
	n.Policies = tlspolicy.New(tlspolicy.Options{
		Resolver: v.Resolver, Cache: v.TLSPolicies, Clock: v.Clock, Report: v.TLSPolicies.Report, Log: v.Log, Port: c.MXPort,
		HTTP: tlspolicy.NewClient(tlspolicy.ClientOptions{Resolver: v.Resolver, Allowed: v.mayConnect}),
	})
	return n
}

// mayConnect reports whether an address that strangers chose may be connected to.
func (v *Services) mayConnect(a netip.Addr) bool {
	return v.Config.AllowPrivate || smtpclient.Public(a)
}

func (v *Services) startWorker(ctx context.Context) (*worker, error) {
	engine, err := delivery.New(delivery.Options{
		Store: v.Store, Transport: v.transport(), Signer: delivery.NewDomainSigner(v.Directory, v.Store, v.Box, v.Clock, v.Submission.Busy),
		Wake: v.Jobs.Wake, Metrics: v.Metrics, Log: v.Log, DataDir: v.Config.DataDir, Slots: v.Config.WorkerSlots, Alone: v.Config.Embedded(),
		Bad: v.Reputation.Bad, Box: v.Box,
	})
	if err != nil {
		return nil, err
	}
	v.Reputation.OnChange(engine.LookAgain)
	w := &worker{engine: engine}
	if err := engine.Recover(ctx); err != nil {
		return nil, errors.Join(err, engine.Close(ctx))
	}
	ctx, w.cancel = context.WithCancel(ctx)
	w.loops.Go(func() { engine.KeepLeases(ctx) })
	w.loops.Go(func() { engine.EndOverdue(ctx) })
	w.loops.Go(func() { engine.KeepInStep(ctx) })
	w.loops.Go(func() { v.Reputation.Watch(ctx) })
	w.loops.Go(func() { v.TLSPolicies.FlushEvery(ctx) })
	w.loops.Go(func() { v.Store.KeepStatistics(ctx, v.Log) })
	if err := v.startImporter(ctx, &w.loops); err != nil {
		w.cancel()
		return nil, errors.Join(err, engine.Close(context.WithoutCancel(ctx)))
	}
	if v.Config.Embedded() {
		if err := v.Campaigns.Recover(ctx); err != nil {
			w.cancel()
			return nil, errors.Join(err, engine.Close(context.WithoutCancel(ctx)))
		}
	}
	w.server = jobs.NewServer(v.Queue, v.Jobs, v.Config.WorkerSlots, jobs.Deps{Deliverer: engine, Wake: v.Jobs.Wake, Periodic: v.periodic()}, v.Log)
	if err := w.server.Start(ctx); err != nil {
		w.cancel()
		return nil, errors.Join(err, engine.Close(context.WithoutCancel(ctx)))
	}
	return w, nil
}

// self is what names us: mail that would go in a circle stops here (RFC 5321 §5.1).
// Where tests deliver to loopback, addresses say nothing about who a server is.
func (v *Services) self() mx.Self {
	self := mx.Self{Names: []string{v.Config.MailHostname}}
	if v.Config.AllowPrivate {
		return self
	}
	addrs, err := mx.OwnAddresses()
	if err != nil {
		v.Log.Warn("own addresses are not known; loops are told by name only", "error", err)
	}
	self.Addrs = addrs
	return self
}

// periodic is the work that comes round.
func (v *Services) periodic() []jobs.Periodic {
	return []jobs.Periodic{
		{Name: "recheck_domains", Every: time.Minute, Do: func(ctx context.Context) error {
			_, err := v.Domains.RecheckDue(ctx, 200)
			return err
		}},
		{Name: "send_notifications", Every: 5 * time.Second, Do: func(ctx context.Context) error {
			_, err := v.Notifications.SendDue(ctx)
			return err
		}},
		{Name: "remove_contents", Every: 10 * time.Minute, Do: func(ctx context.Context) error {
			n, err := message.RemoveContents(ctx, v.Store, v.Config.ContentDays, 50*time.Millisecond)
			if n > 0 {
				v.Log.Info("contents removed", "messages", n)
			}
			return err
		}},
		{Name: "check_addresses", Every: 10 * time.Minute, Do: func(ctx context.Context) error {
			return v.Sending.Check(ctx, v.Resolver.Fresh(), v.Config.DNSBLZones)
		}},
		{Name: "make_exports", Every: 5 * time.Second, Do: func(ctx context.Context) error { return v.Departure.MakeDue(ctx, jobs.ScopeOf) }},
		{Name: "hold_closed", Every: 10 * time.Second, Do: func(ctx context.Context) error { return v.Departure.HoldDue(ctx, jobs.ScopeOf) }},
		{Name: "sweep_automations", Every: 5 * time.Second, Do: v.Automations.Sweep},
		{Name: "settle_newsletter", Every: 30 * time.Second, Do: v.Newsletter.Settle},
		{Name: "pass_on_persons", Every: 5 * time.Second, Do: v.Persons.PassOn},
		{Name: "erase_accounts", Every: 10 * time.Minute, Do: func(ctx context.Context) error {
			return errors.Join(v.Departure.EraseDue(ctx), v.Departure.RemoveOld(ctx))
		}},
		{Name: jobs.TypeSweepCampaigns, Every: 2 * time.Second, Do: v.Campaigns.Sweep},
		{Name: jobs.TypeTellTerms, Every: time.Minute, Do: v.Courier.Run},
		{Name: "renew_plans", Every: time.Minute, Do: func(ctx context.Context) error { return errors.Join(v.Billing.Renew(ctx), v.Billing.Remind(ctx)) }},
		{Name: "collect_payments", Every: time.Minute, Do: v.Billing.Collect},
		{Name: "judge_reputation", Every: 15 * time.Second, Do: v.Reputation.Sweep},
		{Name: "tell_usage", Every: 5 * time.Minute, Do: v.Billing.TellUsage},
		{Name: "tell_moves", Every: 5 * time.Minute, Do: v.Billing.TellMoves},
		{Name: "purge_expired", Every: time.Hour, Do: func(ctx context.Context) error {
			return errors.Join(v.Identity.Sweep(ctx), v.Limiter.Sweep(ctx), v.Capture.Trim(ctx), message.PurgeKeys(ctx, v.Store), message.EndPauses(ctx, v.Store), v.Bounces.Trim(ctx), v.TLSPolicies.Trim(ctx), listimport.Purge(ctx, v.Imports), contact.PurgeSignups(ctx, v.Contacts), v.Persons.Purge(ctx), v.Newsletter.Purge(ctx), v.Reputation.Trim(ctx))
		}},
	}
}

// stop finishes what runs and gives leases back.
func (w *worker) stop(ctx context.Context) error {
	w.server.Shutdown()
	err := w.engine.Close(ctx)
	w.cancel()
	w.loops.Wait()
	if err != nil {
		return fmt.Errorf("stop the worker: %w", err)
	}
	return nil
}
