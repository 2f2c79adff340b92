package terms_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/terms"
)

// crowd is how many accounts the year has; TEST_ACCOUNTS=50000 takes its time.
func crowd(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("TEST_ACCOUNTS"))
	if err != nil {
		return 300
	}
	return n
}

// F-58: a year with five versions. Owners change, bounce, object and sign up in the
// middle; the worker is killed again and again, everything it knew is lost, and over one
// effective date nothing runs at all. Each account has exactly one notice of each version
// and each owner's address at most one mail of a kind; nobody is missed; nothing takes
// effect early; the figures account for everybody.
func TestF58AYearOfChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("long: the race detector watches its parts in tests of their own")
	}
	eachWorld(t, func(t *testing.T, w *world) {
		w.crowded = true
		began := time.Now()
		members := w.settle(crowd(t))
		t.Logf("%d accounts settled in %s", len(members), time.Since(began).Round(time.Second))
		for n := 2; n <= 6; n++ {
			v := w.mustAnnounce(w.draft(n, terms.Suggested(w.clock.Now())))
			w.runKilled()
			var bounced []string
			for i := n; i < len(members); i += 17 {
				bounced = append(bounced, members[i].email)
			}
			w.deliver(bounced...)
			w.runKilled()
			w.objectSome(members, n, v.Digest)
			for i := n; i < len(members); i += 23 { // owners who change their address
				members[i].email = fmt.Sprintf("new%d-%d@x.example", n, i)
				w.exec("UPDATE users SET email = ?, email_key = ? WHERE user_id = ?", members[i].email, members[i].email, members[i].owner)
			}
			members = append(members, w.signUp(fmt.Sprintf("newcomer%d", n)))
			for _, left := range []int{20, 14, 7, 1} {
				w.to(v.EffectiveOn.Plus(-left))
				if n == 4 && left < 14 {
					continue // all hosts are down over the date
				}
				w.runKilled()
				w.deliver()
			}
			w.to(v.EffectiveOn.Plus(-1))
			w.useAll(members)
			if f := w.figures(n); f.ByUse != 0 {
				t.Fatalf("version %d: accepted by use before its date: %+v", n, f)
			}
			w.to(v.EffectiveOn.Plus(2))
			w.restart()
			w.useAll(members)
			w.runKilled()
			w.deliver()
			w.checkYear(n, members)
			t.Logf("version %d done after %s: %+v", n, time.Since(began).Round(time.Second), w.figures(n))
		}
		if p := w.verify(); !p.OK() {
			t.Errorf("%+v", p)
		}
	})
}

// settle makes many accounts at once.
func (w *world) settle(n int) []customer {
	w.t.Helper()
	members := make([]customer, n)
	for i := range members {
		members[i] = w.signUp(fmt.Sprintf("c%d", i))
	}
	return members
}

// runKilled runs the courier to its end, killed after ever more letters on the way.
func (w *world) runKilled() {
	w.t.Helper()
	for after := 3; after < 200; after *= 3 {
		w.mu.Lock()
		w.kill = after
		w.mu.Unlock()
		if err := w.courier.Run(w.t.Context()); err != nil && !errors.Is(err, errKilled) {
			w.t.Fatal(err)
		}
		w.restart()
	}
	w.mu.Lock()
	w.kill = 0
	w.mu.Unlock()
	w.run()
}

// objectSome lets a few owners object, half of whom change their minds at once.
func (w *world) objectSome(members []customer, n int, digest string) {
	w.t.Helper()
	choice := terms.Choice{Document: terms.Service, Number: n, Digest: digest}
	for i := n; i < len(members); i += 41 {
		if err := w.archive.Object(w.t.Context(), members[i].scope, choice, terms.By{}); err != nil {
			w.t.Fatal(err)
		}
		if i%2 == 0 {
			if err := w.archive.Accept(w.t.Context(), members[i].scope, choice, terms.By{}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// useAll is everybody's visit; some come by program, and some not at all.
func (w *world) useAll(members []customer) {
	w.t.Helper()
	for i, c := range members {
		if i%19 == 0 {
			continue
		}
		scope, channel := c.scope, terms.UseWeb
		if i%3 == 0 {
			scope, channel = account.NewScope(c.ID, account.Actor{Kind: account.ActorCredential}), terms.UseSMTP
		}
		_ = w.gate.Use(w.t.Context(), scope, terms.By{Channel: channel}) // who objected is refused
	}
}

func (w *world) checkYear(n int, members []customer) {
	w.t.Helper()
	f := w.figures(n)
	if f.Told != int64(len(members)) || f.NotMailed != 0 || f.Queued != 0 || f.ByUse == 0 || f.Objected == 0 || f.Unreachable == 0 {
		w.t.Errorf("version %d, %d accounts: %+v", n, len(members), f)
	}
	v := w.version(n)
	if v.NotifiedAt == nil || v.EffectiveOn < terms.Lawful(*v.NotifiedAt) || v.Moved() {
		w.t.Errorf("%+v", v)
	}
	if c, err := w.archive.Current(w.t.Context(), terms.Service, w.clock.Now()); err != nil || c.Number != n {
		w.t.Errorf("in force: %+v, %v", c, err)
	}
	for what, sql := range map[string]string{
		"accounts without exactly one notice":   "SELECT COUNT(*) FROM (SELECT a.account_id FROM accounts a LEFT JOIN terms_notices t ON t.account_id = a.account_id AND t.number = ? AND t.document = 'terms' WHERE a.kind <> 'operator' GROUP BY a.account_id HAVING COUNT(t.notice_id) <> 1) x",
		"owners without a mail":                 "SELECT COUNT(*) FROM terms_notices t WHERE t.number = ? AND NOT EXISTS (SELECT 1 FROM terms_mails m WHERE m.account_id = t.account_id AND m.number = t.number AND m.kind = 'notice')",
		"mails of one kind twice":               "SELECT COUNT(*) FROM (SELECT account_id FROM terms_mails WHERE number = ? GROUP BY account_id, kind, address HAVING COUNT(*) > 1) x",
		"mails noted that do not exist":         "SELECT COUNT(*) FROM terms_mails m JOIN instance_values o ON o.name = 'operator_account' WHERE m.number = ? AND m.message_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages g WHERE g.account_id = o.value AND g.message_id = m.message_id)",
		"accounts that accepted more than once": "SELECT COUNT(*) FROM (SELECT account_id FROM terms_records WHERE number = ? AND act = 'accepted' GROUP BY account_id HAVING COUNT(*) > 1) x",
	} {
		if bad := w.count(sql, n); bad != 0 {
			w.t.Errorf("version %d: %d %s", n, bad, what)
		}
	}
	if sent, noted := w.count("SELECT COUNT(*) FROM messages"), w.count("SELECT COUNT(*) FROM terms_mails WHERE message_id IS NOT NULL"); sent != noted {
		w.t.Errorf("%d mails were stored and %d noted", sent, noted)
	}
}

// No query of the notices reaches anybody but account owners: the addresses come from
// users who are owners, never from messages, lists or suppressions of a customer.
func TestNoticesGoToOwnersOnly(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		other := w.user("developer@anna.example")
		w.exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, 'admin', ?)", anna.ID, other, w.store.Now())
		w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		if len(w.letters) != 1 || w.letters[0].To != anna.email {
			t.Errorf("%+v", w.letters)
		}
		var ids []id.ID
		err := w.store.SystemRead(context.Background(), "test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT user_id FROM terms_mails").Scan(&ids).Error
		})
		if err != nil || len(ids) != 1 || ids[0] != anna.owner {
			t.Errorf("%v, %v", ids, err)
		}
	})
}
