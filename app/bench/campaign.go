package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/load"
	"smtpserver/app/bench/report"
	"smtpserver/app/bench/sink"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/config"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// campaignCommand measures campaigns: rendering, signing and delivering beside the plain
// delivery of the workload "deliver", and how long a large audience takes to freeze while
// mail that people wait for goes on.
func campaignCommand(ctx context.Context, args []string, out, progress io.Writer) error {
	f := flag.NewFlagSet("bench campaign", flag.ContinueOnError)
	f.SetOutput(progress)
	recipients := f.Int("recipients", 12_000, "of the campaign that is delivered")
	freeze := f.Int("freeze", 1_000_000, "of the audience that is frozen; 0: none")
	on := ownFlags(f)
	if err := f.Parse(args); err != nil {
		return err
	}
	return on.goals(ctx, out, progress, func(p *productSystem) ([]report.Goal, error) {
		return measureCampaigns(ctx, p, *recipients, *freeze, progress)
	})
}

func measureCampaigns(ctx context.Context, p *productSystem, recipients, freeze int, progress io.Writer) (goals []report.Goal, err error) {
	w := workloads()[slices.IndexFunc(workloads(), func(w workload) bool { return w.name == "deliver" })]
	fmt.Fprintf(progress, "%s: plain delivery of %d messages\n", p.name(), w.messages)
	plain, err := measure(ctx, p, w)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(progress, "%s: a campaign to %d\n", p.name(), recipients)
	rate, size, err := deliverCampaign(ctx, p, recipients)
	if err != nil {
		return nil, err
	}
	goals = []report.Goal{
		{Name: "plain delivery of 20 KiB, messages/s", System: p.name(), Measured: plain.Delivered},
		{Name: fmt.Sprintf("campaign of %d KiB, rendered, signed and delivered, messages/s", size>>10), System: p.name(), Measured: rate},
		{Name: "campaign ÷ plain delivery", System: p.name(), Measured: rate / plain.Delivered, Want: 0.8},
	}
	if freeze == 0 {
		return goals, nil
	}
	fmt.Fprintf(progress, "%s: an audience of %d is frozen\n", p.name(), freeze)
	took, p99, err := freezeAudience(ctx, p, freeze)
	return append(goals,
		report.Goal{Name: fmt.Sprintf("%d recipients frozen, s", freeze), System: p.name(), Measured: took.Seconds(), Want: 60, AtMost: true},
		report.Goal{Name: "p99 of mail that people wait for meanwhile, handed in to delivered, s", System: p.name(), Measured: p99.Seconds(), Want: 5, AtMost: true},
	), err
}

// sender is an account with an audience, beside the running program.
type sender struct {
	*boot.Services
	scope    account.Scope
	campaign id.ID
}

// openSender makes an account's list of so many people, and a campaign to them.
func openSender(ctx context.Context, r *runningProduct, people int) (_ *sender, err error) {
	c, err := config.Load(r.env)
	if err != nil {
		return nil, err
	}
	v, err := boot.OpenBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	s := &sender{Services: v}
	defer func() {
		if err != nil {
			err = errors.Join(err, v.Close(ctx))
		}
	}()
	var accountID id.ID
	err = v.Store.SystemRead(ctx, "find the account of a benchmark", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM domains WHERE name = 'bench.test'").Scan(&accountID).Error
	})
	if err != nil {
		return nil, err
	}
	s.scope = account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
	l, err := v.Contacts.AddList(ctx, s.scope, "Everybody", "", "")
	if err != nil {
		return nil, err
	}
	if err := s.fill(ctx, l.ID, people); err != nil {
		return nil, err
	}
	domains, err := v.Domains.List(ctx, s.scope)
	if err != nil {
		return nil, err
	}
	whom, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: l.ID}}}.JSON()
	if err != nil {
		return nil, err
	}
	made, err := v.Campaigns.Create(ctx, s.scope, broadcast.Brief{
		Kind: broadcast.ToContacts, Name: "News", Audience: whom, DomainID: domains[0].ID, FromName: "Shop", FromLocal: "news", TrackOpens: true, TrackClicks: true,
		Plan: broadcast.Plan{When: broadcast.Now}, Content: []broadcast.Variant{{Source: letter()}},
	})
	s.campaign = made.ID
	return s, err
}

// letter is a mail of ten products with a link each: with its text part about 20 KiB.
func letter() content.Source {
	var b strings.Builder
	b.WriteString("# Good morning {{ name }}\n\n")
	for i := range 10 {
		fmt.Fprintf(&b, "## Product %d\n\n%s\n\n[Look at it](https://shop.example/products/%d)\n\n", i, strings.Repeat("It is made of good material by people who know how. ", 14), i)
	}
	b.WriteString("{{ sender }}, {{ sender_address }} · [Unsubscribe]({{ unsubscribe_url }})\n")
	return content.Source{Kind: content.Markdown, Subject: "News for {{ name }}", Body: b.String()}
}

