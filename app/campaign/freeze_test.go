package campaign_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// facts are the tables as they are, read whole: the test's own account of who gets what
// is made of them in Go, and shares no statement with the product.
type facts struct {
	on                          map[id.ID]map[id.ID]bool // list, contact
	suppressed, optedOut, pause map[string]bool
	offTopic                    map[string]bool
}

func (w *world) facts() facts {
	w.t.Helper()
	f := facts{on: map[id.ID]map[id.ID]bool{}, suppressed: map[string]bool{}, optedOut: map[string]bool{}, pause: map[string]bool{}, offTopic: map[string]bool{}}
	w.must(w.store.SystemRead(w.t.Context(), "test: the facts", func(_ context.Context, tx *gorm.DB) error {
		var members []contact.Member
		if err := tx.Find(&members).Error; err != nil {
			return err
		}
		for _, m := range members {
			if f.on[m.ListID] == nil {
				f.on[m.ListID] = map[id.ID]bool{}
			}
			f.on[m.ListID][m.ContactID] = true
		}
		var rows []struct {
			AccountID       id.ID
			Stream, Address string
			OptedOut        bool
			EndsAt          *time.Time
		}
		if err := tx.Raw("SELECT account_id, stream, address, opted_out, ends_at FROM suppressions").Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			switch {
			case r.AccountID != w.scope.AccountID() || r.Stream != "broadcast" || r.EndsAt != nil && r.EndsAt.Before(w.store.Now()):
			case !r.OptedOut:
				f.suppressed[r.Address] = true
			case r.EndsAt == nil:
				f.optedOut[r.Address] = true
			default:
				f.pause[r.Address] = true
			}
		}
		var out []string
		if err := tx.Raw("SELECT address FROM topic_choices WHERE account_id = ? AND choice = 'out'", w.scope.AccountID()).Scan(&out).Error; err != nil {
			return err
		}
		var left []string
		if err := tx.Raw("SELECT address FROM topic_suppressions WHERE account_id = ?", w.scope.AccountID()).Scan(&left).Error; err != nil {
			return err
		}
		for _, address := range append(out, left...) {
			f.offTopic[address] = true
		}
		return nil
	}))
	return f
}

// in is whether a person is in a set, by the sets' own meaning.
func (w *world) in(f facts, set campaign.Set, c contact.Contact) bool {
	switch {
	case set.Kind == campaign.Everyone:
		return true
	case set.Kind == campaign.OfList:
		return f.on[set.ID][c.ID]
	case set.ID == w.segments[0]:
		return strings.HasPrefix(c.Name, "a")
	}
	return c.Language == "de" || f.on[w.lists[2]][c.ID]
}

// expected is who has a row, with the reason.
func (w *world) expected(a campaign.Audience, topic bool) map[id.ID]campaign.Reason {
	f, want := w.facts(), map[id.ID]campaign.Reason{}
	for _, c := range w.people {
		member := false
		for _, set := range a.Include {
			member = member || w.in(f, set, c)
		}
		for _, set := range a.Exclude {
			member = member && !w.in(f, set, c)
		}
		if !member {
			continue
		}
		_, host, _ := strings.Cut(c.Address, "@")
		switch {
		case !strings.Contains(host, "."):
			want[c.ID] = campaign.Invalid
		case f.suppressed[c.Address]:
			want[c.ID] = campaign.Suppressed
		case f.optedOut[c.Address]:
			want[c.ID] = campaign.OptedOut
		case topic && f.offTopic[c.Address]:
			want[c.ID] = campaign.OffTopic
		case f.pause[c.Address]:
			want[c.ID] = campaign.Paused
		default:
			want[c.ID] = campaign.Included
		}
	}
	return want
}

// asRow is how a row spells a reason.
func asRow(r campaign.Reason) broadcast.Reason {
	if r == campaign.OffTopic || r == campaign.Paused {
		return broadcast.OptedOut
	}
	return broadcast.Reason(r)
}

