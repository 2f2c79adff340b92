package services

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// redisDatabases is how many tests can have a database of their own on one server.
const redisDatabases = 1024

// RedisOptions configures StartRedis; the zero value is right for tests.
type RedisOptions struct {
	// Settings win over the defaults, for example {"maxmemory-policy": "allkeys-lru"}
	// to show that the product refuses it (F-16).
	Settings map[string]string
	// TempDir is where the data directory is made; empty means the system's.
	TempDir string
}

// RedisServer is a private Redis server with an append-only file and no eviction, as
// production must have it. Methods are for one goroutine, except URL.
type RedisServer struct {
	bin, dir string
	port     int
	settings map[string]string
	proc     *process
}

// StartRedis starts a fresh server; ctx bounds the start only. Call Stop.
func StartRedis(ctx context.Context, o RedisOptions) (_ *RedisServer, err error) {
	bin, err := Find("redis-server")
	if err != nil {
		return nil, fmt.Errorf("%w (Debian package: redis-server)", err)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.TempDir, "redis-")
	if err != nil {
		return nil, fmt.Errorf("services: %w", err)
	}
	r := &RedisServer{bin: bin, dir: dir, port: port, settings: o.Settings}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Stop())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return r, r.Start(ctx)
}

func (r *RedisServer) argv() []string {
	settings := [][2]string{
		{"bind", "127.0.0.1"}, {"port", strconv.Itoa(r.port)}, {"dir", r.dir},
		{"databases", strconv.Itoa(redisDatabases)}, {"daemonize", "no"},
		{"appendonly", "yes"}, {"appendfsync", "everysec"}, {"maxmemory-policy", "noeviction"},
	}
	argv := []string{r.bin}
	for _, s := range settings {
		if _, replaced := r.settings[s[0]]; !replaced {
			argv = append(argv, "--"+s[0], s[1])
		}
	}
	for name, value := range r.settings {
		argv = append(argv, "--"+name, value)
	}
	return argv
}

func (r *RedisServer) logPath() string { return filepath.Join(r.dir, "log") }

// Start starts a server that Kill ended, on the same port and data.
func (r *RedisServer) Start(ctx context.Context) error {
	if r.proc != nil && !r.proc.exited() {
		return errors.New("services: Redis is running already")
	}
	proc, err := startProcess(r.argv(), r.dir, r.logPath(), nil, syscall.SIGKILL)
	if err != nil {
		return err
	}
	r.proc = proc
	ready := func() error { _, err := r.Do(ctx, "PING"); return err }
	if err := proc.waitReady(ctx, ready); err != nil {
		return fmt.Errorf("services: Redis did not start: %w\n%s", err, tail(r.logPath()))
	}
	return nil
}

// URL connects to database 0 of this server.
func (r *RedisServer) URL() string { return fmt.Sprintf("redis://127.0.0.1:%d/0", r.port) }

// Addr is host:port. It stays the same over restarts.
func (r *RedisServer) Addr() string { return fmt.Sprintf("127.0.0.1:%d", r.port) }

// PID is the server's process id.
func (r *RedisServer) PID() int { return r.proc.pid() }

// Kill ends the server with SIGKILL. Start brings it back with what its
// append-only file held, Lose without.
func (r *RedisServer) Kill() error { return r.proc.kill() }

// Lose removes the data of a killed server, as a lost disk would.
func (r *RedisServer) Lose() error {
	if !r.proc.exited() {
		return errors.New("services: Redis is running: Kill it first, or Flush it")
	}
	return errors.Join(os.RemoveAll(filepath.Join(r.dir, "appendonlydir")),
		os.RemoveAll(filepath.Join(r.dir, "dump.rdb")))
}

// Flush removes every key of every database of the running server.
func (r *RedisServer) Flush(ctx context.Context) error {
	_, err := r.Do(ctx, "FLUSHALL")
	return err
}

// Restart ends the server in order and starts it again.
func (r *RedisServer) Restart(ctx context.Context) error {
	if err := r.proc.stop(ctx, syscall.SIGTERM); err != nil {
		return err
	}
	return r.Start(ctx)
}

// Pause freezes the server: connections stay open and nothing answers.
func (r *RedisServer) Pause() error { return r.proc.pause() }

// Resume ends a Pause.
func (r *RedisServer) Resume() error { return r.proc.resume() }

// Stop ends the server and removes its files. It may be called twice.
func (r *RedisServer) Stop() error {
	var err error
	if r.proc != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		err = r.proc.stop(ctx, syscall.SIGTERM)
	}
	return errors.Join(err, os.RemoveAll(r.dir))
}

// Do runs commands without spaces or binary in their words on one connection
// and returns the last reply's first line, without its type mark.
func (r *RedisServer) Do(ctx context.Context, commands ...string) (string, error) {
	return redisDo(ctx, r.Addr(), commands...)
}

func redisDo(ctx context.Context, addr string, commands ...string) (line string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", fmt.Errorf("services: redis: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", fmt.Errorf("services: redis: %w", err)
		}
	}
	in := bufio.NewReader(conn)
	for _, command := range commands {
		if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
			return "", fmt.Errorf("services: redis %s: %w", command, err)
		}
		if line, err = in.ReadString('\n'); err != nil {
			return "", fmt.Errorf("services: redis %s: %w", command, err)
		}
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "-") {
			return "", fmt.Errorf("services: redis %s: %s", command, line[1:])
		}
		if strings.HasPrefix(line, "$") { // a bulk string: its content is the next line
			if line, err = in.ReadString('\n'); err != nil {
				return "", fmt.Errorf("services: redis %s: %w", command, err)
			}
			line = " " + strings.TrimRight(line, "\r\n")
		}
	}
	return strings.TrimLeft(line, "+: "), nil
}
