package message_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// What goes in and out past GORM is the same as what GORM reads: no column is forgotten
// or mixed up, and NULL stays NULL.
func TestRowsPastGORM(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		n := seed.NewMessage(s, a, message.Broadcast, "one@one.example", "two@two.example")
		at, later := s.Now(), s.Now().Add(time.Hour)
		m := &n.Message
		m.HeaderFrom, m.Subject, m.HeaderMessageID, m.Tag = "Jürgen <j@x.example>", `"quoted", \back`, "mid", "tag"
		m.Metadata = map[string]string{"ö": "{}"}
		m.SMTPUTF8, m.DSNRet, m.DSNEnvID, m.ClientIP, m.ClientName, m.ClientTLS = true, "HDRS", "env", "192.0.2.1", "client", "TLS 1.3"
		d := &n.Deliveries[0]
		d.Reason, d.Class, d.LastReply, d.Attempts, d.Ambiguous, d.Notify, d.ORCPT = "reason", message.ClassOurs, "451 later", 3, 1, "NEVER", "rfc822;x"
		d.State, d.LeaseOwner, d.LeaseUntil, d.Fence, d.FinalAt = message.Bounced, "owner", &later, 7, &at
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
		attempt := message.Attempt{
			AccountID: m.AccountID, MessageID: m.ID, ID: id.New(), Host: "mx", RemoteAddr: "r", LocalAddr: "l", TLS: "t", Selector: "s",
			StartedAt: at, DurationUS: 9, Transcript: []message.Line{{AtMS: 1, Side: "S", Text: `250 "ok"`}},
		}
		event := message.Event{
			AccountID: m.AccountID, MessageID: m.ID, ID: id.New(), DeliveryID: &d.ID, AttemptID: &attempt.ID,
			Kind: message.EventBounced, Reason: "why", Reply: "550 no", At: at,
		}
		err := s.SystemWrite(t.Context(), "write and read rows", func(_ context.Context, tx *gorm.DB) error {
			if err := errors.Join(message.InsertAttempts(tx, []*message.Attempt{&attempt}), message.InsertEvents(tx, []message.Event{event})); err != nil {
				return err
			}
			var byGORM message.Message
			var deliveries []*message.Delivery
			var storedAttempt message.Attempt
			var storedEvent message.Event
			err := errors.Join(tx.Take(&byGORM, "message_id = ?", m.ID).Error, tx.Order("delivery_id").Find(&deliveries).Error,
				tx.Take(&storedAttempt, "attempt_id = ?", attempt.ID).Error, tx.Take(&storedEvent, "event_id = ?", event.ID).Error)
			if err != nil {
				return err
			}
			messages, err := message.ScanMessages(tx.Raw("SELECT " + message.MessageColumns + " FROM messages"))
			if err != nil {
				return err
			}
			scanned, err := message.ScanDeliveries(tx.Raw("SELECT " + message.DeliveryColumns + " FROM deliveries ORDER BY delivery_id"))
			if err != nil {
				return err
			}
			for what, pair := range map[string][2]any{
				"message read by GORM": {n.Message, byGORM}, "message scanned": {byGORM, *messages[0]}, "attempt": {attempt, storedAttempt}, "event": {event, storedEvent},
				"delivery read by GORM": {n.Deliveries[0], *deliveries[0]}, "delivery scanned": {*deliveries[0], *scanned[0]}, "second delivery": {*deliveries[1], *scanned[1]},
			} {
				inUTC(&pair[0])
				inUTC(&pair[1])
				if !reflect.DeepEqual(pair[0], pair[1]) {
					t.Errorf("%s:\n%+v\nwant\n%+v", what, pair[1], pair[0])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// inUTC makes equal times equal in depth.
func inUTC(value *any) {
	v := reflect.New(reflect.TypeOf(*value)).Elem()
	v.Set(reflect.ValueOf(*value))
	for i := range v.NumField() {
		switch f := v.Field(i).Interface().(type) {
		case time.Time:
			v.Field(i).Set(reflect.ValueOf(f.UTC()))
		case *time.Time:
			if f != nil {
				u := f.UTC()
				v.Field(i).Set(reflect.ValueOf(&u))
			}
		}
	}
	*value = v.Interface()
}

// Addresses are strangers' text: none of it breaks out of a list, or misses in it.
func TestSuppressionsFindOddAddresses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		odd := []string{`"a\"b"@x.example`, `{a,b}@x.example`, `null`, `ü'--@x.example`, ``}
		err := s.SystemWrite(t.Context(), "look for odd addresses", func(_ context.Context, tx *gorm.DB) error {
			for _, address := range odd {
				row := message.Suppression{AccountID: a.ID, Stream: message.Broadcast, Address: address, Reason: "r", CreatedAt: s.Now()}
				if err := tx.Create(&row).Error; err != nil {
					return err
				}
			}
			found, err := message.Suppressions(tx, []id.ID{a.ID, b.ID}, append(odd, "other@x.example"))
			for _, address := range odd {
				if found[message.SuppressionKey{Account: a.ID, Stream: message.Broadcast, Address: address}].Reason != "r" {
					t.Errorf("%q is not found", address)
				}
			}
			if len(found) != len(odd) {
				t.Errorf("found %v", found)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Past the guard is only for system passes.
func TestBulkNeedsASystemPass(t *testing.T) {
	s := storetest.SQLite(t, nil)
	a := seed.NewAccount(t, s, "Alpha")
	err := s.Write(t.Context(), a.Scope, func(_ context.Context, tx *gorm.DB) error {
		return message.InsertEvents(tx, []message.Event{{AccountID: a.ID, MessageID: id.New(), ID: id.New(), At: s.Now()}})
	})
	if !errors.Is(err, store.ErrGuard) {
		t.Errorf("error = %v, want a refusal by the guard", err)
	}
}
