package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/bench/sink"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/config"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/tenant"
)

// mailing is a campaign to many, the servers that take it, and two workers that die.
type mailing struct {
	*field
	pg       *services.PostgresServer
	redis    *services.RedisServer
	workers  [2]*program
	v        *boot.Services
	scope    account.Scope
	picky    *fakemx.Server // refuses some
	people   int
	list     id.ID
	topic    id.ID
	campaign id.ID
}

const (
	exchangersOfMailing = 24
	pickyDomain         = "picky.example"
)

func newMailing(t *testing.T, people int) *mailing {
	t.Helper()
	m := &mailing{people: people, pg: services.OwnPostgres(t, services.PostgresOptions{}), redis: services.OwnRedis(t, services.RedisOptions{})}
	m.field = &field{t: t, record: filepath.Join(t.TempDir(), "record")}
	url, err := m.pg.CreateDatabase(t.Context(), "faults")
	m.try(err)
	m.picky = fakemx.New(t, fakemx.Options{Addr: "127.0.0.5:0", Script: func(p fakemx.Phase, arg string) fakemx.Action {
		if p == fakemx.Rcpt && strings.Contains(arg, "<gone") {
			return fakemx.Action{Reply: "550 5.1.1 no such user"}
		}
		return fakemx.Action{}
	}})
	record, err := sink.OpenRecord(m.record)
	m.try(err)
	zone := strings.Builder{}
	fmt.Fprintf(&zone, "%s. MX 10 mx.%s.\nmx.%s. A 127.0.0.5\n", pickyDomain, pickyDomain, pickyDomain)
	var listeners []sink.Listener
	for i := range exchangersOfMailing {
		addr := fmt.Sprintf("127.0.1.%d", i+1)
		listeners = append(listeners, sink.Listener{Addr: addr + ":" + strconv.Itoa(m.picky.Port())})
		fmt.Fprintf(&zone, "d%d.example. MX 10 mx.d%d.example.\nmx.d%d.example. A %s\n", i, i, i, addr)
	}
	m.sink, err = sink.Start(sink.Options{Listeners: listeners, Record: record})
	m.try(err)
	t.Cleanup(func() { _ = m.sink.Close() })
	dns := fakedns.New(t, zone.String())
	m.p = newProgram(t, "DATABASE_URL="+url, "REDIS_URL="+m.redis.URL(), "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER="+dns.Addr(),
		"SMTPSERVER_MX_PORT="+strconv.Itoa(m.picky.Port()), "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true")
	m.p.mustCommand("migrate", "up")
	m.tenant, err = tenant.Create(t.Context(), m.p.env, "faults.test")
	m.try(err)
	m.scope = account.NewScope(m.tenant.Account.ID, account.Actor{Kind: account.ActorSystem})
	c, err := config.Load(m.p.env)
	m.try(err)
	m.v, err = boot.OpenBeside(t.Context(), c, slog.New(slog.DiscardHandler))
	m.try(err)
	t.Cleanup(func() { _ = m.v.Close(context.Background()) })
	for i := range m.workers {
		m.workers[i] = m.p.part("worker")
	}
	return m
}

// address is the i-th person's. Every fiftieth is at the server that refuses some.
func (m *mailing) address(i int) string {
	switch {
	case m.reason(i) == broadcast.Invalid:
		return fmt.Sprintf("r%d@nowhere", i)
	case i%50 == 7:
		return fmt.Sprintf("gone%d@%s", i, pickyDomain)
	case i%50 == 8:
		return fmt.Sprintf("r%d@%s", i, pickyDomain)
	}
	return fmt.Sprintf("r%d@d%d.example", i, i%exchangersOfMailing)
}

// reason is why the i-th person gets nothing, from the beginning on.
func (m *mailing) reason(i int) broadcast.Reason {
	switch i % 100 {
	case 1:
		return broadcast.Suppressed
	case 2, 3:
		return broadcast.OptedOut // of everything, and of the topic
	case 4:
		return broadcast.Invalid
	}
	return broadcast.Included
}

