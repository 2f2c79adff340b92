package submission

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// world is what submission sees of the others: the account's one domain, and a queue
// that remembers what was woken.
type world struct {
	seed.Account
	mu    sync.Mutex
	woken []string
}

func (w *world) Sendable(_ context.Context, _ account.Scope, from string) (domain.Domain, error) {
	if from != w.Domain {
		return domain.Domain{}, fault.New(fault.Forbidden, "not a domain of this account")
	}
	return domain.Domain{ID: w.DomainID, Name: w.Domain}, nil
}

func (w *world) Destination(_ context.Context, name string) string { return "to:" + name }

func (w *world) Wake(destination string, urgent bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = append(w.woken, fmt.Sprint(destination, " ", urgent))
}

func newService(t *testing.T, s *store.Store) (*Service, *world) {
	t.Helper()
	w := &world{Account: seed.NewAccount(t, s, "Alpha")}
	v := New(s, w, w, "mail.host.example", slog.New(slog.DiscardHandler))
	t.Cleanup(v.Close)
	return v, w
}

// mail returns a message with more header fields, to recipients.
func (w *world) mail(t *testing.T, fields string, to ...string) Mail {
	t.Helper()
	from, err := address.Parse("shop@" + w.Domain)
	if err != nil {
		t.Fatal(err)
	}
	m := Mail{From: from, Received: time.Now().UTC(), Content: []byte("From: Shop <shop@" + w.Domain + ">\r\n" + fields + "Subject: Order\r\n\r\nHello\r\n")}
	for _, r := range to {
		mailbox, err := address.Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		m.Recipients = append(m.Recipients, Recipient{Mailbox: mailbox})
	}
	return m
}

func stored(t *testing.T, s *store.Store, messageID id.ID) (m message.Message, content string, rows []message.Delivery) {
	t.Helper()
	err := s.SystemRead(t.Context(), "look at a message in a test", func(_ context.Context, tx *gorm.DB) error {
		var b message.Body
		if err := tx.Take(&m, "message_id = ?", messageID).Error; err != nil {
			return err
		}
		if err := tx.Take(&b, "message_id = ?", messageID).Error; err != nil {
			return err
		}
		content = string(b.Content)
		return tx.Where("message_id = ?", messageID).Order("recipient").Find(&rows).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, content, rows
}

func count(t *testing.T, s *store.Store) (n int64) {
	t.Helper()
	err := s.SystemRead(t.Context(), "count messages in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&message.Message{}).Count(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// S-45: what the product adds, keeps and removes.
func TestS45HeaderFieldsOfTheClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		m := w.mail(t, "Bcc: hidden@secret.example\r\nReturn-Path: <x@other.example>\r\nAuthentication-Results: mail.host.example; dkim=pass\r\n"+
			"X-SMTPServer-Tag: order\r\nX-SMTPServer-Stream: broadcast\r\nList-Unsubscribe: <https://shop.example/u>\r\nFeedback-ID: mine\r\n", "Kim@Customer.example")
		messageID, err := v.Accept(t.Context(), w.Scope, m)
		if err != nil {
			t.Fatal(err)
		}
		row, content, deliveries := stored(t, s, messageID)
		for _, gone := range []string{"Bcc", "hidden@", "Return-Path", "Authentication-Results", "X-SMTPServer", "tag: order"} {
			if strings.Contains(content, gone) {
				t.Errorf("%s is still there:\n%s", gone, content)
			}
		}
		for _, there := range []string{"List-Unsubscribe: <https://shop.example/u>", "Feedback-ID: mine", "\r\nDate: ", "\r\nMessage-ID: <" + string(messageID) + "@mail.host.example>"} {
			if !strings.Contains("\r\n"+content, there) {
				t.Errorf("%q is missing:\n%s", there, content)
			}
		}
		if row.Tag != "order" || row.Stream != message.Broadcast || row.Size != int64(len(content)) {
			t.Errorf("stored as %+v", row)
		}
		if len(deliveries) != 1 || deliveries[0].RecipientKey != "kim@customer.example" || deliveries[0].Destination != "to:customer.example" {
			t.Errorf("deliveries %+v", deliveries)
		}
		if len(w.woken) != 1 || w.woken[0] != "to:customer.example false" {
			t.Errorf("woken %v", w.woken)
		}
	})
}

// S-46: what could begin a field of its own is refused or encoded, and the message has
// just the fields it came with.
func TestS46HeaderInjection(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	for name, fields := range map[string]string{
		"bare CR":      "X-Note: a\rBcc: x@evil.example\r\n",
		"NUL":          "X-Note: a\x00b\r\n",
		"no colon":     "X-Note a\r\n",
		"space colon":  "X-Note : a\r\n",
		"steering CR":  "X-SMTPServer-Tag: a\rX-Evil: 1\r\n",
		"second From":  "From: other@evil.example\r\n",
		"foreign From": "Sender: boss@evil.example\r\n",
	} {
		if _, err := v.Accept(t.Context(), w.Scope, w.mail(t, fields, "kim@customer.example")); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	messageID, err := v.Accept(t.Context(), w.Scope, w.mail(t, "X-Note: a%0d%0aBcc: x\r\nX-Folded: one\r\n two\r\n", "kim@customer.example"))
	if err != nil {
		t.Fatal(err)
	}
	_, content, _ := stored(t, s, messageID)
	if got := fields(content); got != "Received From X-Note X-Folded Subject Date Message-ID" {
		t.Errorf("fields %s", got)
	}
	if count(t, s) != 1 {
		t.Error("a refused message was stored")
	}
}

func TestAForeignDomainIsRefused(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	m := w.mail(t, "", "kim@customer.example")
	m.Content = []byte("From: a@other.example\r\nSubject: x\r\n\r\nx\r\n")
	if _, err := v.Accept(t.Context(), w.Scope, m); !fault.Is(err, fault.Forbidden) {
		t.Errorf("foreign From: %v", err)
	}
	m = w.mail(t, "", "kim@customer.example")
	m.OnlyDomain = id.New()
	if _, err := v.Accept(t.Context(), w.Scope, m); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another domain than the credential's: %v", err)
	}
	m = w.mail(t, "X-SMTPServer-Stream: broadcast\r\n", "kim@customer.example")
	m.OnlyStream = message.Transactional
	if _, err := v.Accept(t.Context(), w.Scope, m); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another stream than the credential's: %v", err)
	}
	if count(t, s) != 0 {
		t.Error("a refused message was stored")
	}
}

