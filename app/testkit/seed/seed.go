// Package seed puts rows into a test database: accounts with a proven domain, and messages.
package seed

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Account is a seeded account.
type Account struct {
	Scope    account.Scope
	ID       id.ID
	DomainID id.ID
	Domain   string
}

// NewAccount stores an account with one verified domain.
func NewAccount(t testing.TB, s *store.Store, name string) Account {
	t.Helper()
	a := Account{ID: id.New(), DomainID: id.New(), Domain: strings.ToLower(name) + ".example"}
	a.Scope = account.NewScope(a.ID, account.Actor{Kind: account.ActorSystem})
	now := s.Now()
	exec(t, s, "INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?,?,?,?,?,?,?)",
		a.ID, strings.ToLower(name)+"-"+string(a.ID[20:]), name, "business", "active", now, now)
	exec(t, s, `INSERT INTO domains (account_id, domain_id, name, state, reason, return_path, tracking_host, dns_host, verified_at, next_check_at, created_by, created_at)
		VALUES (?,?,?,'verified','',?,'','',?,?,?,?)`, a.ID, a.DomainID, a.Domain, "bounces."+a.Domain, now, now.Add(time.Hour), a.ID, now)
	return a
}

// NewMessage returns a message to the recipients, due now, not stored yet.
func NewMessage(s *store.Store, a Account, stream message.Stream, recipients ...string) *message.New {
	now := s.Now()
	n := &message.New{Message: message.Message{
		AccountID: a.ID, ID: id.New(), Stream: stream, DomainID: a.DomainID, MailFrom: "shop@" + a.Domain, HeaderFrom: "shop@" + a.Domain,
		Subject: "Your order", Metadata: map[string]string{}, Recipients: len(recipients), CreatedAt: now, ExpiresAt: now.Add(5 * 24 * time.Hour),
	}}
	m := &n.Message
	content := fmt.Sprintf("From: shop@%s\r\nSubject: Your order\r\nMessage-ID: <%s@%s>\r\nX-Test-Id: %s\r\n\r\nHello\r\n", a.Domain, m.ID, a.Domain, m.ID)
	n.Body = message.Body{AccountID: a.ID, MessageID: m.ID, Content: []byte(content)}
	m.Size, m.HeaderMessageID = int64(len(content)), string(m.ID)+"@"+a.Domain
	for _, r := range recipients {
		n.Deliveries = append(n.Deliveries, message.Delivery{
			AccountID: a.ID, ID: id.New(), MessageID: m.ID, Stream: stream, DomainID: a.DomainID, Recipient: r, RecipientKey: strings.ToLower(r),
			Destination: r[strings.LastIndexByte(r, '@')+1:], State: message.Queued, DueAt: now, CreatedAt: now, ExpiresAt: m.ExpiresAt,
		})
	}
	return n
}

// Messages stores n messages, one recipient each at the destination.
func Messages(t testing.TB, s *store.Store, a Account, stream message.Stream, destination string, n int) []*message.New {
	t.Helper()
	all := make([]*message.New, n)
	for i := range all {
		all[i] = NewMessage(s, a, stream, fmt.Sprintf("r%d@%s", i, destination))
	}
	for start := 0; start < n; start += 1000 {
		if err := message.Insert(context.Background(), s, all[start:min(start+1000, n)]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func exec(t testing.TB, s *store.Store, sql string, args ...any) {
	t.Helper()
	err := s.SystemWrite(context.Background(), "seed a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		t.Fatal(err)
	}
}
