package message_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
)

func exec(t *testing.T, s *store.Store, sql string, args ...any) {
	t.Helper()
	err := s.SystemWrite(t.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		t.Fatal(err)
	}
}

// A content comes back octet for octet, packed or not; one that the disk damaged is
// gone, and one of a newer program is an error.
func TestContentsComeBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		random := make([]byte, 50_000)
		if _, err := rand.Read(random); err != nil {
			t.Fatal(err)
		}
		archive := message.NewArchive(s)
		for name, content := range map[string][]byte{
			"small": []byte("Subject: x\r\n\r\nHello\r\n"), "text": []byte(strings.Repeat("Dear reader, here is the news.\r\n", 4000)), "random": random,
		} {
			n := seed.NewMessage(s, a, message.Transactional, "r@one.example")
			n.Body.Content = bytes.Clone(content)
			n.Body.Pack()
			if packed := n.Body.Encoding != ""; packed != (name == "text") || packed && len(n.Body.Content) > len(content)/10 {
				t.Errorf("%s: %d octets are stored as %d", name, len(content), len(n.Body.Content))
			}
			if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
				t.Fatal(err)
			}
			read := func() ([]byte, error) { return archive.Content(t.Context(), a.Scope, n.Message.ID) }
			if got, err := read(); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: %d octets came back, %v", name, len(got), err)
			}
			if name != "text" {
				continue
			}
			exec(t, s, "UPDATE message_bodies SET content = ? WHERE message_id = ?", n.Body.Content[:len(n.Body.Content)-5], n.Message.ID)
			if got, err := read(); err != nil || got != nil {
				t.Errorf("a damaged content: %d octets, %v", len(got), err)
			}
			exec(t, s, "UPDATE message_bodies SET encoding = 'newer' WHERE message_id = ?", n.Message.ID)
			if _, err := read(); err == nil {
				t.Error("an unknown encoding was read")
			}
		}
	})
}

// Contents go when the plan's days after the last delivery are over, the account's own
// days before the installation's; what waits keeps its content, however old.
func TestContentsAreRemovedAsThePlanSays(t *testing.T) {
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(time.Now())
			s := open(t, c)
			a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
			exec(t, s, "UPDATE accounts SET content_days = 7 WHERE account_id = ?", b.ID)
			ids := map[string]*message.New{}
			for _, name := range []string{"ended", "waiting", "held", "partly"} {
				for owner, account := range map[string]seed.Account{"alpha": a, "beta": b} {
					n := seed.NewMessage(s, account, message.Transactional, "r1@one.example", "r2@one.example")
					now := c.Now()
					for i := range n.Deliveries {
						d := &n.Deliveries[i]
						switch {
						case name == "held":
							d.State = message.Held
						case name == "ended", name == "partly" && i == 0:
							d.State, d.FinalAt = message.Delivered, &now
						}
					}
					if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
						t.Fatal(err)
					}
					ids[owner+" "+name] = n
				}
			}
			kept := func() (all []string) {
				t.Helper()
				if _, err := message.RemoveContents(t.Context(), s, 30, 0); err != nil {
					t.Fatal(err)
				}
				for name, n := range ids {
					scope := a.Scope
					if strings.HasPrefix(name, "beta") {
						scope = b.Scope
					}
					archive := message.NewArchive(s)
					content, err := archive.Content(t.Context(), scope, n.Message.ID)
					if err != nil {
						t.Fatal(err)
					}
					d, err := archive.Show(t.Context(), scope, n.Message.ID)
					if err != nil || (content == nil) != (d.Message.ContentRemovedAt != nil) {
						t.Errorf("%s: content %v, removed at %v, %v", name, content != nil, d.Message.ContentRemovedAt, err)
					}
					if content != nil {
						all = append(all, name)
					}
				}
				return all
			}
			c.Advance(6 * 24 * time.Hour)
			if got := kept(); len(got) != 8 {
				t.Errorf("after 6 days are kept %q", got)
			}
			c.Advance(2 * 24 * time.Hour)
			if got := kept(); len(got) != 7 {
				t.Errorf("after beta's days are kept %q", got)
			}
			c.Advance(23 * 24 * time.Hour)
			if got := kept(); len(got) != 6 {
				t.Errorf("after alpha's days are kept %q", got)
			}
			late := ids["alpha partly"].Message.ID
			exec(t, s, "UPDATE deliveries SET final_at = ?, state = 'delivered' WHERE recipient = 'r2@one.example' AND message_id = ?", c.Now().AddDate(0, 0, -29), late)
			if got := kept(); len(got) != 6 {
				t.Errorf("before the last delivery's days are over are kept %q", got)
			}
			exec(t, s, "UPDATE deliveries SET final_at = ? WHERE message_id = ?", c.Now().AddDate(0, 0, -31), late)
			if got := kept(); len(got) != 5 {
				t.Errorf("after the last delivery's days are kept %q", got)
			}
			if days, err := message.NewArchive(s).Keeping(14).ContentDays(t.Context(), a.Scope); days != 14 || err != nil {
				t.Errorf("alpha keeps %d days, %v", days, err)
			}
			if days, err := message.NewArchive(s).Keeping(14).ContentDays(t.Context(), b.Scope); days != 7 || err != nil {
				t.Errorf("beta keeps %d days, %v", days, err)
			}
		})
	}
}

