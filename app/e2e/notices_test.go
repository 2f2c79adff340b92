package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/bench/sink"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/services"
)

// owners is how many accounts get notice in the tests of this file.
const owners = 300

// F-58, with the real program: a change is announced through the pages of two people, the
// process is killed again and again while it gives notice, and Redis forgets everything.
// Every account has exactly one notice; every owner gets exactly one mail, or one more for
// each attempt that the program itself counts as doubtful. Then the process is down over
// the effective date: the version is in force when it comes back, the first session of a
// program is acceptance, and the seals hold.
func TestF58NoticesSurviveKills(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		flush := func() {}
		if env != nil {
			redis := services.OwnRedis(t, services.RedisOptions{})
			env[1] = "REDIS_URL=" + redis.URL()
			flush = func() {
				if err := redis.Flush(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		f := newField(t, append(env, "SMTPSERVER_STAFF_TWO_FACTORS=false"))
		f.settleOwners()
		f.p.start()
		f.announce()
		random, kills := seeded(t), 0
		for ; kills < rounds(8, 30); kills++ {
			time.Sleep(time.Duration(20+random.IntN(500)) * time.Millisecond)
			f.p.kill()
			flush()
			f.p.start()
		}
		l := f.settle(90 * time.Second)
		f.await("every mail is settled", "SELECT COUNT(*) FROM terms_mails WHERE state = 'delivered'", owners+1)
		f.checkNotices(l, kills)

		f.p.kill()
		flush()
		f.passTime(60)
		f.p.start()
		f.checkInForce()
	})
}

// settleOwners stores customers, each with an owner, beside the one that has a credential.
func (f *field) settleOwners() {
	f.t.Helper()
	f.database(func(s *store.Store) {
		now := s.Now()
		f.try(s.SystemWrite(f.t.Context(), "seed owners", func(_ context.Context, tx *gorm.DB) error {
			for i := range owners {
				accountID, userID, email := id.New(), id.New(), fmt.Sprintf("owner%d@%s", i, f.domains[i%len(f.domains)])
				for sql, args := range map[string][]any{
					`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
						VALUES (?, ?, ?, 'Owner', 'none', false, 'system', ?, ?, ?)`: {userID, email, email, now, now, now},
					"INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, ?, ?, 'business', 'active', ?, ?)": {accountID, fmt.Sprintf("owner-%d", i), fmt.Sprintf("Owner %d", i), now, now},
				} {
					if err := tx.Exec(sql, args...).Error; err != nil {
						return err
					}
				}
				if err := tx.Exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)", accountID, userID, now).Error; err != nil {
					return err
				}
			}
			return nil
		}))
	})
}

// announce is what two people of the operator do in their browsers.
func (f *field) announce() {
	f.t.Helper()
	ada, bob := f.officer("ada@staff.example"), f.officer("bob@staff.example")
	editor := ada.get("/staff/terms/draft?document=terms")
	text := editor.Find("textarea[name=markdown]").Text()
	if !strings.Contains(text, "thirty (30) days") {
		f.t.Fatalf("the editor does not begin with the text in force: %q", text)
	}
	draft := map[string]string{
		"kind": "material", "summary": "We tell you forty days ahead.", "effective_on": string(terms.Suggested(time.Now())),
		"markdown": strings.Replace(text, "thirty (30) days", "forty (40) days", 1),
	}
	ada.submit(editor, "/draft?document=terms", draft)
	bob.submit(bob.get("/staff/terms/draft?document=terms"), "/approve?document=terms", nil)
	ada.submit(ada.get("/staff/terms/draft?document=terms"), "/announce?document=terms", nil)
}

// officer is a browser of a person of the operator, who came in by a one-time link.
func (f *field) officer(email string) *visitor {
	f.t.Helper()
	link := regexp.MustCompile(`http://\S+/staff/enter/\S+`).FindString(f.p.mustCommand("staff", "create", "--email", email))
	v := newVisitor(f.t, "http://"+f.p.web)
	v.submit(v.get(link), strings.TrimPrefix(link, "http://"+f.p.web), nil)
	return v
}

// await asks the database until it counts what it should.
func (f *field) await(what, sql string, want int) {
	f.t.Helper()
	got := 0
	for deadline := time.Now().Add(150 * time.Second); time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		if f.query(&got, sql); got == want {
			return
		}
	}
	f.t.Fatalf("STUCK: %s: %d of %d", what, got, want)
}

