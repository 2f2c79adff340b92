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
	head, _, _ := strings.Cut(content, "\r\n\r\n")
	var names []string
	for line := range strings.Lines(head) {
		if name, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			names = append(names, name)
		}
	}
	if got := strings.Join(names, " "); got != "Received From X-Note X-Folded Subject Date Message-ID" && got != "Received Date Message-ID From X-Note X-Folded Subject" {
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