// What is removed is room on the disk again (F-23): the embedded database's file shrinks.
func TestRemovedContentsFreeTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shrink.db")
	c := clock.NewFake(time.Now())
	s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := seed.NewAccount(t, s, "Alpha")
	all := make([]*message.New, 300)
	for i := range all {
		all[i] = seed.NewMessage(s, a, message.Transactional, "r@one.example")
		all[i].Body.Content = make([]byte, 100_000)
		now := s.Now()
		all[i].Deliveries[0].State, all[i].Deliveries[0].FinalAt = message.Delivered, &now
	}
	if err := message.Insert(t.Context(), s, all); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		t.Helper()
		if err := s.Checkpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	full := size()
	c.Advance(31 * 24 * time.Hour)
	if n, err := message.RemoveContents(t.Context(), s, 30, 0); n != 300 || err != nil {
		t.Fatal(n, err)
	}
	if rest := size(); full < 30_000_000 || rest > full/5 {
		t.Errorf("the file had %d octets and has %d", full, rest)
	}
}

// PostgreSQL's files keep their size, but autovacuum, as the table is tuned, makes the room
// of what was removed usable again: a month later it is hardly larger than after the first.
func TestRemovedContentsAreReusedOnPostgres(t *testing.T) {
	t.Parallel()
	server := services.OwnPostgres(t, services.PostgresOptions{Settings: map[string]string{"autovacuum": "on", "autovacuum_naptime": "1s"}})
	url, err := server.CreateDatabase(t.Context(), "retention")
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewFake(time.Now())
	s, err := store.Open(t.Context(), store.Options{URL: url, Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := seed.NewAccount(t, s, "Alpha")
	measure := func(sql string) (n int64) {
		t.Helper()
		err := s.SystemRead(t.Context(), "measure in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql).Scan(&n).Error })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	const (
		size     = "SELECT pg_total_relation_size('message_bodies')"
		vacuumed = `SELECT autovacuum_count FROM pg_stat_all_tables WHERE relid = (SELECT reltoastrelid FROM pg_class WHERE relname = 'message_bodies')`
	)
	var first int64
	for month := range 3 {
		all := make([]*message.New, 300)
		for i := range all {
			all[i] = seed.NewMessage(s, a, message.Transactional, "r@one.example")
			all[i].Body.Content = make([]byte, 50_000)
			_, _ = rand.Read(all[i].Body.Content) // never fails; it must not compress
			now := s.Now()
			all[i].Deliveries[0].State, all[i].Deliveries[0].FinalAt = message.Delivered, &now
		}
		if err := message.Insert(t.Context(), s, all); err != nil {
			t.Fatal(err)
		}
		if month == 0 {
			first = measure(size)
		}
		c.Advance(31 * 24 * time.Hour)
		before := measure(vacuumed)
		if n, err := message.RemoveContents(t.Context(), s, 30, 0); n != 300 || err != nil {
			t.Fatal(n, err)
		}
		for end := time.Now().Add(60 * time.Second); measure(vacuumed) == before; time.Sleep(200 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("autovacuum did not come by")
			}
		}
	}
	if last := measure(size); first < 10_000_000 || last > first*5/4 {
		t.Errorf("%d octets after the first month, %d after the third", first, last)
	}
}
