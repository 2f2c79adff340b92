package newsletter_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/newsletter"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

var start = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// world is an operator with customers and subscribers.
type world struct {
	*testing.T
	clock    *clock.Fake
	store    *store.Store
	operator seed.Account
	service  *newsletter.Service
	mails    *letters
	limits   *limits
}

// each runs a test on both engines.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			s := open(t, c)
			box, err := secret.NewBox(bytes.Repeat([]byte{7}, 32))
			if err != nil {
				t.Fatal(err)
			}
			w := &world{T: t, clock: c, store: s, operator: seed.NewAccount(t, s, "Operator"), mails: &letters{}, limits: &limits{}}
			w.exec("UPDATE accounts SET kind = 'operator' WHERE account_id = ?", w.operator.ID)
			w.service = newsletter.New(newsletter.Deps{Store: s, Box: box, Limits: w.limits, Mailer: w.mails, Operator: w.operator.ID})
			fn(w)
		})
	}
}

type letters struct{ tokens []string }

func (l *letters) ConfirmNewsletter(_ context.Context, _, _, token string) error {
	l.tokens = append(l.tokens, token)
	return nil
}

// limits refuse the buckets that begin with what is barred.
type limits struct{ barred string }

func (l *limits) Allow(_ context.Context, bucket string, _ int, _ time.Duration) (bool, error) {
	return l.barred == "" || !strings.HasPrefix(bucket, l.barred), nil
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	err := w.store.SystemWrite(w.Context(), "a test writes rows", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		w.Fatal(err)
	}
}

// try is exec that may be refused.
func (w *world) try(sql string) error {
	return w.store.SystemWrite(w.Context(), "a test tries to write", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql).Error })
}

// texts returns one column of rows.
func (w *world) texts(sql string, args ...any) (found []string) {
	w.Helper()
	err := w.store.SystemRead(w.Context(), "a test reads rows", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql, args...).Scan(&found).Error })
	if err != nil {
		w.Fatal(err)
	}
	return found
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// customer is an account with the person who owns it.
type customer struct {
	seed.Account
	user  id.ID
	email string
}

// customer makes an account whose owner has a confirmed address.
func (w *world) customer(name string) customer {
	w.Helper()
	c := customer{Account: seed.NewAccount(w, w.store, name), user: id.New(), email: "owner@" + strings.ToLower(name) + ".example"}
	w.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at) VALUES (?, ?, ?, ?, '', ?, 'system', ?, ?, ?)`,
		c.user, c.email, c.email, "Owner of "+name, false, start, start, start)
	w.own(c.Account, c.user)
	return c
}

func (w *world) own(a seed.Account, user id.ID) {
	w.Helper()
	w.exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)", a.ID, user, start)
	w.exec("INSERT INTO account_owners (account_id, user_id, role) VALUES (?, ?, 'owner')", a.ID, user)
}

// subscribe goes through the form and the mail's link.
func (w *world) subscribe(address string) {
	w.Helper()
	w.must(w.service.Ask(w.Context(), newsletter.Form{Email: address, Language: "de", Wording: "Ich möchte den Rundbrief.", IP: "192.0.2.1", Network: "192.0.2.0/24"}))
	_, err := w.service.Confirm(w.Context(), w.mails.tokens[len(w.mails.tokens)-1], "192.0.2.2")
	w.must(err)
}

// optOut is what the link of a mailing does.
func (w *world) optOut(address string, message id.ID) {
	w.Helper()
	w.exec("INSERT INTO suppressions (account_id, stream, address, reason, message_id, created_at, opted_out) VALUES (?, 'broadcast', ?, 'They left.', ?, ?, ?)", w.operator.ID, address, message, w.clock.Now(), true)
}

// bounce is what a hard bounce of the operator's mail does.
func (w *world) bounce(address string) {
	w.Helper()
	w.exec("INSERT INTO suppressions (account_id, stream, address, reason, created_at, opted_out) VALUES (?, 'broadcast', ?, 'No such mailbox.', ?, ?)", w.operator.ID, address, w.clock.Now(), false)
}
