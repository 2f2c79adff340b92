// Command runtests is `make test`: it finds or installs the programs that the
// tests drive, starts a private PostgreSQL and a private Redis, runs `go test`
// with everything required (nothing is skipped for want of a service), prints
// what failed, what was skipped and why, and stops what it started.
//
//	go run ./tools/runtests [flags of go test] [packages]
//	go run ./tools/runtests -- COMMAND [arguments]   # any program with the services around it
//
// Without packages it tests all of them; -v and -json show go test's own output.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"smtpserver/app/testkit/services"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	cancel()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		os.Exit(exit.ExitCode()) // the command has said why
	default:
		fmt.Fprintln(os.Stderr, "runtests:", err)
		os.Exit(1)
	}
}

// run prepares, runs and cleans up.
func run(ctx context.Context, args []string) (err error) {
	began := time.Now()
	if err := prepare(ctx); err != nil {
		return err
	}
	env, err := installClients(ctx)
	if err != nil {
		return err
	}
	mock, err := installStripeMock(ctx)
	if err != nil {
		return err
	}
	env = append(env, mock...)
	dir, err := os.MkdirTemp("", "smtpserver-test-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// PostgreSQL may run as another user, who must be able to pass through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	started, stop, err := startServices(ctx, dir)
	defer func() { err = errors.Join(err, stop()) }()
	if err != nil {
		return err
	}
	env = append(env, started...)
	fmt.Printf("services and clients ready after %.1f s\n", time.Since(began).Seconds())
	if len(args) > 0 && args[0] == "--" {
		return runCommand(ctx, args[1:], env)
	}
	// What a test that was interrupted leaves in its temporary folders goes with ours.
	report := filepath.Join(dir, "report")
	return runTests(ctx, args, append(env, services.EnvReport+"="+report, "TMPDIR="+dir), report)
}

// startServices starts both servers and returns the environment that names
// them. stop is never nil.
func startServices(ctx context.Context, dir string) (env []string, stop func() error, err error) {
	var stops []func() error
	stop = func() error {
		var errs []error
		for _, s := range stops {
			errs = append(errs, s())
		}
		return errors.Join(errs...)
	}
	pg, err := services.StartPostgres(ctx, services.PostgresOptions{TempDir: dir})
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, pg.Stop)
	redis, err := services.StartRedis(ctx, services.RedisOptions{TempDir: dir})
	if err != nil {
		return nil, stop, err
	}
	stops = append(stops, redis.Stop)
	chromium, err := services.FindChromium()
	if err != nil {
		return nil, stop, err
	}
	return []string{
		services.EnvPostgres + "=" + pg.URL(""),
		services.EnvPostgresAdmin + "=" + pg.AdminURL(""),
		services.EnvRedis + "=" + redis.URL(),
		services.EnvChromium + "=" + chromium,
		services.EnvRequire + "=1",
	}, stop, nil
}

// runCommand gives any program the services; bench and a developer's shell use it.
func runCommand(ctx context.Context, argv, env []string) error {
	if len(argv) == 0 {
		return errors.New("after -- comes a command")
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	interruptible(cmd)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// interruptible ends a command by SIGINT first, so that it may clean up.
func interruptible(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
}

// interruptibleGroup does the same to a command and all that it started: go test
// alone would wait for its test programs, which heard nothing.
func interruptibleGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 20 * time.Second
}
