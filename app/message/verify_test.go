package message_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// Verify is green on a sound database, also while it is written to, and red when a
// counter, a state or a body is tampered with.
func TestVerify(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 20)
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				default:
					seed.Messages(t, s, a, message.Broadcast, "two.example", 3)
				}
			}
		}()
		for range 20 {
			if l, err := message.Verify(t.Context(), s); err != nil || !l.OK() {
				t.Errorf("%+v, %v", l, err)
			}
		}
		close(stop)
		<-done
		for _, tamper := range []string{
			"UPDATE messages SET recipients = recipients + 1",
			"UPDATE messages SET recipients = recipients - 1, content_removed_at = created_at",
			"UPDATE messages SET content_removed_at = NULL; UPDATE events SET kind = 'x'",
			"UPDATE events SET kind = 'accepted'; UPDATE deliveries SET final_at = due_at",
			"UPDATE deliveries SET final_at = NULL; UPDATE account_days SET accepted = accepted + 1",
			"UPDATE deliveries SET state = 'bounced' WHERE delivery_id = (SELECT min(delivery_id) FROM deliveries)",
		} {
			err := s.SystemWrite(t.Context(), "tamper in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(tamper).Error })
			if err != nil {
				t.Fatal(err)
			}
			if l, err := message.Verify(t.Context(), s); err != nil || l.OK() {
				t.Errorf("after %q: %+v, %v", tamper, l, err)
			}
		}
	})
}
