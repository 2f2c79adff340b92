package proc_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtpserver/app/bench/proc"
)

func TestUsageCountsDeadChildren(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	// A child burns processor time and ends; then a file says so.
	p, err := proc.Start(proc.Command{Log: log, Env: os.Environ(), Argv: []string{"/bin/sh", "-c",
		`sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; echo done; sleep 60; :`}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	stop := proc.Watch([]int{p.PID()}, time.Millisecond)
	err = p.Ready(ctx, func() error {
		if data, err := os.ReadFile(log); err != nil || !strings.Contains(string(data), "done") {
			return errors.New("still burning")
		}
		return nil
	})
	peak := stop()
	if err != nil {
		t.Fatal(err)
	}
	if used := proc.CPU([]int{p.PID()}); used <= 0 || used > 20*time.Second {
		t.Errorf("processor time %v", used)
	}
	if peak < 10<<10 || peak > 64<<20 {
		t.Errorf("peak memory %d", peak)
	}
}

func TestReadySaysWhyAProgramEnded(t *testing.T) {
	t.Parallel()
	p, err := proc.Start(proc.Command{Log: filepath.Join(t.TempDir(), "log"), Argv: []string{"/bin/sh", "-c", "echo no such luck; exit 3"}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Ready(t.Context(), func() error { return errors.New("never") })
	if err == nil || !strings.Contains(err.Error(), "no such luck") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
}
