package smtpd

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/terms"
)

// withTerms puts the gate at the door, with version 2 in force today, which the account
// was told of; with an objection on record when wanted. The schema's guard is put away
// for that: it refuses to let anything begin today.
func withTerms(t testing.TB, s *store.Store) (archive *terms.Archive, door func(*Credentials)) {
	t.Helper()
	archive = terms.New(s)
	if err := archive.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	gate := terms.NewGate(archive, clock.System, func(slug string) string { return "https://mail.example/a/" + slug + "/settings/terms" })
	return archive, func(c *Credentials) { c.Terms = gate }
}

func inForce(t testing.TB, h *house, objected bool) {
	t.Helper()
	past, notice := time.Now().UTC().Add(-60*24*time.Hour).Truncate(time.Microsecond), id.New()
	exec := func(sql string, args ...any) {
		t.Helper()
		err := h.store.SystemWrite(t.Context(), "test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
		if err != nil {
			t.Fatal(err)
		}
	}
	if h.store.Engine() == store.Postgres {
		exec("ALTER TABLE terms_versions DISABLE TRIGGER USER")
		exec("ALTER TABLE terms_records DISABLE TRIGGER USER")
	} else {
		exec("DROP TRIGGER terms_versions_insert")
		exec("DROP TRIGGER terms_records_insert")
	}
	exec("DROP INDEX terms_one_version_a_day")
	exec(`INSERT INTO terms_versions (document, number, effective_on, told_on, title, markdown, digest, created_at, kind, announced_at, notified_at)
		VALUES ('terms', 2, ?, '', 'T', 'text', 'digest', ?, 'material', ?, ?)`, terms.DateOf(time.Now()), past, past, past)
	exec("INSERT INTO terms_notices (account_id, notice_id, document, number, required, portal_at) VALUES (?, ?, 'terms', 2, ?, ?)", h.tenant.ID, notice, true, past)
	if objected {
		exec(`INSERT INTO terms_records (account_id, seq, record_id, act, document, number, digest, channel, notice_id, ip, user_agent, at, hash)
			VALUES (?, 1, ?, 'objected', 'terms', 2, 'digest', 'object', ?, '', '', ?, 'x')`, h.tenant.ID, id.New(), notice, past)
	}
}

// The first authenticated session on or after the date is acceptance, recorded once
// however many begin together; a failed sign-in is none.
func TestASessionIsAcceptanceOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		archive, door := withTerms(t, s)
		h := newHouse(t, s, door)
		inForce(t, h, false)
		h.hello(t).say("AUTH PLAIN "+b64("\x00"+h.issued.Name+"\x00wrong"), "535")
		if f, err := archive.FiguresOf(t.Context(), terms.Service, 2); err != nil || f.ByUse != 0 {
			t.Fatalf("after a failed sign-in: %+v, %v", f, err)
		}
		var all sync.WaitGroup
		for range 8 {
			c := h.hello(t)
			all.Go(func() { c.say(h.right(), "235 2.7.0") })
		}
		all.Wait()
		history, err := archive.Records(t.Context(), h.tenant.Scope)
		if err != nil || len(history) != 1 || history[0].Channel != terms.UseSMTP || history[0].CredentialID != h.issued.ID || history[0].IP.String() != "127.0.0.1" || history[0].UserAgent != "c.test" {
			t.Errorf("%+v, %v", history, err)
		}
	})
}

// Who objected is answered at MAIL, with where to go, and is not counted as accepting.
func TestAnAccountThatObjectedSendsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		archive, door := withTerms(t, s)
		h := newHouse(t, s, door)
		inForce(t, h, true)
		c := h.hello(t)
		c.say(h.right(), "235 2.7.0")
		if got := c.say("MAIL FROM:<shop@"+h.tenant.Domain+">", "550 5.7.1"); !strings.Contains(got, "https://mail.example/a/") {
			t.Errorf("the reply names no way: %q", got)
		}
		if f, err := archive.FiguresOf(t.Context(), terms.Service, 2); err != nil || f.Objected != 1 || f.ByUse != 0 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

// BenchmarkTermsGate is a message over a kept connection through credentials, submission
// and a real database, with and without the gate at the door.
func BenchmarkTermsGate(b *testing.B) {
	for _, name := range []string{"without", "with"} {
		b.Run(name, func(b *testing.B) {
			s := storetest.SQLite(b, nil)
			_, door := withTerms(b, s)
			if name == "without" {
				door = func(*Credentials) {}
			}
			h := newHouse(b, s, door)
			inForce(b, h, false)
			c := h.hello(b)
			c.say(h.right(), "235")
			mail := "MAIL FROM:<shop@" + h.tenant.Domain + ">\r\nRCPT TO:<r@y.example>\r\nDATA\r\nFrom: shop@" + h.tenant.Domain + "\r\nSubject: x\r\n\r\nHello\r\n.\r\n"
			for b.Loop() {
				c.write(mail)
				for range 4 {
					c.read()
				}
			}
		})
	}
}

// BenchmarkUse is what the gate adds to a message after the first.
func BenchmarkUse(b *testing.B) {
	s := storetest.SQLite(b, nil)
	_, door := withTerms(b, s)
	h := newHouse(b, s, door)
	inForce(b, h, false)
	c := &Credentials{}
	door(c)
	x := &sender{Credentials: c, scope: account.NewScope(h.tenant.ID, account.Actor{Kind: account.ActorCredential, ID: h.issued.ID})}
	for b.Loop() {
		if err := x.use(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
