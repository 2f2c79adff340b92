package proc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// Command is a program to run.
type Command struct {
	Argv []string
	Env  []string // the whole environment
	Dir  string
	Log  string // file for its output, appended to
}

// Process is a running program that dies with us.
type Process struct {
	command Command
	cmd     *exec.Cmd
	done    chan struct{}
	err     error // read after done
}

// Start starts a program in a process group of its own.
func Start(c Command) (*Process, error) {
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("proc: %w", err)
	}
	cmd := exec.Command(c.Argv[0], c.Argv[1:]...) //nolint:gosec // the benchmark names the program
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.Env, c.Dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	p := &Process{command: c, cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		// The death signal belongs to the thread that forked: keep it alive.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
		}
		p.err = errors.Join(p.err, log.Close())
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("proc: %w", err)
	}
	return p, nil
}

// PID is the root of the program's process tree.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop asks with SIGTERM and, after ten seconds, ends the whole group.
func (p *Process) Stop() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("proc: %w", err)
	}
	timer := time.NewTimer(10 * time.Second)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
		return p.Kill()
	}
}

// Kill ends the whole group at once.
func (p *Process) Kill() error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := syscall.Kill(-p.PID(), syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("proc: %w", err)
	}
	<-p.done
	return nil
}

// Ready asks every few milliseconds until check succeeds, the program ends, or ctx does.
func (p *Process) Ready(ctx context.Context, check func() error) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := check()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("proc: %s ended (%w)%s", p.command.Argv[0], errors.Join(p.err, err), Tail(p.command.Log))
		case <-ctx.Done():
			return fmt.Errorf("proc: %s is not ready: %w%s", p.command.Argv[0], err, Tail(p.command.Log))
		case <-ticker.C:
		}
	}
}

// Tail returns the last lines of a log for an error message.
func Tail(path string) string {
	const most = 2000
	data, err := os.ReadFile(path) //nolint:gosec // a log that we wrote
	if err != nil || len(data) == 0 {
		return ""
	}
	return "\n" + strings.TrimSpace(string(data[max(len(data)-most, 0):]))
}
