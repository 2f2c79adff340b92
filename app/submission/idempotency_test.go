package submission

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

func TestIdempotencyKey(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		const key = "X-SMTPServer-Idempotency-Key: order-20930\r\n"
		first, err := v.Accept(t.Context(), w.Scope, w.mail(t, key, "kim@customer.example"))
		if err != nil {
			t.Fatal(err)
		}
		again, err := v.Accept(t.Context(), w.Scope, w.mail(t, key+"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n", "kim@customer.example"))
		if err != nil || again != first {
			t.Errorf("the same again: %s, %v; want %s", again, err, first)
		}
		if _, err := v.Accept(t.Context(), w.Scope, w.mail(t, key, "other@customer.example")); !fault.Is(err, fault.Conflict) {
			t.Errorf("the key with other recipients: %v", err)
		}
		changed := w.mail(t, key, "kim@customer.example")
		changed.Content = append(changed.Content, "more\r\n"...)
		if _, err := v.Accept(t.Context(), w.Scope, changed); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.SafeText(err), "Idempotency-Key") {
			t.Errorf("the key with another text: %v", err)
		}
		other := &world{Account: seed.NewAccount(t, s, "Beta")}
		v2 := New(s, other, other, "mail.host.example", slog.New(slog.DiscardHandler))
		t.Cleanup(v2.Close)
		if theirs, err := v2.Accept(t.Context(), other.Scope, other.mail(t, key, "kim@customer.example")); err != nil || theirs == first {
			t.Errorf("another account's key: %s, %v", theirs, err)
		}
		if n := count(t, s); n != 2 {
			t.Errorf("%d messages stored", n)
		}
		if len(w.woken) != 1 {
			t.Errorf("woken %v", w.woken)
		}
	})
}

// Twenty sessions with one key at once, among others without: one message.
func TestIdempotencyKeyRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		var wg sync.WaitGroup
		ids := make([]id.ID, 40)
		for i := range ids {
			fields := "X-SMTPServer-Idempotency-Key: once\r\n"
			if i%2 == 1 {
				fields = ""
			}
			m := w.mail(t, fields, "kim@customer.example")
			wg.Go(func() {
				var err error
				if ids[i], err = v.Accept(t.Context(), w.Scope, m); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for i := 2; i < len(ids); i += 2 {
			if ids[i] != ids[0] {
				t.Errorf("answers %s and %s for one key", ids[0], ids[i])
			}
		}
		if n := count(t, s); n != 21 {
			t.Errorf("%d messages stored, want 21", n)
		}
	})
}

// A key is worth a day, then it is like a new one; and the purge takes what is older.
func TestIdempotencyKeyLastsADay(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := clock.NewFake(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
			s := open(t, fake)
			v, w := newService(t, s)
			accept := func(key string) id.ID {
				got, err := v.Accept(t.Context(), w.Scope, w.mail(t, "X-SMTPServer-Idempotency-Key: "+key+"\r\n", "kim@customer.example"))
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			first, other := accept("a"), accept("b")
			fake.Advance(24*time.Hour - time.Second)
			if err := message.PurgeKeys(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if accept("a") != first {
				t.Error("forgotten within the day")
			}
			fake.Advance(time.Second)
			if again := accept("a"); again == first {
				t.Error("remembered after a day")
			} else if accept("a") != again {
				t.Error("the new day's key does not hold")
			}
			if err := message.PurgeKeys(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if left := keys(t, s); left != 1 {
				t.Errorf("%d keys left, want the fresh one", left)
			}
			if accept("b") == other {
				t.Error("a purged key is known")
			}
		})
	}
}

func keys(t *testing.T, s *store.Store) (n int64) {
	t.Helper()
	err := s.SystemRead(t.Context(), "count keys in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&message.Key{}).Count(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
