package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/testkit/services"
)

// productSystem is our own program, as a black box: the built binary, settings
// from the environment, on SQLite with the embedded queue or on private
// PostgreSQL and Redis servers, whose cost counts as ours.
type productSystem struct {
	binary, temp string
	scaledOut    bool
	seed         Seeder

	postgres  *services.PostgresServer // started on first use
	redis     *services.RedisServer
	databases int
}

func (p *productSystem) name() string {
	if p.scaledOut {
		return "smtpserver on postgresql+redis"
	}
	return "smtpserver on sqlite"
}

func (*productSystem) peer() bool  { return false }
func (*productSystem) signs() bool { return true }

func (p *productSystem) close() error {
	var errs []error
	if p.postgres != nil {
		errs = append(errs, p.postgres.Stop())
	}
	if p.redis != nil {
		errs = append(errs, p.redis.Stop())
	}
	return errors.Join(errs...)
}

// engines returns the two addresses of a fresh, empty pair of engines.
func (p *productSystem) engines(ctx context.Context) (databaseURL, redisURL string, err error) {
	if !p.scaledOut {
		return "sqlite", "embedded", nil
	}
	if p.postgres == nil {
		if p.postgres, err = services.StartPostgres(ctx, services.PostgresOptions{TempDir: p.temp}); err != nil {
			return "", "", err
		}
	}
	if p.redis == nil {
		if p.redis, err = services.StartRedis(ctx, services.RedisOptions{TempDir: p.temp}); err != nil {
			return "", "", err
		}
	}
	p.databases++
	if databaseURL, err = p.postgres.CreateDatabase(ctx, fmt.Sprintf("bench%d", p.databases)); err != nil {
		return "", "", err
	}
	return databaseURL, p.redis.URL(), p.redis.Flush(ctx)
}

func (p *productSystem) start(ctx context.Context, next nextHop) (running, error) {
	r, err := p.prepare(ctx, next)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := r.launch(ctx); err != nil {
		return nil, errors.Join(err, r.stop())
	}
	return r, nil
}

// prepare makes fresh engines with an account in them; nothing runs yet.
func (p *productSystem) prepare(ctx context.Context, next nextHop) (_ *runningProduct, err error) {
	databaseURL, redisURL, err := p.engines(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(p.temp, "smtpserver-")
	if err != nil {
		return nil, err
	}
	r := &runningProduct{system: p, dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.stop())
		}
	}()
	if err := r.settings(databaseURL, redisURL, next); err != nil {
		return nil, err
	}
	migrate := exec.CommandContext(ctx, p.binary, "migrate", "up") //nolint:gosec // the binary that we measure
	migrate.Env, migrate.Dir = r.env, dir
	if out, err := migrate.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrate up: %w\n%s", err, out)
	}
	username, password, from, err := p.seed(ctx, databaseURL, r.dataDir())
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	r.submission.username, r.submission.password, r.submission.from = username, password, from
	if next.waiting > 0 {
		err = fillWaiting(ctx, databaseURL, r.dataDir(), next.waiting)
	}
	return r, err
}

// launch starts the program and waits until it calls itself ready.
func (r *runningProduct) launch(ctx context.Context) (err error) {
	r.process, err = proc.Start(proc.Command{Argv: []string{r.system.binary, "serve"}, Env: r.env, Dir: r.dir, Log: r.logPath()})
	if err != nil {
		return err
	}
	return r.process.Ready(ctx, func() error { return ready(ctx, r.web) })
}

// ready asks the program itself.
func ready(ctx context.Context, addr string) error { return get(ctx, "http://"+addr+"/readyz") }

// get fails unless an address answers well.
func get(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	if err := response.Body.Close(); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", request.URL.Path, response.Status)
	}
	return nil
}

type runningProduct struct {
	system     *productSystem
	dir, web   string
	sealed     string // the door with implicit TLS
	env        []string
	submission target
	process    *proc.Process
}

func (r *runningProduct) dataDir() string { return filepath.Join(r.dir, "data") }
func (r *runningProduct) logPath() string { return filepath.Join(r.dir, "log") }

// settings are the defaults, except for addresses, engines and where mail goes.
func (r *runningProduct) settings(databaseURL, redisURL string, next nextHop) error {
	addrs, err := freeAddrs(5)
	if err != nil {
		return err
	}
	r.submission.addr, r.web, r.sealed = addrs[0], addrs[1], addrs[2]
	for _, setting := range os.Environ() { // a developer's settings are not the defaults
		name, _, _ := strings.Cut(setting, "=")
		if !strings.HasPrefix(name, "SMTPSERVER_") && name != "DATABASE_URL" && name != "REDIS_URL" {
			r.env = append(r.env, setting)
		}
	}
	r.env = append(r.env,
		"SMTPSERVER_SMTP_ADDR="+addrs[0], "SMTPSERVER_WEB_ADDR="+addrs[1], "SMTPSERVER_SMTPS_ADDR="+addrs[2],
		"SMTPSERVER_BOUNCE_ADDR="+addrs[3], "SMTPSERVER_METRICS_ADDR="+addrs[4],
		"SMTPSERVER_PUBLIC_URL=http://"+addrs[1], "SMTPSERVER_MAIL_HOSTNAME=smtpserver.bench.example",
		"SMTPSERVER_DATA_DIR="+r.dataDir(), "DATABASE_URL="+databaseURL, "REDIS_URL="+redisURL,
		"SMTPSERVER_SMTP_SESSIONS_PER_IP=1000", "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true",
	)
	if next.dns == "" {
		r.env = append(r.env, "SMTPSERVER_DELIVERY=smarthost", "SMTPSERVER_SMARTHOST_URL=smtp://"+next.relay)
		return nil
	}
	_, port, err := net.SplitHostPort(next.relay)
	r.env = append(r.env, "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER="+next.dns, "SMTPSERVER_MX_PORT="+port)
	return err
}

// freeAddrs finds n ports at once, so that they differ.
func freeAddrs(n int) (addrs []string, err error) {
	for range n {
		listener, lerr := net.Listen("tcp", "127.0.0.1:0")
		if lerr != nil {
			return nil, errors.Join(err, lerr)
		}
		defer func() { err = errors.Join(err, listener.Close()) }()
		addrs = append(addrs, listener.Addr().String())
	}
	return addrs, nil
}

func (r *runningProduct) target() target { return r.submission }
func (r *runningProduct) log() string    { return proc.Tail(r.logPath()) }

func (r *runningProduct) roots() []int {
	roots := []int{r.process.PID()}
	if r.system.scaledOut {
		roots = append(roots, r.system.postgres.PID(), r.system.redis.PID())
	}
	return roots
}

func (r *runningProduct) stop() error {
	var err error
	if r.process != nil {
		err = r.process.Stop()
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}