// fill makes the people, their list, and the wishes of some.
func (m *mailing) fill() {
	m.t.Helper()
	topic, err := m.v.Contacts.AddTopic(m.t.Context(), m.scope, "Offers", "")
	m.try(err)
	l, err := m.v.Contacts.AddList(m.t.Context(), m.scope, "Customers", "", "")
	m.try(err)
	m.topic, m.list = topic.ID, l.ID
	m.try(m.v.Store.SystemWrite(m.t.Context(), "prepare a test", func(_ context.Context, tx *gorm.DB) error {
		for from := 0; from < m.people; from += 5000 {
			numbers := make([]int, min(5000, m.people-from))
			for i := range numbers {
				numbers[i] = from + i
			}
			if err := m.add(tx, numbers...); err != nil {
				return err
			}
		}
		return nil
	}))
}

// subscriber is a person on the list, and mute one who wants less.
type (
	subscriber struct {
		contact id.ID
		address string
		number  int
	}
	mute struct {
		address  string
		optedOut bool
	}
)

// add puts people on the list, with the wishes of some.
func (m *mailing) add(tx *gorm.DB, numbers ...int) error {
	accountID, now := string(m.tenant.Account.ID), m.v.Store.Now()
	contacts := store.NewBulk("contacts", `account_id text, contact_id text, address text, given text, name text, name_key text, kind text, company text, company_key text,
		language text, time_zone text, attributes text, revision int, import_id text, created_at timestamptz, updated_at timestamptz`, func(s *subscriber) []any {
		return []any{accountID, string(s.contact), s.address, s.address, "Person " + strconv.Itoa(s.number), "", "individual", "", "", "", "", "{}", 1, "", now, now}
	})
	members := store.NewBulk("list_members", "account_id text, list_id text, contact_id text, import_id text, joined_at timestamptz", func(s *subscriber) []any {
		return []any{accountID, string(m.list), string(s.contact), "", now}
	})
	suppressions := store.NewBulk("suppressions", "account_id text, stream text, address text, reason text, opted_out bool, created_at timestamptz", func(s *mute) []any {
		return []any{accountID, "broadcast", s.address, "In a test.", s.optedOut, now}
	})
	topics := store.NewBulk("topic_suppressions", "account_id text, topic_id text, address text, created_at timestamptz", func(s *mute) []any {
		return []any{accountID, string(m.topic), s.address, now}
	})
	var people []subscriber
	var suppressed, offTopic []mute
	for _, i := range numbers {
		s := subscriber{id.New(), m.address(i), i}
		people = append(people, s)
		switch i % 100 {
		case 1, 2:
			suppressed = append(suppressed, mute{s.address, i%100 == 2})
		case 3:
			offTopic = append(offTopic, mute{address: s.address})
		}
	}
	return errors.Join(contacts.Insert(tx, people), members.Insert(tx, people), suppressions.Insert(tx, suppressed), topics.Insert(tx, offTopic))
}

// begin writes the campaign and starts it.
func (m *mailing) begin() {
	m.t.Helper()
	d, err := m.v.Domains.List(m.t.Context(), m.scope)
	m.try(err)
	audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: m.list}}}.JSON()
	m.try(err)
	c, err := m.v.Campaigns.Create(m.t.Context(), m.scope, broadcast.Brief{
		Kind: broadcast.ToContacts, Name: "News", Audience: audience, DomainID: d[0].ID, FromName: "Shop", FromLocal: "news", TopicID: m.topic, TrackOpens: true, TrackClicks: true,
		Plan: broadcast.Plan{When: broadcast.Now},
		Content: []broadcast.Variant{{Source: content.Source{
			Kind: content.Markdown, Subject: "Hello {{ name }}", Body: "# Good morning {{ name }}\n\nSee [our shop](https://shop.example/).\n\n{{ sender }}, {{ sender_address }} · [Unsubscribe]({{ unsubscribe_url }})\n",
		}}},
	})
	m.try(err)
	m.campaign = c.ID
	m.try(m.v.Campaigns.Start(m.t.Context(), m.scope, c.ID))
	m.try(m.v.Campaigns.Start(m.t.Context(), m.scope, c.ID)) // a double click
}

// insist does what a person would press again while the database restarts.
func (m *mailing) insist(what string, do func(context.Context, account.Scope, id.ID) error) {
	m.t.Helper()
	var err error
	m.until(what, 30*time.Second, func() bool { err = do(m.t.Context(), m.scope, m.campaign); return err == nil })
}

// sums reads the page's numbers, and fails when they do not add up.
func (m *mailing) sums() (sums broadcast.Sums) {
	m.t.Helper()
	m.insist("the sums are read", func(ctx context.Context, scope account.Scope, campaignID id.ID) (err error) {
		sums, err = m.v.Campaigns.Sums(ctx, scope, campaignID)
		return err
	})
	if !sums.Balanced() {
		m.t.Errorf("the sums do not add up: %+v", sums)
	}
	return sums
}