func (w *world) audiences() map[string]campaign.Audience {
	list := func(i int) campaign.Set { return campaign.Set{Kind: campaign.OfList, ID: w.lists[i]} }
	segment := func(i int) campaign.Set { return campaign.Set{Kind: campaign.OfSegment, ID: w.segments[i]} }
	all := campaign.Set{Kind: campaign.Everyone}
	return map[string]campaign.Audience{
		"everybody":                  {Include: []campaign.Set{all}},
		"everybody but a list":       {Include: []campaign.Set{all}, Exclude: []campaign.Set{list(0)}},
		"a list":                     {Include: []campaign.Set{list(0)}},
		"lists that overlap":         {Include: []campaign.Set{list(0), list(1), list(2)}},
		"a segment":                  {Include: []campaign.Set{segment(1)}},
		"a list without a segment":   {Include: []campaign.Set{list(1)}, Exclude: []campaign.Set{segment(1)}},
		"all kinds, less both kinds": {Include: []campaign.Set{list(0), segment(0)}, Exclude: []campaign.Set{list(2), segment(1)}},
	}
}

// Every exclusion's reason is checked against an account of the facts that shares no
// statement with the product; each person has one row, numbers have no gap; and the count
// that was shown beforehand is the count of the rows, reason by reason.
func TestFrozenRowsAreTheFacts(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db, 400)
		seen := map[campaign.Reason]int{}
		for name, a := range w.audiences() {
			for _, topic := range []bool{true, false} {
				c := w.draft(a, func(c *broadcast.Campaign) {
					if !topic {
						c.TopicID = ""
					}
				})
				count, done, err := w.Count(t.Context(), w.scope, c, time.Minute)
				if err != nil || !done {
					t.Fatalf("%s: %v, %v", name, done, err)
				}
				want, counted := w.expected(a, topic), map[campaign.Reason]int64{}
				rows := w.freeze(c, []int{1000, 37}[len(seen)%2], nil)
				for i, r := range rows {
					reason, in := want[r.ContactID]
					if !in || r.Excluded != asRow(reason) || (r.Why == "") != (r.Excluded == "") || r.Number != int64(i)+1 || r.Zone != "" || r.MessageID != "" {
						t.Errorf("%s, topic %v: %+v, expected %v %q", name, topic, r, in, reason)
					}
					delete(want, r.ContactID)
					if in {
						counted[reason]++
						seen[reason]++
					}
				}
				if len(want) > 0 {
					t.Errorf("%s: %d people have no row", name, len(want))
				}
				if count.Audience != int64(len(rows)) || count.Included() != counted[campaign.Included] {
					t.Errorf("%s: %d of %d were promised, %d of %d are frozen", name, count.Included(), count.Audience, counted[campaign.Included], len(rows))
				}
				delete(counted, campaign.Included)
				if asJSON(count.Reasons) != asJSON(counted) {
					t.Errorf("%s: promised %s, frozen %s", name, asJSON(count.Reasons), asJSON(counted))
				}
				var byDomain int64
				for _, n := range count.Domains {
					byDomain += n
				}
				if byDomain != count.Included() {
					t.Errorf("%s: %d by domain of %d", name, byDomain, count.Included())
				}
			}
		}
		for _, reason := range append(campaign.Reasons, campaign.Included) {
			if seen[reason] == 0 {
				t.Errorf("nobody was left out for %q: the test proves nothing about it", reason)
			}
		}
	})
}

