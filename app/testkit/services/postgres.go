package services

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// AppRole is the role that the product connects as: no superuser and no bypass
// of row-level security, for a superuser would walk through the wall that the
// tests are about (M-07). It may create databases, which tests need.
const AppRole = "smtpserver"

// AdminRole is the superuser of a server that we started.
const AdminRole = "postgres"

const (
	startTimeout = 60 * time.Second
	stopTimeout  = 20 * time.Second
)

// PostgresOptions configures StartPostgres; the zero value is right for tests.
type PostgresOptions struct {
	// Settings are added to postgresql.conf and win over the defaults.
	Settings map[string]string
	// TempDir is where the data directory is made; empty means the system's.
	TempDir string
}

// PostgresServer is a private PostgreSQL server with durable commits.
// Methods are for one goroutine, except URL and AdminURL.
type PostgresServer struct {
	bin, dir string
	port     int
	as       *syscall.Credential
	proc     *process
}

// ShutdownMode says how Restart ends the running server.
type ShutdownMode syscall.Signal

// PostgreSQL's shutdown modes.
const (
	Smart     = ShutdownMode(syscall.SIGTERM) // waits for clients to leave
	Fast      = ShutdownMode(syscall.SIGINT)  // rolls back and disconnects
	Immediate = ShutdownMode(syscall.SIGQUIT) // as a crash: recovery on start
)

// StartPostgres makes a fresh cluster and starts it; ctx bounds the start only.
// Call Stop. As root the server runs as postgres or nobody, since it refuses root.
func StartPostgres(ctx context.Context, o PostgresOptions) (_ *PostgresServer, err error) {
	bin, err := FindPostgres()
	if err != nil {
		return nil, err
	}
	as, err := unprivileged()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.TempDir, "pg-")
	if err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	p := &PostgresServer{bin: bin, dir: dir, as: as}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Stop())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := p.init(o.Settings); err != nil {
		return nil, err
	}
	if err := p.Start(ctx); err != nil {
		return nil, err
	}
	return p, p.createRole(ctx)
}

// unprivileged is the user to run as when we are root.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uerr, gerr); err != nil {
			return nil, fmt.Errorf("services: user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("services: PostgreSQL does not run as root, and there is no user postgres or nobody")
}

func (p *PostgresServer) data() string    { return filepath.Join(p.dir, "data") }
func (p *PostgresServer) logPath() string { return filepath.Join(p.dir, "log") }

// init makes the cluster and its settings.
func (p *PostgresServer) init(extra map[string]string) error {
	if p.as != nil {
		if err := os.Chown(p.dir, int(p.as.Uid), int(p.as.Gid)); err != nil {
			return fmt.Errorf("services: %w", err)
		}
	}
	cmd := command([]string{
		filepath.Join(p.bin, "initdb"), "--pgdata", p.data(), "--username", AdminRole,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync",
	}, p.dir, p.as)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("services: initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	p.port = port
	settings := map[string]string{
		"listen_addresses": "127.0.0.1",
		"port":             strconv.Itoa(port),
		// The socket must not be in a shared folder, nor its path longer than 107 octets.
		"unix_socket_directories": p.dir,
		"max_connections":         "200",
		"fsync":                   "on", // what is tested must be what is promised
		"synchronous_commit":      "on",
		"full_page_writes":        "on",
		"timezone":                "UTC",
		"log_line_prefix":         "%m [%p] %d ",
	}
	maps.Copy(settings, extra)
	return p.writeSettings(settings)
}

func (p *PostgresServer) writeSettings(settings map[string]string) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&b, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	path := filepath.Join(p.data(), "postgresql.auto.conf") // read last, so it wins
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("services: %w", err)
	}
	return nil
}

// Start starts a server that Kill ended, on the same port and data, and waits
// until it answers.
func (p *PostgresServer) Start(ctx context.Context) error {
	if p.proc != nil && !p.proc.exited() {
		return errors.New("services: PostgreSQL is running already")
	}
	proc, err := startProcess([]string{filepath.Join(p.bin, "postgres"), "-D", p.data()},
		p.dir, p.logPath(), p.as, syscall.SIGQUIT)
	if err != nil {
		return err
	}
	p.proc = proc
	return p.waitReady(ctx)
}

func (p *PostgresServer) waitReady(ctx context.Context) error {
	ready := func() error {
		c, err := pgx.Connect(ctx, p.AdminURL("postgres"))
		if err != nil {
			return err
		}
		return c.Close(ctx)
	}
	if err := p.proc.waitReady(ctx, ready); err != nil {
		return fmt.Errorf("services: PostgreSQL did not start: %w\n%s", err, tail(p.logPath()))
	}
	return nil
}

func (p *PostgresServer) createRole(ctx context.Context) error {
	return p.Exec(ctx, "CREATE ROLE "+AppRole+" LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB NOCREATEROLE",
		"CREATE DATABASE "+AppRole+" OWNER "+AppRole)
}

// Exec runs statements as the superuser, one by one.
func (p *PostgresServer) Exec(ctx context.Context, statements ...string) error {
	return execAll(ctx, p.AdminURL("postgres"), statements...)
}

// CreateDatabase makes an empty database that belongs to AppRole and returns its URL.
func (p *PostgresServer) CreateDatabase(ctx context.Context, name string) (string, error) {
	quoted := pgx.Identifier{name}.Sanitize()
	if err := p.Exec(ctx, "CREATE DATABASE "+quoted+" OWNER "+AppRole); err != nil {
		return "", err
	}
	return p.URL(name), nil
}

// URL is how the product connects to a database of this server. The empty name
// is the database that AppRole owns from the start.
func (p *PostgresServer) URL(database string) string { return p.url(AppRole, database) }

// AdminURL connects as the superuser: for looking at and breaking things.
func (p *PostgresServer) AdminURL(database string) string { return p.url(AdminRole, database) }

func (p *PostgresServer) url(role, database string) string {
	if database == "" {
		database = AppRole
	}
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/%s?sslmode=disable", role, p.port, database)
}

// PID is the postmaster's process id.
func (p *PostgresServer) PID() int { return p.proc.pid() }

// Port is where it listens, on 127.0.0.1. It stays the same over restarts.
func (p *PostgresServer) Port() int { return p.port }

// Log is what the server has written so far.
func (p *PostgresServer) Log() (string, error) {
	data, err := os.ReadFile(p.logPath())
	if err != nil {
		return "", fmt.Errorf("services: %w", err)
	}
	return string(data), nil
}

// Restart ends the server in the given mode and starts it again.
func (p *PostgresServer) Restart(ctx context.Context, mode ShutdownMode) error {
	if err := p.proc.stop(ctx, syscall.Signal(mode)); err != nil {
		return err
	}
	return p.Start(ctx)
}

// Kill ends the postmaster and every backend with SIGKILL, as a power cut would.
// Start brings it back through crash recovery.
func (p *PostgresServer) Kill() error { return p.proc.kill() }

// Pause freezes the server: connections stay open and nothing answers (F-21).
func (p *PostgresServer) Pause() error { return p.proc.pause() }

// Resume ends a Pause.
func (p *PostgresServer) Resume() error { return p.proc.resume() }

// Stop ends the server and removes its files. It may be called twice.
func (p *PostgresServer) Stop() error {
	var err error
	if p.proc != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err = p.proc.stop(ctx, syscall.SIGINT)
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}

func execAll(ctx context.Context, url string, statements ...string) (err error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("services: %w", err)
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	for _, s := range statements {
		if _, err := c.Exec(ctx, s); err != nil {
			return fmt.Errorf("services: %s: %w", s, err)
		}
	}
	return nil
}
