package contact_test

import (
	"context"
	"sort"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// visit is what is known of a mail's readers.
type visit struct {
	to             []string
	kind           string
	human, machine int
	daysAgo        int
}

// Segments by what people did with their mail: programs do not count, a click is an opening
// as well, of a mail to several nobody knows who came, and each account sees its own.
func TestSegmentsKnowWhoReads(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		a, b := seed.NewAccount(t, db, "A"), seed.NewAccount(t, db, "B")
		s := contact.New(db)
		for _, name := range strings.Fields("opens clicks scanned late shared-one shared-two silent") {
			add(t, s, a.Scope, contact.Draft{Email: name + "@example.org"})
		}
		put := func(of seed.Account, v visit) {
			m := seed.NewMessage(db, of, message.Broadcast, v.to...)
			if err := message.Insert(t.Context(), db, []*message.New{m}); err != nil {
				t.Fatal(err)
			}
			err := db.SystemWrite(t.Context(), "test: visits", func(_ context.Context, tx *gorm.DB) error {
				at := db.Now().AddDate(0, 0, -v.daysAgo)
				var person *time.Time
				if v.human > 0 {
					person = &at
				}
				return tx.Exec(`INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at, human_last)
					VALUES (?, ?, ?, 0, '', ?, ?, 0, ?, ?, ?, ?)`, of.ID, m.Message.ID, v.kind, v.human, v.machine, at, at, person, person).Error
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, v := range []visit{
			{[]string{"opens@example.org"}, "open", 2, 1, 3}, {[]string{"clicks@example.org"}, "click", 1, 0, 3}, {[]string{"scanned@example.org"}, "open", 0, 5, 3},
			{[]string{"scanned@example.org"}, "click", 0, 9, 3}, {[]string{"late@example.org"}, "open", 1, 0, 40}, {[]string{"shared-one@example.org", "shared-two@example.org"}, "click", 1, 0, 3},
		} {
			put(a, v)
		}
		put(b, visit{[]string{"silent@example.org"}, "click", 1, 0, 3})
		for _, c := range []struct {
			rules contact.Condition
			want  string
		}{
			{rule("opened", contact.InLast, "30"), "clicks opens"},
			{rule("opened", contact.InLast, "60"), "clicks late opens"},
			{rule("opened", contact.NotLast, "30"), "late scanned shared-one shared-two silent"},
			{rule("clicked", contact.InLast, "30"), "clicks"},
			{rule("clicked", contact.NotLast, "30"), "late opens scanned shared-one shared-two silent"},
		} {
			found, err := s.Find(t.Context(), a.Scope, contact.Filter{Where: &c.rules, Limit: 10})
			names := make([]string, len(found))
			for i, f := range found {
				names[i], _, _ = strings.Cut(f.Address, "@")
			}
			sort.Strings(names)
			n, countErr := s.Count(t.Context(), a.Scope, &c.rules)
			if got := strings.Join(names, " "); got != c.want || err != nil || countErr != nil || int(n) != len(names) {
				t.Errorf("%+v: %q (%d), want %q: %v %v", c.rules, got, n, c.want, err, countErr)
			}
		}
		for _, bad := range []contact.Condition{rule("opened", contact.Is, "30"), rule("clicked", contact.InLast, "many"), rule("opened", contact.Before, "2026-01-01")} {
			if _, err := s.Count(t.Context(), a.Scope, &bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		for _, property := range []string{"opened", "clicked"} {
			r := rule(property, contact.InLast, "30")
			sql, args, err := r.Compile(a.Scope, nil, db.Now())
			if err != nil {
				t.Fatal(err)
			}
			plan := explain(t, db, "SELECT contact_id FROM contacts WHERE account_id = ? AND "+sql, append([]any{a.ID}, args...)...)
			if !strings.Contains(plan, "visits_by_people") && db.Engine() == store.SQLite || strings.Contains(plan, "SCAN v") || strings.Contains(plan, "SCAN d") {
				t.Errorf("%s reads every visit:\n%s", property, plan)
			}
		}
	})
}
