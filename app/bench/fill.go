package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/delivery"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/testkit/tenant"
)

// archive is an account with many messages in it, and somebody signed in to it.
type archive struct {
	messages int
	queued   bool // all wait and are due; otherwise they have had their outcomes
	progress io.Writer
	then     func(context.Context, *store.Store, id.ID) error // what else is put in

	slug, session string // of the account and its owner's browser
	domain, one   id.ID  // the domain, and a message in the middle
}

// fill is a Seeder that puts the messages in as well.
func (a *archive) fill(ctx context.Context, databaseURL, dataDir string) (username, password, from string, err error) {
	environ := []string{"PATH=" + os.Getenv("PATH"), "DATABASE_URL=" + databaseURL, "SMTPSERVER_DATA_DIR=" + dataDir}
	t, err := tenant.Create(ctx, environ, "bench.test")
	if err != nil {
		return "", "", "", err
	}
	c, err := config.Load(environ)
	if err != nil {
		return "", "", "", err
	}
	v, err := boot.OpenBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return "", "", "", err
	}
	defer func() { err = errors.Join(err, v.Close(ctx)) }()
	a.slug = t.Account.Slug
	if err := a.signIn(ctx, v.Store); err != nil {
		return "", "", "", err
	}
	err = a.insert(ctx, v.Store, t.Account.ID)
	if err == nil && a.then != nil {
		err = a.then(ctx, v.Store, t.Account.ID)
	}
	return t.Username, t.Password, t.From, err
}

// signIn stores a session of the owner, as a sign-in does.
func (a *archive) signIn(ctx context.Context, s *store.Store) error {
	token, now := secret.Token(), s.Now()
	a.session = token
	return s.SystemWrite(ctx, "seed a session", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO sessions (token_hash, user_id, ip, user_agent, created_at, seen_at, expires_at)
			SELECT ?, user_id, '127.0.0.1', 'bench', ?, ?, ? FROM users WHERE email = 'owner@bench.test'`,
			secret.Hash(token), now, now, now.Add(time.Hour)).Error
	})
}

const fillBatch = 2000

// insert stores the messages through the product's own door, spread over the last
// thirty days, and then what became of them.
func (a *archive) insert(ctx context.Context, s *store.Store, accountID id.ID) error {
	err := s.SystemRead(ctx, "find the domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT domain_id FROM domains WHERE account_id = ?", accountID).Scan(&a.domain).Error
	})
	if err != nil {
		return err
	}
	span := 30 * 24 * time.Hour
	if a.queued {
		span = 24 * time.Hour // none is to expire meanwhile
	}
	began, step := s.Now().Add(-span), span/time.Duration(max(a.messages, 1))
	for first := 0; first < a.messages; first += fillBatch {
		var batch []*message.New
		for i := first; i < min(first+fillBatch, a.messages); i++ {
			batch = append(batch, a.message(accountID, i, began.Add(time.Duration(i)*step)))
		}
		if err := message.Insert(ctx, s, batch); err != nil {
			return err
		}
		if first%(50*fillBatch) == 0 {
			fmt.Fprintf(a.progress, "%d of %d messages stored\n", first, a.messages)
		}
	}
	if a.queued {
		return nil
	}
	return a.outcomes(ctx, s)
}

// states are dealt out so that every filter of the list has much to find.
func stateOf(i int) (message.State, message.Class, string) {
	switch i % 100 {
	case 3, 33, 73:
		return message.Bounced, message.ClassRecipient, "There is no such mailbox at mx.shop.example."
	case 51:
		return message.Deferred, message.ClassOurs, "mx.shop.example is busy or limits how fast we may send."
	}
	return message.Delivered, message.ClassNone, "Accepted by mx.shop.example."
}

func (a *archive) message(accountID id.ID, i int, at time.Time) *message.New {
	at = at.Truncate(time.Microsecond)
	recipient := fmt.Sprintf("person%d@customer%d.example", i, i%5000)
	content := fmt.Sprintf("From: shop@bench.test\r\nTo: %s\r\nSubject: Order %d\r\n\r\nThank you for your order.\r\n", recipient, i)
	m := message.Message{
		AccountID: accountID, ID: id.At(at.Add(time.Duration(i%1000) * time.Microsecond)), Stream: message.Transactional, DomainID: a.domain,
		MailFrom: "shop@bench.test", HeaderFrom: "shop@bench.test", Subject: fmt.Sprintf("Order %d", i), HeaderMessageID: fmt.Sprintf("%d@bench.test", i),
		Metadata: map[string]string{}, Size: int64(len(content)), Recipients: 1, CreatedAt: at, ExpiresAt: at.Add(5 * 24 * time.Hour),
	}
	m.ID = unique(m.ID, i)
	if i == a.messages/2 {
		a.one = m.ID
	}
	d := message.Delivery{
		AccountID: accountID, ID: m.ID, MessageID: m.ID, Stream: m.Stream, DomainID: a.domain, Recipient: recipient, RecipientKey: recipient,
		Destination: recipient[len(recipient)-len("customer0.example"):], DueAt: at.Add(365 * 24 * time.Hour), CreatedAt: at, ExpiresAt: at.Add(400 * 24 * time.Hour), Attempts: 1,
	}
	if a.queued {
		d.State, d.Destination, d.DueAt, d.ExpiresAt, d.Attempts = message.Queued, delivery.Relay, at, m.ExpiresAt, 0
	} else {
		d.State, d.Class, d.Reason = stateOf(i)
	}
	if d.State.Final() {
		d.FinalAt = &at
	}
	return &message.New{Message: m, Body: message.Body{AccountID: accountID, MessageID: m.ID, Content: []byte(content)}, Deliveries: []message.Delivery{d}}
}

// unique keeps the time of an id and replaces its end: ids of one moment differ by it.
func unique(base id.ID, i int) id.ID {
	return base[:16] + id.ID(fmt.Sprintf("%010d", i))
}

// outcomes adds the attempt and the last event of each delivery.
func (a *archive) outcomes(ctx context.Context, s *store.Store) error {
	fmt.Fprintln(a.progress, "storing attempts and events")
	err := s.SystemWrite(ctx, "seed what became of messages", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO attempts (account_id, attempt_id, message_id, host, remote_addr, local_addr, tls, selector, started_at, duration_us, transcript)
			SELECT account_id, delivery_id, message_id, 'mx.shop.example', '192.0.2.1:25', '192.0.2.9:40000', 'TLS 1.3', 's1', created_at, 41000,
			'[{"t":1,"s":"S","x":"220 mx.shop.example ESMTP"},{"t":40,"s":"S","x":"250 2.0.0 Ok"}]' FROM deliveries`).Error
		if err != nil {
			return err
		}
		return tx.Exec(`INSERT INTO events (account_id, event_id, message_id, delivery_id, attempt_id, kind, reason, reply, at)
			SELECT account_id, delivery_id, message_id, delivery_id, delivery_id, state, reason, last_reply, created_at FROM deliveries`).Error
	})
	if err != nil || s.Engine() == store.SQLite {
		return err // which has no statistics by itself: its plans have to be right without
	}
	return s.SystemWrite(ctx, "do what autovacuum does within a minute", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("ANALYZE").Error
	})
}
