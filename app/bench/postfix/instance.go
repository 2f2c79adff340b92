package postfix

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/throwaway"
)

// Options says what to run.
type Options struct {
	Relay string // host:port that everything is sent to
	Sign  bool   // with OpenDKIM, RSA-2048, through a milter
	From  string // domain to sign for
	Quiet bool   // no log of its own: what it says goes to the system's log, if there is one
	Cache string // folder for unpacked packages
	Temp  string // folder for the instance; empty means the system's
}

// Instance is a running Postfix.
type Instance struct {
	options            Options
	root, dir, addr    string
	identity           identity
	auth               *passwords
	signer             *signer
	master             *proc.Process
	username, password string
}

// Start unpacks, configures and starts Postfix; ctx bounds the start. Call Stop.
func Start(ctx context.Context, o Options) (_ *Instance, err error) {
	if os.Getuid() != 0 {
		return nil, fmt.Errorf("postfix: its master process runs as root only: %w", ErrUnavailable)
	}
	i := &Instance{options: o, username: "bench", password: "correct-horse"}
	if i.identity, err = findIdentity(); err != nil {
		return nil, err
	}
	if i.root, err = unpack(ctx, o.Cache, "postfix"); err != nil {
		return nil, err
	}
	if err := linked(ctx, filepath.Join(i.root, "usr/lib/postfix/sbin/smtpd"), i.libraries()); err != nil {
		return nil, err
	}
	if i.dir, err = os.MkdirTemp(o.Temp, "postfix-"); err != nil {
		return nil, fmt.Errorf("postfix: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, i.Stop())
		}
	}()
	if i.addr, err = freeAddr(); err != nil {
		return nil, err
	}
	if err := i.lay(); err != nil {
		return nil, fmt.Errorf("postfix: %w", err)
	}
	if i.auth, err = startPasswords(i.path("auth"), i.username, i.password); err != nil {
		return nil, err
	}
	if o.Sign {
		if i.signer, err = startSigner(ctx, i); err != nil {
			return nil, err
		}
	}
	return i, i.run(ctx)
}

func (i *Instance) path(name string) string { return filepath.Join(i.dir, name) }
func (i *Instance) libraries() string       { return filepath.Join(i.root, "usr/lib/postfix") }

// freeAddr finds a port below those that outgoing connections use.
func freeAddr() (string, error) {
	for port := 27000; port < 31000; port++ {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		listener, err := net.Listen("tcp", addr)
		if err == nil {
			return addr, listener.Close()
		}
	}
	return "", errors.New("postfix: no free port")
}

// lay makes the directories, as post-install would, and the configuration.
func (i *Instance) lay() error {
	if err := os.Chmod(i.dir, 0o755); err != nil { //nolint:gosec // the owner of the queue passes through
		return err
	}
	for _, d := range []struct {
		name     string
		uid, gid int
		mode     os.FileMode
	}{
		{"conf", 0, 0, 0o755},
		{"data", i.identity.uid, i.identity.gid, 0o700},
		{"queue", 0, 0, 0o755},
		{"queue/pid", 0, 0, 0o755},
		{"queue/public", i.identity.uid, i.identity.dropGID, 0o710},
		{"queue/maildrop", i.identity.uid, i.identity.dropGID, 0o730},
		{"queue/active", i.identity.uid, 0, 0o700},
		{"queue/bounce", i.identity.uid, 0, 0o700},
		{"queue/corrupt", i.identity.uid, 0, 0o700},
		{"queue/defer", i.identity.uid, 0, 0o700},
		{"queue/deferred", i.identity.uid, 0, 0o700},
		{"queue/flush", i.identity.uid, 0, 0o700},
		{"queue/hold", i.identity.uid, 0, 0o700},
		{"queue/incoming", i.identity.uid, 0, 0o700},
		{"queue/private", i.identity.uid, 0, 0o700},
		{"queue/saved", i.identity.uid, 0, 0o700},
		{"queue/trace", i.identity.uid, 0, 0o700},
	} {
		path := i.path(d.name)
		if err := errors.Join(os.Mkdir(path, d.mode), os.Chown(path, d.uid, d.gid), os.Chmod(path, d.mode)); err != nil {
			return err
		}
	}
	cert, key, err := throwaway.Certificate()
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(i.path("cert.pem"), cert, 0o600), os.WriteFile(i.path("key.pem"), key, 0o600))
}

func (i *Instance) run(ctx context.Context) (err error) {
	for name, text := range map[string]string{"main.cf": i.mainCF(), "master.cf": i.masterCF()} {
		if err := os.WriteFile(i.path("conf/"+name), []byte(text), 0o644); err != nil { //nolint:gosec // read by the owner of the queue
			return fmt.Errorf("postfix: %w", err)
		}
	}
	i.master, err = proc.Start(proc.Command{
		Argv: []string{filepath.Join(i.root, "usr/lib/postfix/sbin/master"), "-c", i.path("conf"), "-d"},
		Env:  []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LD_LIBRARY_PATH=" + i.libraries(), "MAIL_CONFIG=" + i.path("conf")},
		Dir:  i.path("queue"), Log: i.path("output"),
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	err = i.master.Ready(ctx, func() error { return greets(i.addr) })
	if err != nil {
		return fmt.Errorf("%w%s", err, proc.Tail(i.path("log")))
	}
	return nil
}

// greets tells whether an SMTP server says hello there.
func greets(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // only looked at
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	greeting := make([]byte, 4)
	if _, err := conn.Read(greeting); err != nil {
		return err
	}
	if string(greeting) != "220 " {
		return fmt.Errorf("postfix: greeting begins with %q", greeting)
	}
	return nil
}

// Addr is where it takes submissions: STARTTLS and AUTH PLAIN are required.
func (i *Instance) Addr() string { return i.addr }

// Credentials of its one user.
func (i *Instance) Credentials() (username, password string) { return i.username, i.password }

// Roots are the processes whose trees make up the server.
func (i *Instance) Roots() []int {
	roots := []int{i.master.PID()}
	if i.signer != nil {
		roots = append(roots, i.signer.process.PID())
	}
	return roots
}

// Log returns the end of its mail log.
func (i *Instance) Log() string { return proc.Tail(i.path("log")) }

// Stop ends it and removes its files.
func (i *Instance) Stop() error {
	var errs []error
	if i.master != nil {
		errs = append(errs, i.master.Stop())
	}
	if i.signer != nil {
		// It has nothing to save, and libmilter looks for signals every five seconds only.
		errs = append(errs, i.signer.process.Kill())
	}
	if i.auth != nil {
		errs = append(errs, i.auth.close())
	}
	return errors.Join(append(errs, os.RemoveAll(i.dir))...)
}