// A suppressed recipient is accepted, ends as suppressed, and wakes nobody.
func TestASuppressedRecipient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		err := s.SystemWrite(t.Context(), "suppress in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Create(&message.Suppression{AccountID: w.ID, Stream: message.Transactional, Address: "gone@customer.example", Reason: "There is no such mailbox.", CreatedAt: s.Now()}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		messageID, err := v.Accept(t.Context(), w.Scope, w.mail(t, "", "Gone@customer.example", "kim@other.example"))
		if err != nil {
			t.Fatal(err)
		}
		_, _, rows := stored(t, s, messageID)
		if rows[0].State != message.Suppressed || rows[1].State != message.Queued {
			t.Errorf("%s %s, %s %s", rows[0].Recipient, rows[0].State, rows[1].Recipient, rows[1].State)
		}
		if len(w.woken) != 1 || w.woken[0] != "to:other.example true" {
			t.Errorf("woken %v", w.woken)
		}
	})
}

// K10: a database that is away is a fault of ours, never the message's.
func TestAStorageFaultIsTemporary(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := v.Accept(t.Context(), w.Scope, w.mail(t, "", "kim@customer.example"))
	if err == nil || fault.Is(err, fault.Invalid) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	if len(w.woken) != 0 {
		t.Error("woken for nothing")
	}
}

// X-SMTPServer-Send-At and -Expires set when a message is due and when it is too late;
// -Track is stored as it was asked.
func TestTimesOfAMessage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		now := s.Now()
		at := now.Add(48 * time.Hour).Truncate(time.Second)
		accept := func(fields ...string) (id.ID, error) {
			m := w.mail(t, strings.Join(append(fields, ""), "\r\n"), "kim@customer.example")
			m.Received = now
			return v.Accept(t.Context(), w.Scope, m)
		}
		for _, c := range []struct {
			fields       []string
			due, expires time.Time
			strict       bool
		}{
			{nil, now, now.Add(lifetime), false},
			{[]string{"X-SMTPServer-Send-At: " + at.Format(time.RFC3339)}, at, at.Add(lifetime), false},
			{[]string{"X-SMTPServer-Expires: 10m"}, now, now.Add(10 * time.Minute), true},
			{[]string{"X-SMTPServer-Expires: 1h", "X-SMTPServer-Send-At: " + at.Format(time.RFC3339)}, at, at.Add(time.Hour), true},
			{[]string{"X-SMTPServer-Expires: " + at.Format(time.RFC3339), "X-SMTPServer-Track: opens"}, now, at, true},
		} {
			messageID, err := accept(c.fields...)
			if err != nil {
				t.Errorf("%q: %v", c.fields, err)
				continue
			}
			m, _, rows := stored(t, s, messageID)
			if !rows[0].DueAt.Equal(c.due) || !rows[0].ExpiresAt.Equal(c.expires) || !m.ExpiresAt.Equal(c.expires) || m.ExpiresStrictly != c.strict {
				t.Errorf("%q: due %v, expires %v, strictly %v", c.fields, rows[0].DueAt, rows[0].ExpiresAt, m.ExpiresStrictly)
			}
			if want := strings.Contains(strings.Join(c.fields, ""), "Track"); (m.Track == "opens") != want {
				t.Errorf("%q: track %q", c.fields, m.Track)
			}
		}
		for _, bad := range []string{
			"X-SMTPServer-Expires: " + now.Add(-time.Hour).Format(time.RFC3339), "X-SMTPServer-Expires: 121h", "X-SMTPServer-Send-At: " + now.AddDate(0, 0, 31).Format(time.RFC3339),
			"X-SMTPServer-Send-At: " + at.Format(time.RFC3339) + "\r\nX-SMTPServer-Expires: " + at.Add(-time.Minute).Format(time.RFC3339),
		} {
			if _, err := accept(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}
