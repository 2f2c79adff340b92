package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/sink"
	"smtpserver/app/testkit/balance"
	"smtpserver/app/testkit/fakedns"
)

// scaledCommand measures what more processes bring: accepting by one and two SMTP doors
// behind a proxy, then delivering what waits by one, two and three workers.
func scaledCommand(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	f := flag.NewFlagSet("bench scale", flag.ContinueOnError)
	f.SetOutput(progress)
	messages := f.Int("messages", 6000, "accepted and then delivered in each run")
	rounds := f.Int("runs", 3, "rounds; the layouts take turns in each, and medians are shown")
	binary := f.String("binary", "", "our program; built into bin/smtpserver when empty")
	temp := f.String("temp", "", "folder for the data; it must be on a disk")
	if err := f.Parse(args); err != nil {
		return err
	}
	o, err := parse([]string{"-systems=postgresql", "-binary=" + *binary, "-temp=" + *temp}, progress, false)
	if err != nil {
		return err
	}
	systems, err := pick(ctx, o, progress)
	if err != nil {
		return err
	}
	p, ours := systems[0].(*productSystem)
	if !ours {
		return errors.New("bench scale: only our own program is measured")
	}
	defer func() { err = errors.Join(err, p.close()) }()
	var accepting, delivering table
	for round := range *rounds {
		for _, l := range []struct{ smtp, workers int }{{1, 1}, {2, 2}, {1, 3}, {2, 1}, {1, 2}, {2, 3}} {
			a, d, err := runScaled(ctx, p, l.smtp, l.workers, *messages)
			if err != nil {
				return err
			}
			fmt.Fprintf(progress, "%d/%d %d smtp: %s; %d workers: %s\n", round+1, *rounds, l.smtp, a, l.workers, d)
			accepting.add(l.smtp, a)
			delivering.add(l.workers, d)
		}
	}
	fmt.Fprintf(out, "\nAccepted durably on PostgreSQL, 4 KiB, 40 connections, while no worker runs\n")
	if err := accepting.print(out, "smtp processes"); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nDelivered, RSA-2048-signed, %d waiting for 20 destinations\n", *messages)
	return delivering.print(out, "workers")
}

// share is one measurement: a rate, and the cores that each part of the engine kept busy.
type share struct{ perSecond, ours, postgres, redis float64 }

func (s share) String() string {
	return fmt.Sprintf("%.0f/s (cores: ours %.2f, PostgreSQL %.2f, Redis %.2f)", s.perSecond, s.ours, s.postgres, s.redis)
}

// table is the measurements by the number of processes.
type table map[int][]share

func (t *table) add(processes int, s share) {
	if *t == nil {
		*t = table{}
	}
	(*t)[processes] = append((*t)[processes], s)
}

