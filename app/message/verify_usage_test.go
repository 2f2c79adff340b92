package message_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// One tampered number of the usage is named with its account, domain, day and stream; each
// part is named that no longer adds up, and nothing else.
func TestVerifyNamesAMiscount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 7)
		seed.Messages(t, s, a, message.Broadcast, "one.example", 3)
		seed.Messages(t, s, b, message.Transactional, "two.example", 5)
		late := seed.NewMessage(s, a, message.Transactional, "x@one.example", "y@one.example") // of another day
		late.Message.CreatedAt = late.Message.CreatedAt.AddDate(0, 0, 1)
		for i := range late.Deliveries {
			late.Deliveries[i].CreatedAt = late.Message.CreatedAt
		}
		if err := message.Insert(t.Context(), s, []*message.New{late}); err != nil {
			t.Fatal(err)
		}
		days := []string{message.DayOf(late.Message.CreatedAt.AddDate(0, 0, -1)), message.DayOf(late.Message.CreatedAt)}
		exec := func(sql string, args ...any) {
			t.Helper()
			err := s.SystemWrite(t.Context(), "tamper in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
			if err != nil {
				t.Fatal(err)
			}
		}
		says := func(want ...string) {
			t.Helper()
			l, err := message.Verify(t.Context(), s)
			if err != nil || l.OK() != (len(want) == 0) {
				t.Errorf("%+v, %v", l, err)
			}
			var got []string
			for _, m := range l.Miscounts {
				got = append(got, m.String())
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("verify says %q, want %q", got, want)
			}
		}
		of := func(a seed.Account, domain string, counted int, stream message.Stream, day string, found int) string {
			if domain == "" {
				return fmt.Sprintf("%s counts %d %s deliveries on %s, its domains count %d", a.ID, counted, stream, day, found)
			}
			return fmt.Sprintf("%s domain %s counts %d %s deliveries on %s, there are %d", a.ID, domain, counted, stream, day, found)
		}
		says()
		exec("UPDATE domain_days SET accepted = accepted + 1 WHERE account_id = ? AND day = ? AND stream = 'transactional'", a.ID, days[0])
		says(of(a, "alpha.example", 8, message.Transactional, days[0], 7), of(a, "", 7, message.Transactional, days[0], 8))
		exec("UPDATE domain_days SET accepted = accepted - 1 WHERE account_id = ? AND day = ? AND stream = 'transactional'", a.ID, days[0])
		says()
		exec("UPDATE account_days SET day = ? WHERE account_id = ? AND stream = 'broadcast'", days[1], a.ID) // the sum of all days is what it was
		says(of(a, "", 3, message.Broadcast, days[1], 0), of(a, "", 0, message.Broadcast, days[0], 3))
		exec("UPDATE account_days SET day = ? WHERE account_id = ? AND stream = 'broadcast'", days[0], a.ID)
		exec("DELETE FROM domain_days WHERE account_id = ?", b.ID)
		says(of(b, "beta.example", 0, message.Transactional, days[0], 5), of(b, "", 5, message.Transactional, days[0], 0))
		exec("INSERT INTO domain_days (account_id, domain_id, day, stream, accepted) VALUES (?, 'nobody', ?, 'transactional', 5)", b.ID, days[0])
		says(of(b, "beta.example", 0, message.Transactional, days[0], 5), of(b, "nobody", 5, message.Transactional, days[0], 0))
	})
}
