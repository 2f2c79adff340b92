package services

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

const killTimeout = 10 * time.Second

// process is one child that we own: started in a process group of its own, so
// that a Ctrl-C in the terminal reaches us first, and waited for exactly once.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the child was reaped
	err  error         // of Wait; read after done

	mu     sync.Mutex
	paused bool
}

// startProcess starts argv with its output appended to logPath.
func startProcess(argv []string, dir, logPath string, as *syscall.Credential, death syscall.Signal) (*process, error) {
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("services: open log: %w", err)
	}
	p := &process{cmd: command(argv, dir, as), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr.Setpgid = true
	dieWithParent(p.cmd.SysProcAttr, death)

	started := make(chan error, 1)
	go func() {
		// The death signal belongs to the thread that forked: keep that thread
		// alive, and ours, until the child is gone.
		runtime.LockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
		}
		if cerr := log.Close(); cerr != nil && p.err == nil {
			p.err = cerr
		}
		close(p.done)
		runtime.UnlockOSThread()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("services: start %s: %w", argv[0], err)
	}
	return p, nil
}

// command prepares argv to run in dir under another user, or our own for nil.
func command(argv []string, dir string, as *syscall.Credential) *exec.Cmd {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir // ours may be closed to the other user
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC", "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	return cmd
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// signal sends sig to the child; a child that is gone already is no error.
func (p *process) signal(sig syscall.Signal) error {
	if p.exited() {
		return nil
	}
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("services: signal %d: %w", p.pid(), err)
	}
	return nil
}

// stop signals and waits; when ctx ends first it kills the child and its children.
func (p *process) stop(ctx context.Context, sig syscall.Signal) error {
	if err := errors.Join(p.resume(), p.signal(sig)); err != nil {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("services: process %d ignored %s: %w", p.pid(), sig, ctx.Err()), p.kill())
	}
}

// kill ends the child and everything below it with SIGKILL. The child is frozen
// first, so that it starts nothing between our look at its children and the kill.
func (p *process) kill() error {
	if err := p.signal(syscall.SIGSTOP); err != nil || p.exited() {
		return err
	}
	tree := family(p.pid())
	for _, pid := range tree {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("services: kill %d: %w", pid, err)
		}
	}
	<-p.done
	// Its children are not ours to wait for, yet PostgreSQL starts again only
	// when the last of them let go of the shared memory.
	deadline := time.Now().Add(killTimeout)
	for _, pid := range tree[1:] {
		for running(pid) {
			if time.Now().After(deadline) {
				return fmt.Errorf("services: process %d survived SIGKILL for %s", pid, killTimeout)
			}
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// pause freezes the whole tree: it keeps its connections open and answers nothing.
func (p *process) pause() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.paused = true
	return p.signalTree(syscall.SIGSTOP)
}

// resume thaws what pause froze.
func (p *process) resume() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.paused {
		return nil
	}
	p.paused = false
	return p.signalTree(syscall.SIGCONT)
}

func (p *process) signalTree(sig syscall.Signal) error {
	if p.exited() {
		return nil
	}
	for _, pid := range family(p.pid()) {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("services: signal %d: %w", pid, err)
		}
	}
	return nil
}

// tail is the end of a log, for error texts.
func tail(path string) string {
	data, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// waitReady asks again until the child answers, ends, or ctx does.
func (p *process) waitReady(ctx context.Context, ready func() error) error {
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("it exited: %w", errors.Join(p.err, err))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
