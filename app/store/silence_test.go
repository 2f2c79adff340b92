package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/testkit/proxy"
	"smtpserver/app/testkit/services"
)

// F-21: who waits for a database that answers nothing knows within five seconds; who waits
// for one that is slow, or for somebody else's lock, may go on waiting.
func TestF21SilenceIsNotSlowness(t *testing.T) {
	t.Parallel()
	server := services.OwnPostgres(t, services.PostgresOptions{})
	url, err := server.CreateDatabase(t.Context(), "silence")
	if err != nil {
		t.Fatal(err)
	}
	direct := fmt.Sprintf("127.0.0.1:%d", server.Port())
	p := proxy.New(t, direct)
	s, err := store.Open(t.Context(), store.Options{URL: strings.Replace(url, direct, p.Addr(), 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sleep := func(seconds int) (took time.Duration, cause, err error) {
		began := time.Now()
		ctx, done := s.Attended(t.Context())
		defer done()
		err = s.SystemWrite(ctx, "take long in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec(fmt.Sprintf("SELECT pg_sleep(%d)", seconds)).Error
		})
		return time.Since(began), context.Cause(ctx), err
	}
	if took, cause, err := sleep(6); err != nil || cause != nil || took < 6*time.Second {
		t.Errorf("a slow one: %v, %v after %s", err, cause, took)
	}
	p.Set(proxy.Fault{Silent: true})
	if took, cause, err := sleep(0); err == nil || !errors.Is(cause, store.ErrSilent) || took > 5*time.Second {
		t.Errorf("a silent one: %v, %v after %s", err, cause, took)
	}
	p.Set(proxy.Fault{})
	if _, cause, err := sleep(0); err != nil || cause != nil {
		t.Errorf("one that answers again: %v, %v", err, cause)
	}
}