func (t table) print(out io.Writer, what string) error {
	w := tabwriter.NewWriter(out, 2, 4, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\tper second\tof one\tcores busy: ours\tPostgreSQL\tRedis\tCPU ms each\t\n", what)
	median := func(n int, of func(share) float64) float64 {
		var all []float64
		for _, s := range t[n] {
			all = append(all, of(s))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	rate := func(s share) float64 { return s.perSecond }
	for n := 1; t[n] != nil; n++ {
		fmt.Fprintf(w, "%d\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t\n", n, median(n, rate), median(n, rate)/median(1, rate),
			median(n, func(s share) float64 { return s.ours }), median(n, func(s share) float64 { return s.postgres }), median(n, func(s share) float64 { return s.redis }),
			median(n, func(s share) float64 { return 1000 * (s.ours + s.postgres + s.redis) / s.perSecond }))
	}
	return w.Flush()
}

// runScaled fills a fresh database through so many doors, and empties it by so many workers.
func runScaled(ctx context.Context, p *productSystem, doors, workers, messages int) (accepted, delivered share, err error) {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	w := workload{connections: 40, messages: messages, size: 4 << 10, domains: 20}
	far, err := w.far()
	if err != nil {
		return accepted, delivered, err
	}
	defer func() { err = errors.Join(err, far.Close()) }()
	r, stopDNS, err := prepareScaled(ctx, p, w, far)
	if err != nil {
		return accepted, delivered, err
	}
	defer stopDNS()
	defer func() { err = errors.Join(err, r.stop()) }()
	smtp, addr, stop, err := r.doors(ctx, doors)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return accepted, delivered, err
	}
	c := w.load(target{addr: addr, username: r.submission.username, password: r.submission.password, from: r.submission.from})
	warm := c
	warm.Messages = messages / 10
	if _, err := load.Run(ctx, warm); err != nil {
		return accepted, delivered, err
	}
	meter := r.meter(smtp)
	result, err := load.Run(ctx, c)
	if err != nil || result.Accepted < messages {
		return accepted, delivered, errors.Join(err, fmt.Errorf("%d of %d were accepted: %v %v", result.Accepted, messages, result.Refused, result.Broken))
	}
	accepted = meter(result.Accepted, time.Now())

	began := time.Now()
	pids, stopWorkers, err := r.workers(ctx, workers)
	defer func() { err = errors.Join(err, stopWorkers()) }()
	if err != nil {
		return accepted, delivered, err
	}
	meter = r.meter(pids)
	start := far.Counts().Messages
	arrived, err := far.Wait(ctx, int64(messages+messages/10))
	if err != nil {
		return accepted, delivered, fmt.Errorf("the sink has %d after %s: %w", far.Counts().Messages, time.Since(began), err)
	}
	return accepted, meter(int(far.Counts().Messages-start), arrived), nil
}

// prepareScaled makes fresh engines whose mail goes to the far servers.
func prepareScaled(ctx context.Context, p *productSystem, w workload, far *sink.Server) (*runningProduct, func(), error) {
	dns, err := fakedns.Start("127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	if err := dns.Set(w.zone()); err != nil {
		dns.Close()
		return nil, nil, err
	}
	r, err := p.prepare(ctx, nextHop{relay: far.Addr(0), dns: dns.Addr()})
	if err != nil {
		dns.Close()
		return nil, nil, err
	}
	r.env = append(r.env, "SMTPSERVER_SMTP_PROXIES="+scaledProxy)
	return r, dns.Close, nil
}

// meter begins to count; the returned function ends it after n messages.
func (r *runningProduct) meter(ours []int) func(n int, ended time.Time) share {
	pg, redis := []int{r.system.postgres.PID()}, []int{r.system.redis.PID()}
	began, cpu := time.Now(), [3]time.Duration{proc.CPU(ours), proc.CPU(pg), proc.CPU(redis)}
	return func(n int, ended time.Time) share {
		took := ended.Sub(began).Seconds()
		return share{
			float64(n) / took, (proc.CPU(ours) - cpu[0]).Seconds() / took,
			(proc.CPU(pg) - cpu[1]).Seconds() / took, (proc.CPU(redis) - cpu[2]).Seconds() / took,
		}
	}
}

// part starts one process of a part, with addresses of its own.
func (r *runningProduct) part(ctx context.Context, name string, number int) (*proc.Process, string, error) {
	addrs, err := freeAddrs(4)
	if err != nil {
		return nil, "", err
	}
	env := append(slices.Clone(r.env), "SMTPSERVER_SMTP_ADDR="+addrs[0], "SMTPSERVER_SMTPS_ADDR="+addrs[1], "SMTPSERVER_BOUNCE_ADDR="+addrs[2], "SMTPSERVER_METRICS_ADDR="+addrs[3])
	process, err := proc.Start(proc.Command{Argv: []string{r.system.binary, name}, Env: env, Dir: r.dir, Log: filepath.Join(r.dir, fmt.Sprintf("log-%s-%d", name, number))})
	if err != nil {
		return nil, "", err
	}
	return process, addrs[0], process.Ready(ctx, func() error { return get(ctx, "http://"+addrs[3]+"/metrics") })
}

// parts starts so many processes of a part; stop ends them all.
func (r *runningProduct) parts(ctx context.Context, name string, n int) (pids []int, addrs []string, stop func() error, err error) {
	var all []*proc.Process
	stop = func() (err error) {
		for _, p := range all {
			err = errors.Join(err, p.Stop())
		}
		return err
	}
	for i := range n {
		p, addr, err := r.part(ctx, name, i)
		if p != nil {
			all = append(all, p)
		}
		if err != nil {
			return nil, nil, stop, err
		}
		pids, addrs = append(pids, p.PID()), append(addrs, addr)
	}
	return pids, addrs, stop, nil
}

func (r *runningProduct) workers(ctx context.Context, n int) (pids []int, stop func() error, err error) {
	pids, _, stop, err = r.parts(ctx, "worker", n)
	return pids, stop, err
}

// doors starts SMTP processes behind a proxy, also when there is but one.
func (r *runningProduct) doors(ctx context.Context, n int) (pids []int, addr string, stop func() error, err error) {
	pids, addrs, end, err := r.parts(ctx, "smtp", n)
	if err != nil {
		return nil, "", end, err
	}
	o := balance.Options{Addr: "127.0.0.1:0", From: scaledProxy, Every: time.Second, Announce: true}
	for _, a := range addrs {
		o.Backends = append(o.Backends, balance.Backend{Name: a, Addr: a})
	}
	b, err := balance.TCP(o)
	if err != nil {
		return nil, "", end, err
	}
	return pids, b.Addr(), func() error { return errors.Join(b.Close(), end()) }, nil
}

// scaledProxy is the address that the proxy connects from.
const scaledProxy = "127.0.0.10"
