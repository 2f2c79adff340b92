package submission

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// A mail about a step exists, and wakes, exactly when the step was committed.
func TestSystemMailGoesWithItsTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		_, w := newService(t, s)
		sender := NewSystemSender(s, w, domain.Operator{AccountID: w.ID, DomainID: w.DomainID}, "mail.host.example", "Brand")
		for _, failure := range []error{errors.New("the step failed"), nil} {
			err := s.SystemWrite(t.Context(), "a step in a test", func(ctx context.Context, _ *gorm.DB) error {
				if err := sender.Send(ctx, SystemMail{Kind: "confirm", To: "Kim@customer.example", Subject: "Confirm", Text: "Hello\n"}); err != nil {
					return err
				}
				if len(w.woken) != 0 {
					t.Error("woken before the commit")
				}
				return failure
			})
			if !errors.Is(err, failure) {
				t.Fatal(err)
			}
		}
		if n := count(t, s); n != 1 || len(w.woken) != 1 || w.woken[0] != "to:customer.example true" {
			t.Errorf("%d mails stored, woken %v", n, w.woken)
		}
		if err := sender.Send(t.Context(), SystemMail{To: "kim", Subject: "x"}); err == nil {
			t.Error("sent to no address")
		}
	})
}

// A notice goes to who left the newsletter, and behind no campaign; to a mailbox that
// does not exist it is not tried again.
func TestNoticesMindBouncesOnly(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	_, w := newService(t, s)
	sender := NewSystemSender(s, w, domain.Operator{AccountID: w.ID, DomainID: w.DomainID}, "mail.host.example", "Brand")
	for _, suppressed := range []message.Suppression{
		{Stream: message.Broadcast, Address: "left@customer.example", Reason: "They left the newsletter."},
		{Stream: message.Transactional, Address: "gone@customer.example", Reason: "No such mailbox."},
	} {
		suppressed.AccountID, suppressed.CreatedAt = w.ID, s.Now()
		err := s.SystemWrite(t.Context(), "test: suppress", func(_ context.Context, tx *gorm.DB) error { return tx.Create(&suppressed).Error })
		if err != nil {
			t.Fatal(err)
		}
	}
	for to, want := range map[string]message.State{"left@customer.example": message.Queued, "gone@customer.example": message.Suppressed} {
		if err := sender.Send(t.Context(), SystemMail{Kind: "terms", To: to, Subject: "Our terms change", Text: "Hello\n"}); err != nil {
			t.Fatal(err)
		}
		var d message.Delivery
		err := s.SystemRead(t.Context(), "test: the delivery", func(_ context.Context, tx *gorm.DB) error { return tx.Take(&d, "recipient = ?", to).Error })
		if err != nil || d.State != want || d.Stream != message.Transactional {
			t.Errorf("%s: %s in the stream %s, %v", to, d.State, d.Stream, err)
		}
	}
}

// S-46: what people typed stands in subjects and names of our own mails.
func TestS46SystemMail(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	_, w := newService(t, s)
	for _, typed := range []string{"a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x", "a\u2028Bcc: x", "a\u0085Bcc: x", "a\x00b", "a%0d%0aBcc: x", "\"\\<x@evil.example>, ", strings.Repeat("ü", 2000), "=?utf-8?q?=0D=0ABcc:_x?="} {
		sender := NewSystemSender(s, w, domain.Operator{AccountID: w.ID, DomainID: w.DomainID}, "mail.host.example", typed)
		to := w.mail(t, "", "kim@customer.example").Recipients[0].Mailbox
		content, err := sender.compose(SystemMail{Kind: "invite", Subject: typed, Text: typed, HTML: "<p>x</p>"}, to, s.Now(), id.New())
		if err != nil {
			continue // refused is fine
		}
		if got := fields(string(content)); got != "From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type" {
			t.Errorf("%q gives the fields %s", typed, got)
		}
		for line := range strings.SplitSeq(string(content), "\r\n") {
			if len(line) > 998 || strings.ContainsAny(line, "\r\n\x00") {
				t.Errorf("%q gives the line %q", typed, line)
			}
		}
	}
}

// A test message is judged like any other of the credential.
func TestSendTest(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	c := credential.Credential{ID: "", Name: "shop\r\nBcc: x@evil.example", Stream: string(message.Broadcast)}
	for from, kind := range map[string]fault.Kind{"nobody": fault.Invalid, "a@other.example": fault.Forbidden} {
		if _, err := v.SendTest(t.Context(), w.Scope, c, from, "kim@customer.example"); !fault.Is(err, kind) {
			t.Errorf("from %s: %v", from, err)
		}
	}
	if _, err := v.SendTest(t.Context(), w.Scope, c, "shop@"+w.Domain, "kim"); !fault.Is(err, fault.Invalid) {
		t.Errorf("to nobody: %v", err)
	}
	c.Name = "shop"
	messageID, err := v.SendTest(t.Context(), w.Scope, c, "shop@"+w.Domain, "kim@customer.example")
	if err != nil {
		t.Fatal(err)
	}
	if m, _, rows := stored(t, s, messageID); m.Stream != message.Broadcast || m.Subject != "A test from shop" || len(rows) != 1 {
		t.Errorf("stored %+v", m)
	}
}