// reached waits until so much of the audience has ended.
func (m *mailing) reached(part, of int) {
	m.t.Helper()
	m.until(fmt.Sprintf("%d of %d parts are sent", part, of), 10*time.Minute, func() bool {
		s := m.sums()
		return s.Audience > 0 && (s.Audience-s.Waiting)*int64(of) >= s.Audience*int64(part)
	})
}

// sunk is how many copies each address got.
func (m *mailing) sunk() map[string]int {
	m.t.Helper()
	taken, err := sink.ReadRecord(m.record)
	m.try(err)
	copies := map[string]int{}
	for _, x := range taken {
		for _, r := range x.Recipients {
			copies[strings.Trim(r, "<>")]++
		}
	}
	for _, x := range m.picky.Messages() {
		for _, r := range x.Recipients {
			path, _, _ := strings.Cut(r, ">")
			copies[strings.TrimLeft(path, "< ")]++
		}
	}
	return copies
}

// F-55, F-56: a campaign under every fault at once. Workers are killed ten times, Redis
// loses everything, the database restarts, somebody pauses and goes on, and people come
// and go. Everybody gets one copy who is not excluded; who may have two is counted; the
// page's sums are the servers' to the unit, and each exclusion has the reason that the
// rows of the account give.
func TestF56CampaignUnderFaults(t *testing.T) {
	t.Parallel()
	m := newMailing(t, rounds(4_000, 100_000))
	random := seeded(t)
	m.fill()
	for _, w := range m.workers {
		w.start()
	}
	m.begin()
	left := map[string]bool{} // while it was sent
	const kills = 10
	for i := range kills {
		m.reached(i+1, kills+3)
		w := m.workers[i%2]
		w.kill()
		switch i {
		case 2, 5, 8:
			m.try(m.redis.Flush(t.Context()))
		case 4:
			m.try(m.pg.Restart(t.Context(), services.Fast))
		}
		if i%2 == 1 { // five times
			m.pausedFor(time.Duration(500+random.IntN(1500)) * time.Millisecond)
		}
		m.membersChange(i, left)
		w.start()
	}
	var c broadcast.Campaign
	m.until("the campaign is done", 10*time.Minute, func() bool {
		var err error
		c, err = m.v.Campaigns.Get(t.Context(), m.scope, m.campaign)
		return err == nil && c.State == broadcast.Done
	})
	m.judgeMailing(left)
}

// pausedFor pauses, looks whether anything leaves, and goes on.
func (m *mailing) pausedFor(d time.Duration) {
	m.t.Helper()
	m.insist("it is paused", m.v.Campaigns.Pause)
	time.Sleep(5 * time.Second) // what was being tried comes to its end
	before := len(m.sunk())
	time.Sleep(d)
	if after := len(m.sunk()); after != before {
		m.t.Errorf("%d left during the pause", after-before)
	}
	m.insist("it goes on", m.v.Campaigns.Resume)
}

// membersChange lets somebody leave, somebody be removed, and somebody join.
func (m *mailing) membersChange(round int, left map[string]bool) {
	m.t.Helper()
	accountID, now := m.tenant.Account.ID, m.v.Store.Now()
	someone := m.people - 10 - round*10 // divisible by ten: included
	m.insist("members change", func(ctx context.Context, _ account.Scope, _ id.ID) error {
		return m.v.Store.SystemWrite(ctx, "members change in a test", func(_ context.Context, tx *gorm.DB) error {
			leaver, removed := m.address(someone), m.address(someone-5)
			left[leaver], left[removed] = true, true
			for _, s := range []struct {
				sql  string
				args []any
			}{
				{"INSERT INTO suppressions (account_id, stream, address, reason, opted_out, created_at) VALUES (?, 'broadcast', ?, 'They left.', true, ?) ON CONFLICT DO NOTHING", []any{accountID, leaver, now}},
				{"DELETE FROM list_members WHERE account_id = ? AND contact_id IN (SELECT contact_id FROM contacts WHERE account_id = ? AND address = ?)", []any{accountID, accountID, removed}},
				{"DELETE FROM contacts WHERE account_id = ? AND address = ?", []any{accountID, removed}},
			} {
				if err := tx.Exec(s.sql, s.args...).Error; err != nil {
					return err
				}
			}
			return m.add(tx, m.people+100*(round+1)) // joins after the freeze: gets nothing
		})
	})
}