// fill makes the people.
func (s *sender) fill(ctx context.Context, listID id.ID, people int) error {
	accountID, now := string(s.scope.AccountID()), s.Store.Now()
	type person struct {
		contact id.ID
		number  int
	}
	contacts := store.NewBulk("contacts", `account_id text, contact_id text, address text, given text, name text, name_key text, kind text, company text, company_key text,
		language text, time_zone text, attributes text, revision int, import_id text, created_at timestamptz, updated_at timestamptz`, func(p *person) []any {
		address := "p" + strconv.Itoa(p.number) + "@d" + strconv.Itoa(p.number%50) + ".bench.example"
		return []any{accountID, string(p.contact), address, address, "Person " + strconv.Itoa(p.number), "", "individual", "", "", "", "", "{}", 1, "", now, now}
	})
	members := store.NewBulk("list_members", "account_id text, list_id text, contact_id text, import_id text, joined_at timestamptz", func(p *person) []any {
		return []any{accountID, string(listID), string(p.contact), "", now}
	})
	for from := 0; from < people; from += 10_000 {
		rows := make([]person, min(10_000, people-from))
		for i := range rows {
			rows[i] = person{id.New(), from + i}
		}
		err := s.Store.SystemWrite(ctx, "fill a benchmark", func(_ context.Context, tx *gorm.DB) error {
			return errors.Join(contacts.Insert(tx, rows), members.Insert(tx, rows))
		})
		if err != nil {
			return err
		}
	}
	if s.Store.Engine() == store.Postgres { // as it does by itself within a minute
		return s.Store.SystemWrite(ctx, "fill a benchmark", func(_ context.Context, tx *gorm.DB) error { return tx.Exec("ANALYZE contacts, list_members").Error })
	}
	return nil
}

// deliverCampaign returns the rate from the moment of the start to the last delivery.
func deliverCampaign(ctx context.Context, p *productSystem, people int) (rate float64, size int64, err error) {
	far, err := sink.Start(sink.Options{})
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, far.Close()) }()
	r, s, err := startSender(ctx, p, far, people)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx), r.stop()) }()
	began := time.Now()
	if err := s.Campaigns.Start(ctx, s.scope, s.campaign); err != nil {
		return 0, 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	ended, err := far.Wait(ctx, int64(people))
	if err != nil {
		return 0, 0, fmt.Errorf("the sink has %d of %d: %w%s", far.Counts().Messages, people, err, r.log())
	}
	return float64(people) / ended.Sub(began).Seconds(), far.Counts().Octets / int64(people), nil
}

// startSender fills a fresh database and starts the program on it.
func startSender(ctx context.Context, p *productSystem, far *sink.Server, people int) (*runningProduct, *sender, error) {
	r, err := p.prepare(ctx, nextHop{relay: far.Addr(0)})
	if err != nil {
		return nil, nil, err
	}
	s, err := openSender(ctx, r, people)
	if err != nil {
		return nil, nil, errors.Join(err, r.stop())
	}
	launching, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := r.launch(launching); err != nil {
		return nil, nil, errors.Join(err, s.Close(ctx), r.stop())
	}
	return r, s, nil
}

// freezeAudience returns how long an audience took to freeze, and the 99th percentile of
// what mail that people wait for took meanwhile, from handing it in to its delivery.
func freezeAudience(ctx context.Context, p *productSystem, people int) (took, p99 time.Duration, err error) {
	path := filepath.Join(p.temp, "record-"+string(id.New()))
	record, err := sink.OpenRecord(path)
	if err != nil {
		return 0, 0, err
	}
	far, err := sink.Start(sink.Options{Record: record})
	if err != nil {
		return 0, 0, errors.Join(err, record.Close())
	}
	defer func() { err = errors.Join(err, far.Close(), record.Close()) }()
	r, s, err := startSender(ctx, p, far, people)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, s.Close(ctx), r.stop()) }()
	ledger, err := load.OpenLedger(path+"-ledger", false)
	if err != nil {
		return 0, 0, err
	}
	loading, enough := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() {
		_, err := load.Run(loading, load.Config{
			Addr: r.submission.addr, TLS: load.StartTLS, Username: r.submission.username, Password: r.submission.password, From: r.submission.from,
			Connections: 4, Messages: 1_000_000, Rate: 20, Size: 4096, Domains: load.Targets(5), Ledger: ledger, Timeout: 30 * time.Second,
		})
		done <- err
	}()
	defer func() {
		enough()
		if lerr := <-done; lerr != nil && loading.Err() == nil {
			err = errors.Join(err, lerr)
		}
		err = errors.Join(err, ledger.Close())
	}()
	c, err := s.frozen(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("%w%s", err, r.log())
	}
	if err := s.Campaigns.Pause(ctx, s.scope, s.campaign); err != nil {
		return 0, 0, err
	}
	time.Sleep(6 * time.Second) // what was handed in last arrives
	p99, err = slowest(path, *c.StartedAt, *c.FrozenAt)
	return c.FrozenAt.Sub(*c.StartedAt), p99, err
}

// frozen starts the campaign and waits until its audience is frozen.
func (s *sender) frozen(ctx context.Context) (c broadcast.Campaign, err error) {
	if err := s.Campaigns.Start(ctx, s.scope, s.campaign); err != nil {
		return c, err
	}
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	for {
		if c, err = s.Campaigns.Get(ctx, s.scope, s.campaign); err != nil || c.FrozenAt != nil {
			return c, err
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// slowest is the 99th percentile of what was handed in between two moments.
func slowest(path string, from, to time.Time) (time.Duration, error) {
	taken, err := sink.ReadRecord(path)
	if err != nil {
		return 0, err
	}
	entries, err := load.ReadLedger(path + "-ledger")
	if err != nil {
		return 0, err
	}
	arrived := map[string]time.Time{}
	for _, t := range taken {
		arrived[t.ID] = t.At
	}
	var all []time.Duration
	for _, e := range entries {
		if e.Code != 250 || e.Start.Before(from) || e.Start.After(to) {
			continue
		}
		at, there := arrived[e.ID]
		if !there {
			at = time.Now()
		}
		all = append(all, at.Sub(e.Start))
	}
	if len(all) == 0 {
		return 0, errors.New("nothing was handed in meanwhile")
	}
	slices.Sort(all)
	return all[len(all)*99/100], nil
}