func (f *field) checkNotices(l ledgerJSON, kills int) {
	f.t.Helper()
	for what, sql := range map[string]string{
		"accounts without exactly one notice": "SELECT COUNT(*) FROM (SELECT a.account_id FROM accounts a LEFT JOIN terms_notices n ON n.account_id = a.account_id WHERE a.kind <> 'operator' GROUP BY a.account_id HAVING COUNT(n.notice_id) <> 1) x",
		"owners without exactly one mail":     "SELECT COUNT(*) FROM (SELECT n.account_id FROM terms_notices n LEFT JOIN terms_mails m ON m.account_id = n.account_id AND m.kind = 'notice' GROUP BY n.account_id HAVING COUNT(m.mail_id) <> 1) x",
		"mails noted and not stored":          "SELECT COUNT(*) FROM terms_mails m WHERE NOT EXISTS (SELECT 1 FROM messages g WHERE g.message_id = m.message_id)",
		"mails stored and not noted":          "SELECT COUNT(*) FROM messages g WHERE g.subject LIKE 'Our terms of service change%' AND NOT EXISTS (SELECT 1 FROM terms_mails m WHERE m.message_id = g.message_id)",
	} {
		bad := -1
		if f.query(&bad, sql); bad != 0 {
			f.t.Errorf("%d %s", bad, what)
		}
	}
	taken, err := sink.ReadRecord(f.record)
	f.try(err)
	copies, extra := map[string]int{}, 0
	for _, x := range taken {
		for _, r := range x.Recipients {
			copies[r]++
		}
	}
	for i := range owners {
		address := fmt.Sprintf("owner%d@%s", i, f.domains[i%len(f.domains)])
		if copies[address] == 0 {
			f.t.Errorf("LOST: %s got no notice", address)
		}
		extra += max(copies[address]-1, 0)
	}
	f.t.Logf("%d kills: %d owners, %d arrived, %d extra, %d counted as doubtful", kills, owners, len(taken), extra, l.Ambiguous)
	if extra > l.Ambiguous || !l.OK {
		f.t.Errorf("%d owners got it twice, %d are counted; verify: %v", extra, l.Ambiguous, l.OK)
	}
}

// passTime dates every version back by whole days, as if the hosts had been down since.
// The schema refuses that, of course: its guard stands aside for it, and comes back.
func (f *field) passTime(days int) {
	f.t.Helper()
	f.database(func(s *store.Store) {
		f.try(s.SystemWrite(f.t.Context(), "let time pass", func(_ context.Context, tx *gorm.DB) error {
			aside, back := "ALTER TABLE terms_versions DISABLE TRIGGER USER", "ALTER TABLE terms_versions ENABLE TRIGGER USER"
			if s.Engine() == store.SQLite {
				aside = "DROP TRIGGER terms_versions_update"
				if err := tx.Raw("SELECT sql FROM sqlite_master WHERE name = 'terms_versions_update'").Scan(&back).Error; err != nil {
					return err
				}
			}
			var all []struct {
				Document                terms.Document
				Number                  int
				AnnouncedAt, NotifiedAt time.Time
				EffectiveOn             terms.Date
			}
			if err := tx.Raw("SELECT document, number, announced_at, notified_at, effective_on FROM terms_versions").Scan(&all).Error; err != nil {
				return err
			}
			if err := tx.Exec(aside).Error; err != nil {
				return err
			}
			for _, v := range all {
				on := v.EffectiveOn.Plus(-days)
				err := tx.Exec("UPDATE terms_versions SET announced_at = ?, notified_at = ?, effective_on = ?, told_on = ? WHERE document = ? AND number = ?",
					v.AnnouncedAt.AddDate(0, 0, -days), v.NotifiedAt.AddDate(0, 0, -days), on, on, v.Document, v.Number).Error
				if err != nil {
					return err
				}
			}
			return tx.Exec(back).Error
		}))
	})
}

// checkInForce looks at the program after the date that it slept over.
func (f *field) checkInForce() {
	f.t.Helper()
	page := newVisitor(f.t, "http://"+f.p.web).get("/terms")
	if page.status != http.StatusOK || !strings.Contains(text(page.Selection), "forty (40) days") {
		f.t.Errorf("what is in force: %d %.300s", page.status, text(page.Selection))
	}
	for range 2 {
		f.signIn()
	}
	accepted := -1
	if f.query(&accepted, "SELECT COUNT(*) FROM terms_records WHERE number = 2"); accepted != 1 {
		f.t.Errorf("%d records of acceptance after two sessions", accepted)
	}
	var channel string
	if f.query(&channel, "SELECT channel FROM terms_records WHERE number = 2"); channel != string(terms.UseSMTP) {
		f.t.Errorf("accepted by %q", channel)
	}
	if l := f.verify(); !l.OK {
		f.t.Error("verify is red")
	}
}

// signIn is a program's session without a message.
func (f *field) signIn() {
	f.t.Helper()
	host, _, _ := strings.Cut(f.p.smtp, ":")
	c, err := smtp.Dial(f.p.smtp)
	f.try(err)
	defer func() { _ = c.Close() }()
	f.try(c.StartTLS(&tls.Config{InsecureSkipVerify: true, ServerName: host}))
	f.try(c.Auth(smtp.PlainAuth("", f.tenant.Username, f.tenant.Password, host)))
	f.try(c.Quit())
}