// While slices are frozen people join, leave, are removed, and come back under a new id:
// nobody is in twice, and nobody who was there all the time is missed.
func TestMembershipMayChangeMeanwhile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db, 300)
		a := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: w.lists[0]}, {Kind: campaign.OfList, ID: w.lists[1]}}}
		c := w.draft(a)
		untouched, r := w.expected(a, true), rand.New(rand.NewPCG(1, 2))
		again := 0
		rows := w.freeze(c, 20, func(int) {
			w.write(func(tx *gorm.DB) error {
				for range 4 {
					p := w.people[r.IntN(len(w.people))]
					if _, there := untouched[p.ID]; !there {
						continue
					}
					delete(untouched, p.ID)
					for _, sql := range []string{"DELETE FROM list_members WHERE contact_id = ?", "DELETE FROM contacts WHERE contact_id = ?"} {
						if err := tx.Exec(sql, p.ID).Error; err != nil {
							return err
						}
					}
					back, err := w.person(tx, w.scope, p.Address, r)
					if err != nil {
						return err
					}
					again++
					if err := tx.Exec("INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) VALUES (?, ?, ?, '', ?)", w.scope.AccountID(), w.lists[0], back.ID, w.now).Error; err != nil {
						return err
					}
				}
				return nil
			})
		})
		contacts, addresses, duplicates := map[id.ID]bool{}, map[string]bool{}, 0
		for i, row := range rows {
			if contacts[row.ContactID] || row.Number != int64(i)+1 {
				t.Errorf("%+v", row)
			}
			contacts[row.ContactID] = true
			if row.Excluded == broadcast.Duplicate {
				duplicates++
				continue
			}
			if addresses[row.Address] {
				t.Errorf("%s is in twice", row.Address)
			}
			addresses[row.Address] = true
		}
		for contactID := range untouched {
			if !contacts[contactID] {
				t.Errorf("%s was missed", contactID)
			}
		}
		if again < 10 || duplicates == 0 {
			t.Errorf("%d came back, %d of them after they were frozen: the test proves nothing", again, duplicates)
		}
	})
}

// A campaign that follows another goes to the part that it names: who has not opened the
// one before, or who was in none of the series. Only people count as openers.
func TestFollowersGoToTheirPart(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db, 120)
		listed := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: w.lists[0]}}}
		everybody := campaign.Audience{Include: []campaign.Set{{Kind: campaign.Everyone}}}
		first := w.draft(listed)
		rows := w.freeze(first, 50, nil)
		wantUnopened := w.send(first, rows)
		unopened := w.draft(everybody, func(c *broadcast.Campaign) {
			c.ParentID, c.SeriesID, c.Follows = first.ID, first.SeriesID, broadcast.FollowsUnopened
		})
		got := map[id.ID]bool{}
		for _, r := range w.freeze(unopened, 50, nil) {
			got[r.ContactID] = true
		}
		if fmt.Sprint(got) != fmt.Sprint(wantUnopened) || len(got) == 0 {
			t.Errorf("%d non-openers, expected %d", len(got), len(wantUnopened))
		}
		fresh := w.draft(everybody, func(c *broadcast.Campaign) {
			c.ParentID, c.SeriesID, c.Follows = first.ID, first.SeriesID, broadcast.FollowsNew
		})
		had := map[id.ID]bool{}
		for _, r := range rows {
			had[r.ContactID] = true
		}
		for _, r := range w.freeze(fresh, 50, nil) {
			if had[r.ContactID] {
				t.Errorf("%s was in the series already", r.ContactID)
			}
			had[r.ContactID] = true
		}
		if len(had) != len(w.people) {
			t.Errorf("%d of %d people", len(had), len(w.people))
		}
	})
}