// judgeMailing compares the servers, the page and the account's rows.
func (m *mailing) judgeMailing(left map[string]bool) {
	t := m.t
	t.Helper()
	copies, sums := m.sunk(), m.sums()
	var want broadcast.Sums
	extra, reached := 0, int64(0)
	late := map[string]bool{}
	for i := range m.people {
		address := m.address(i)
		want.Audience++
		n := copies[address]
		extra += max(n-1, 0)
		switch r := m.reason(i); {
		case r == broadcast.Suppressed:
			want.Suppressed++
		case r == broadcast.OptedOut:
			want.OptedOut++
		case r == broadcast.Invalid:
			want.Invalid++
		case strings.HasPrefix(address, "gone"):
			want.Failed++
			if n > 0 {
				t.Errorf("%s took %d copies", address, n)
			}
			continue
		case left[address] && n == 0:
			late[address] = true
			continue
		default:
			want.Sent++
			reached += int64(min(n, 1))
			if n == 0 {
				t.Errorf("LOST: %s got nothing", address)
			}
			continue
		}
		if n > 0 {
			t.Errorf("%s got %d copies and is excluded", address, n)
		}
	}
	for i := range 10 {
		if address := m.address(m.people + 100*(i+1)); copies[address] > 0 {
			t.Errorf("%s joined later and got it", address)
		}
	}
	excludedLater := sums.Suppressed + sums.OptedOut + sums.Skipped - want.Suppressed - want.OptedOut
	if excludedLater != int64(len(late)) {
		t.Errorf("%d were excluded while it was sent, %d of those who left got nothing", excludedLater, len(late))
	}
	if sums.Audience != want.Audience || sums.Sent != want.Sent || sums.Sent != reached || sums.Failed != want.Failed || sums.Invalid != want.Invalid || sums.Waiting != 0 || sums.Duplicate != 0 {
		t.Errorf("the page says %+v, the servers %+v, %d reached", sums, want, reached)
	}
	m.reasons(late)
	out := m.p.mustCommand("verify", "--json")
	var l ledgerJSON
	m.try(json.Unmarshal([]byte(out), &l))
	t.Logf("%d people: %+v | DUP %d (counted %d)", m.people, sums, extra, l.Ambiguous)
	if !l.OK || extra > l.Ambiguous {
		t.Errorf("verify %v: %d duplicates, %d of them counted", l.OK, extra, l.Ambiguous)
	}
}

// reasons asks the account's rows, by a way of its own, who should be excluded, and
// compares with the lists behind the numbers.
func (m *mailing) reasons(late map[string]bool) {
	m.t.Helper()
	for _, l := range []broadcast.Listed{broadcast.ListSuppressed, broadcast.ListOptedOut, broadcast.ListInvalid} {
		var want []string
		sql := map[broadcast.Listed]string{
			broadcast.ListSuppressed: "SELECT address FROM suppressions WHERE NOT opted_out AND stream = 'broadcast' AND reason = 'In a test.'",
			broadcast.ListOptedOut:   "SELECT address FROM suppressions WHERE opted_out AND reason = 'In a test.' UNION SELECT address FROM topic_suppressions",
			broadcast.ListInvalid:    "SELECT address FROM contacts WHERE address LIKE '%@nowhere'",
		}[l]
		m.query(&want, sql)
		expected := map[string]bool{}
		for _, a := range want {
			expected[a] = true
		}
		found := 0
		for cursor := ""; ; {
			page, err := m.v.Campaigns.Recipients(m.t.Context(), m.scope, m.campaign, l, cursor, 500)
			m.try(err)
			for _, r := range page.Recipients {
				if late[r.Address] {
					continue
				}
				found++
				if !expected[r.Address] || r.Reason == "" {
					m.t.Errorf("%s is listed as %s: %q", r.Address, l, r.Reason)
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if found != len(expected) {
			m.t.Errorf("%d are listed as %s, the rows say %d", found, l, len(expected))
		}
	}
	var unlisted int
	m.query(&unlisted, "SELECT count(*) FROM deliveries WHERE state = '"+string(message.Bounced)+"' AND recipient NOT LIKE 'gone%'")
	if unlisted > 0 {
		m.t.Errorf("%d bounced that should not", unlisted)
	}
}
