package e2e

import (
	"context"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/config"
	"smtpserver/app/store"
)

// try fails the test for what must not fail.
func (f *field) try(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// load offers messages at a rate until the returned function is called.
func (f *field) load(rate float64) (stop func()) {
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); f.send(ctx, 1_000_000, rate) }()
	return func() {
		cancel()
		<-done
	}
}

// query reads one value from the program's database.
func (f *field) query(into any, sql string) {
	f.t.Helper()
	f.database(func(s *store.Store) {
		f.try(s.SystemRead(f.t.Context(), "look at rows in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(sql).Scan(into).Error
		}))
	})
}

// database opens the program's database beside it.
func (f *field) database(do func(*store.Store)) {
	f.t.Helper()
	c, err := config.Load(f.p.env)
	f.try(err)
	s, err := store.Open(f.t.Context(), store.Options{URL: c.DatabaseURL, MaxConns: 2})
	f.try(err)
	defer func() { f.try(s.Close()) }()
	do(s)
}

// seeded is chance that can be had again: the seed is printed, and TEST_SEED sets it.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed, err := strconv.ParseUint(os.Getenv("TEST_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("TEST_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// pause is SIGSTOP: the process keeps its connections and does nothing.
func (p *program) pause() { p.signal(syscall.SIGSTOP) }

// resume is SIGCONT.
func (p *program) resume() { p.signal(syscall.SIGCONT) }

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}