// The results of a test count people, not programs; and a contact's page tells in which
// audiences they were, and what became of it.
func TestResultsAndHistory(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db, 80)
		c := w.draft(campaign.Audience{Include: []campaign.Set{{Kind: campaign.Everyone}}}, func(c *broadcast.Campaign) {
			c.Content = []broadcast.Variant{{Name: "A"}, {Name: "B"}}
		})
		rows := w.freeze(c, 1000, nil)
		w.write(func(tx *gorm.DB) error {
			return tx.Exec("UPDATE campaign_recipients SET variant = number % 2 WHERE campaign_id = ?", c.ID).Error
		})
		unopened := w.send(c, rows)
		results, err := w.Variants(t.Context(), c)
		if err != nil || len(results) != 2 {
			t.Fatalf("%+v, %v", results, err)
		}
		var delivered, opens int64
		for _, r := range results {
			delivered += r.Delivered
			opens += r.Opens
		}
		if delivered == 0 || opens == 0 || delivered-opens != int64(len(unopened)) {
			t.Errorf("%+v: %d delivered, %d opened, %d did not", results, delivered, opens, len(unopened))
		}
		at, done, err := w.ProvidersSoon(t.Context(), c, time.Minute)
		if err != nil || !done || len(at) < 2 {
			t.Fatalf("%+v, %v, %v", at, done, err)
		}
		var arrived, failed int64
		for i, p := range at {
			arrived, failed = arrived+p.Delivered, failed+p.Failed
			if i > 0 && p.Delivered > at[i-1].Delivered {
				t.Errorf("%+v stands behind %+v", p, at[i-1])
			}
		}
		var included int64
		for _, r := range rows {
			if r.Excluded == broadcast.Included {
				included++
			}
		}
		if arrived != delivered || arrived+failed != included {
			t.Errorf("%d delivered and %d failed at the providers, of %d; the variants have %d delivered", arrived, failed, included, delivered)
		}
		for _, r := range rows[:20] {
			sent, err := w.OfContact(t.Context(), w.scope, r.ContactID)
			if err != nil || len(sent) != 1 || sent[0].Name != "Letter" || sent[0].Excluded != r.Excluded || (sent[0].State == "") != (r.Excluded != broadcast.Included) {
				t.Errorf("%+v: %+v, %v", r, sent, err)
			}
			if foreign, err := w.OfContact(t.Context(), w.other, r.ContactID); err != nil || len(foreign) != 0 {
				t.Errorf("another account sees %+v, %v", foreign, err)
			}
		}
	})
}

// People come with what is known of them, in their order; who has left, been suppressed or
// been removed since the audience was frozen comes with the reason instead.
func TestPeopleAsTheyAreNow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db, 0)
		r := rand.New(rand.NewPCG(3, 4))
		w.write(func(tx *gorm.DB) error {
			for i := range 6 {
				c, err := w.person(tx, w.scope, fmt.Sprintf("p%d@example.org", i), r)
				if err != nil {
					return err
				}
				w.people = append(w.people, c)
			}
			return nil
		})
		c := w.draft(campaign.Audience{Include: []campaign.Set{{Kind: campaign.Everyone}}})
		rows := w.freeze(c, 1000, nil)
		w.write(func(tx *gorm.DB) error {
			account := w.scope.AccountID()
			for _, x := range []struct {
				sql  string
				args []any
			}{
				{"INSERT INTO suppressions (account_id, stream, address, reason, opted_out, created_at) VALUES (?, 'broadcast', 'p1@example.org', 'x', true, ?)", []any{account, w.now}},
				{"INSERT INTO suppressions (account_id, stream, address, reason, opted_out, created_at) VALUES (?, 'broadcast', 'p2@example.org', 'x', false, ?)", []any{account, w.now}},
				{"INSERT INTO topic_choices (account_id, topic_id, address, choice, source, at) VALUES (?, ?, 'p3@example.org', 'out', 'form', ?)", []any{account, w.topic, w.now}},
				{"INSERT INTO suppressions (account_id, stream, address, reason, opted_out, ends_at, created_at) VALUES (?, 'broadcast', 'p4@example.org', 'x', true, ?, ?)", []any{account, w.now.Add(time.Hour), w.now}},
				{"DELETE FROM contacts WHERE account_id = ? AND address = 'p5@example.org'", []any{account}},
			} {
				if err := tx.Exec(x.sql, x.args...).Error; err != nil {
					return err
				}
			}
			return nil
		})
		people, err := w.People(t.Context(), c, rows)
		if err != nil || len(people) != len(rows) {
			t.Fatalf("%+v, %v", people, err)
		}
		want := []broadcast.Reason{broadcast.Included, broadcast.OptedOut, broadcast.Suppressed, broadcast.OptedOut, broadcast.OptedOut, broadcast.Skipped}
		for i, p := range people {
			if p.Excluded != want[i] || p.Email != rows[i].Address || (p.Why == "") != (want[i] == "") || p.Sender != "A" {
				t.Errorf("%s: %+v, expected %q", rows[i].Address, p, want[i])
			}
		}
		if people[0].Name != w.people[0].Name {
			t.Errorf("%+v", people[0])
		}
	})
}
