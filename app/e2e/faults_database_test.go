package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"smtpserver/app/testkit/proxy"
	"smtpserver/app/testkit/services"
)

// ownDatabase is a ground on a PostgreSQL of its own, reached through a proxy.
func ownDatabase(t *testing.T) (*field, *services.PostgresServer, *proxy.Proxy) {
	t.Helper()
	pg := services.OwnPostgres(t, services.PostgresOptions{})
	url, err := pg.CreateDatabase(t.Context(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	direct := fmt.Sprintf("127.0.0.1:%d", pg.Port())
	p := proxy.New(t, direct)
	f := newField(t, []string{"DATABASE_URL=" + strings.Replace(url, direct, p.Addr(), 1), "REDIS_URL=" + services.Redis(t)})
	f.p.start()
	return f, pg, p
}

// F-20: backends are ended one by one, as an administrator or the out-of-memory killer does.
func TestF20BackendsTerminated(t *testing.T) {
	t.Parallel()
	f, pg, _ := ownDatabase(t)
	stop := f.load(100)
	for range rounds(5, 30) {
		time.Sleep(300 * time.Millisecond)
		f.try(pg.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'smtpserver' AND random() < 0.5"))
	}
	stop()
	f.judge("backends terminated", f.settle(60*time.Second))
}

// F-21: the database is silent for a while, then back. A client hears 451 within five
// seconds instead of waiting for ever, and nothing is taken twice.
func TestF21DatabaseSilent(t *testing.T) {
	t.Parallel()
	f, _, p := ownDatabase(t)
	f.send(t.Context(), 20, 0)
	before := len(f.entries())
	p.Set(proxy.Fault{Silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rounds(12, 60))*time.Second)
	defer cancel()
	f.send(ctx, 1_000_000, 20)
	p.Set(proxy.Fault{})
	longest := time.Duration(0)
	for _, e := range f.entries()[before:] {
		longest = max(longest, e.End.Sub(e.Start))
		if e.Code == 250 || e.Code >= 500 {
			t.Errorf("answered %d %s", e.Code, e.Text)
		}
	}
	t.Logf("the longest answer took %s", longest.Round(time.Millisecond))
	if longest > 6*time.Second { // five, and what a busy machine adds
		t.Errorf("an answer took %s", longest)
	}
	recovered := time.Now()
	f.until("mail is taken again", 30*time.Second, func() bool {
		f.send(t.Context(), 1, 0)
		last := f.entries()
		return last[len(last)-1].Code == 250
	})
	t.Logf("mail is taken again after %s", time.Since(recovered).Round(time.Millisecond))
	f.judge("the database was silent", f.settle(90*time.Second))
}

// F-21: somebody holds a lock on the table. 451 comes when the lock's time is over.
func TestF21TableLocked(t *testing.T) {
	t.Parallel()
	f, pg, _ := ownDatabase(t)
	f.send(t.Context(), 20, 0)
	c, err := pgx.Connect(t.Context(), pg.AdminURL("faults"))
	f.try(err)
	defer func() { _ = c.Close(context.Background()) }()
	tx, err := c.Begin(t.Context())
	f.try(err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE")
	f.try(err)
	before := len(f.entries())
	f.send(t.Context(), 8, 0) // one per connection: all meet the lock
	f.try(tx.Rollback(t.Context()))
	for _, e := range f.entries()[before:] {
		if took := e.End.Sub(e.Start); e.Code != 451 || took > 12*time.Second {
			t.Errorf("answered %d after %s: %s", e.Code, took, e.Text)
		}
	}
	f.send(t.Context(), 20, 0)
	f.judge("the table was locked", f.settle(60*time.Second))
}
