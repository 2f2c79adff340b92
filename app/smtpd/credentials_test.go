package smtpd

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// house is the door in front of the real credentials, submission and database.
type house struct {
	*world
	store       *store.Store
	tenant      seed.Account
	credentials *credential.Service
	issued      credential.Issued
}

// Sendable implements submission.Directory: the account has one domain.
func (h *house) Sendable(_ context.Context, scope account.Scope, from string) (domain.Domain, error) {
	if accountID, err := scope.Account(); err != nil || accountID != h.tenant.ID || from != h.tenant.Domain {
		return domain.Domain{}, fault.New(fault.Forbidden, "not a domain of this account")
	}
	return domain.Domain{ID: h.tenant.DomainID, Name: from}, nil
}

// Destination and Wake implement submission.Queue.
func (h *house) Destination(_ context.Context, name string) string { return name }
func (h *house) Wake(string, bool)                                 {}

func newHouse(t testing.TB, s *store.Store, change ...func(*Credentials)) *house {
	t.Helper()
	h := &house{store: s, tenant: seed.NewAccount(t, s, "Alpha"), credentials: credential.New(s, clock.System, slog.New(slog.DiscardHandler))}
	var err error
	if h.issued, err = h.credentials.Issue(t.Context(), h.tenant.Scope, credential.Request{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	v := submission.New(s, h, h, "mail.test", slog.New(slog.DiscardHandler))
	t.Cleanup(v.Close)
	door := &Credentials{Credentials: h.credentials, Submission: v, Limiter: limit.New(s, box)}
	for _, fn := range change {
		fn(door)
	}
	h.world = newWorld(t, func(o *Options) { o.Auth = door })
	return h
}

// hello returns a client after EHLO over TLS.
func (h *house) hello(t testing.TB) *client {
	t.Helper()
	c := h.dial(t, true)
	c.want("220")
	c.say("EHLO c.test", "250")
	return c
}

func (h *house) right() string {
	return "AUTH PLAIN " + b64("\x00"+h.issued.Name+"\x00"+h.issued.Secret)
}

// S-41: guessing is braked by network, whatever the names and connections; who has the
// right secret gets in from there all the same.
func TestS41GuessesOfANetwork(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		braked := 0
		for i := range failuresPerNetwork + 3 {
			c := h.hello(t)
			c.write("AUTH PLAIN " + b64(fmt.Sprintf("\x00user%d\x00%s%d", i, credential.Prefix, i)) + "\r\n")
			switch got := c.read(); {
			case strings.HasPrefix(got, "421 4.7.0"):
				braked++
				c.gone()
			case !strings.HasPrefix(got, "535 5.7.8"):
				t.Fatalf("guess %d: %q", i, got)
			}
			_ = c.conn.Close()
		}
		if braked != 3 {
			t.Errorf("%d of 3 guesses over the limit were braked", braked)
		}
		h.hello(t).say(h.right(), "235 2.7.0")
	})
}

// K10: a database that is away is temporary at every step, and says nothing of itself.
func TestADatabaseThatIsAwayIsTemporary(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		in, out := h.hello(t), h.hello(t)
		in.say(h.right(), "235")
		in.say("MAIL FROM:<shop@"+h.tenant.Domain+">", "250")
		in.say("RCPT TO:<kim@customer.example>", "250")
		in.say("DATA", "354")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		in.write("From: shop@" + h.tenant.Domain + "\r\nSubject: x\r\n\r\nx\r\n.\r\n")
		if got := in.want("451 4.3."); strings.Contains(got, "sql") || strings.Contains(got, "database") {
			t.Errorf("%q tells too much", got)
		}
		in.say("NOOP", "250")
		out.say("AUTH PLAIN "+b64("\x00shop\x00"+credential.Prefix+"never-seen"), "454 4.7.0")
	})
}

// S-43: another's domain is refused at MAIL and in the header, and a revoked secret is
// dead in the session that is open.
func TestS43SendingAsAnother(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		own := h.tenant.Domain
		for _, foreign := range []string{"beta.example", "example", strings.Replace(own, "a", "e", 1), own + ".evil.example", "[127.0.0.1]"} {
			c := h.hello(t)
			c.say(h.right(), "235")
			c.say("MAIL FROM:<shop@"+foreign+">", "550 5.7.1")
			for _, path := range []string{"", "shop@" + own} {
				c.say("MAIL FROM:<"+path+">", "250")
				c.say("RCPT TO:<kim@customer.example>", "250")
				c.say("DATA", "354")
				c.write("From: <shop@" + foreign + ">\r\nSubject: x\r\n\r\nx\r\n.\r\n")
				c.want("550 5.")
			}
		}
		c := h.hello(t)
		c.say(h.right(), "235")
		c.say("MAIL FROM:<shop@"+own+">", "250")
		c.say("RCPT TO:<kim@customer.example>", "250")
		if err := h.credentials.Revoke(t.Context(), h.tenant.Scope, h.issued.ID); err != nil {
			t.Fatal(err)
		}
		c.write("DATA\r\n")
		if got := c.read(); strings.HasPrefix(got, "354") {
			c.write("From: shop@" + own + "\r\nSubject: x\r\n\r\nx\r\n.\r\n")
			c.want("535 5.7.8")
		} else if !strings.HasPrefix(got, "535") && !strings.HasPrefix(got, "421") {
			t.Errorf("after the revocation: %q", got)
		}
		h.hello(t).say(h.right(), "535 5.7.8")
		if n := h.countMessages(t); n != 0 {
			t.Errorf("%d messages stored", n)
		}
	})
}

func (h *house) countMessages(t *testing.T) (n int64) {
	t.Helper()
	err := h.store.SystemRead(t.Context(), "count messages in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&message.Message{}).Count(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
