package tracking_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/tracking"
)

// world is an account with a campaign whose mails were delivered an hour ago.
type world struct {
	*testing.T
	store    *store.Store
	account  seed.Account
	campaign id.ID
	tracker  *tracking.Tracker
	recorder *tracking.Recorder
	at       time.Time
}

func newWorld(t *testing.T, s *store.Store) *world {
	box, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, store: s, account: seed.NewAccount(t, s, "Alpha"), campaign: id.New(), at: s.Now(), recorder: tracking.NewRecorder(s, slog.New(slog.DiscardHandler))}
	if w.tracker, err = tracking.New(box, &url.URL{Scheme: "https", Host: "mail.example.com"}); err != nil {
		t.Fatal(err)
	}
	w.exec("INSERT INTO campaign_totals (account_id, campaign_id) SELECT account_id, campaign_id FROM campaigns WHERE 1 = 0")
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	err := w.store.SystemWrite(w.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
	if err != nil {
		w.Fatal(err)
	}
}

// mails stores n delivered mails of the campaign, and returns the links of each.
func (w *world) mails(n int, destination string, delivered time.Time) (all []mail) {
	w.Helper()
	for i, m := range seed.Messages(w, w.store, w.account, message.Broadcast, destination, n) {
		w.exec("UPDATE messages SET campaign_id = ? WHERE message_id = ?", w.campaign, m.Message.ID)
		w.exec("UPDATE deliveries SET campaign_id = ?, state = 'delivered', final_at = ? WHERE message_id = ?", w.campaign, delivered, m.Message.ID)
		marked, err := w.tracker.Mark(fmt.Sprintf(`<a href="https://x.example/one?for=%d">1</a><a href="https://x.example/two">2</a><a href="https://x.example/three">3</a>`, i),
			tracking.Mark{AccountID: w.account.ID, MessageID: m.Message.ID, Opens: true, Clicks: true})
		if err != nil {
			w.Fatal(err)
		}
		var one mail
		one.id = m.Message.ID
		for _, token := range regexp.MustCompile(`/([oc])/([\w-]+)`).FindAllStringSubmatch(marked, -1) {
			target, ok := w.tracker.Where(token[2])
			if token[1] == "o" {
				target, ok = w.tracker.Opened(token[2])
			}
			if !ok {
				w.Fatalf("a link that does not work: %s", token[0])
			}
			one.targets = append(one.targets, target)
		}
		all = append(all, one)
	}
	return all
}

// mail has its three links, the trap and the picture.
type mail struct {
	id      id.ID
	targets []tracking.Target
}

const (
	trap    = 3
	picture = 4
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"
)

func (w *world) visit(m mail, what int, agent string, after time.Duration) {
	w.recorder.Record(tracking.Visit{Target: m.targets[what], Agent: agent, At: w.at.Add(after)})
}

func (w *world) flush() {
	w.Helper()
	if err := w.recorder.Flush(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) report() tracking.Report {
	w.Helper()
	r, err := tracking.NewReports(w.store).Of(w.Context(), w.account.Scope, w.campaign)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) want(what string, got tracking.Count, unique, total int64) {
	w.Helper()
	if got != (tracking.Count{Unique: unique, Total: total}) {
		w.Errorf("%s: %+v, want %d unique of %d", what, got, unique, total)
	}
}

// eachEngine runs a test on SQLite and, where there is one, on PostgreSQL.
func eachEngine(t *testing.T, test func(w *world)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(newWorld(t, s)) })
}

// Every visit is counted, a mail and its links once as unique, and the numbers of each
// dimension add up.
func TestReportAddsUp(t *testing.T) {
	eachEngine(t, func(w *world) {
		mails := append(w.mails(6, "big.example", w.at.Add(-time.Hour)), w.mails(4, "small.example", w.at.Add(-time.Hour))...)
		for i, m := range mails {
			for range i + 1 {
				w.visit(m, picture, firefox, time.Duration(i)*30*time.Minute)
			}
			w.visit(m, picture, "Mozilla/5.0", 0)
			if i%2 == 0 {
				w.visit(m, 0, firefox, time.Minute)
				w.flush()
				w.visit(m, 0, firefox, 2*time.Minute)
				w.visit(m, 1, firefox, 3*time.Minute)
			}
			w.visit(m, 2, "curl/8", time.Hour)
			w.flush()
		}
		r := w.report()
		w.want("opens by humans", r.Opens.Human, 10, 55)
		w.want("opens by machines", r.Opens.Machine, 10, 10)
		w.want("clicks by humans", r.Clicks.Human, 5, 15)
		w.want("clicks by machines", r.Clicks.Machine, 10, 10)
		if len(r.Links) != 3 || r.Links[0].Target != "https://x.example/one" || r.Links[0].Number != 1 {
			w.Fatalf("links: %+v", r.Links)
		}
		w.want("the first link", r.Links[0].Clicks.Human, 5, 10)
		w.want("the second link", r.Links[1].Clicks.Human, 5, 5)
		w.want("the third link", r.Links[2].Clicks.Machine, 10, 10)
		var opens, clicks int64
		for _, p := range r.Providers {
			opens, clicks = opens+p.Opens.Human.Total, clicks+p.Clicks.Human.Unique
		}
		if len(r.Providers) != 2 || opens != 55 || clicks != 5 {
			w.Errorf("providers: %+v", r.Providers)
		}
		var hours int64
		for _, h := range r.Hours {
			hours += h.Opens.Human.Unique
		}
		if len(r.Hours) < 4 || hours != 10 {
			w.Errorf("hours: %+v", r.Hours)
		}
		d, err := message.NewArchive(w.store).Show(w.Context(), w.account.Scope, mails[0].id)
		if err != nil {
			w.Fatal(err)
		}
		var told []string
		for _, e := range d.Events {
			if e.Kind == message.EventOpened || e.Kind == message.EventClicked {
				told = append(told, string(e.Kind)+" "+e.Verdict)
				if e.DeliveryID == nil || e.Reason == "" || strings.Contains(e.Reason, "for=") {
					w.Errorf("event %+v", e)
				}
			}
		}
		if len(told) != 5 { // opened by each, two links by a human, one by a program
			w.Errorf("the story of the mail: %q", told)
		}
	})
}

// L-02: replays count once as unique, whatever was made up counts nothing, and what is
// about no mail of ours harms nothing.
func TestReplaysAndForgeries(t *testing.T) {
	eachEngine(t, func(w *world) {
		m := w.mails(1, "big.example", w.at.Add(-time.Hour))[0]
		for range 100_000 {
			w.visit(m, 0, firefox, 0)
		}
		stranger := m.targets[0]
		stranger.MessageID = id.New()
		w.recorder.Record(tracking.Visit{Target: stranger, Agent: firefox, At: w.at})
		stranger = m.targets[0]
		stranger.AccountID = seed.NewAccount(w, w.store, "Beta").ID
		w.recorder.Record(tracking.Visit{Target: stranger, Agent: firefox, At: w.at})
		w.flush()
		r := w.report()
		w.want("clicks", r.Clicks.Human, 1, 100_000)
		if r.Clicks.Machine.Total+r.Clicks.Unknown.Total != 0 {
			w.Errorf("%+v", r.Clicks)
		}
	})
}

// L-03: a thousand visits of scanners, of every kind, and no click by a human.
func TestScannersAreNoHumans(t *testing.T) {
	eachEngine(t, func(w *world) {
		mails := w.mails(100, "big.example", w.at)
		visits := 0
		see := func(m mail, what int, v tracking.Visit) {
			v.Target = m.targets[what]
			w.recorder.Record(v)
			visits++
		}
		for i, m := range mails {
			after := func(d time.Duration) time.Time { return w.at.Add(d) }
			for link := range 3 {
				switch i % 5 {
				case 0: // within two seconds of the delivery
					see(m, link, tracking.Visit{Agent: firefox, At: after(time.Duration(link) * 600 * time.Millisecond)})
				case 1: // later, all at once
					see(m, link, tracking.Visit{Agent: firefox, At: after(time.Minute + time.Duration(link)*200*time.Millisecond)})
				case 2: // slowly, the trap as well
					see(m, link, tracking.Visit{Agent: firefox, At: after(time.Minute + time.Duration(link)*12*time.Second)})
				case 3: // header only
					see(m, link, tracking.Visit{Agent: firefox, Head: true, At: after(time.Hour)})
				case 4: // as what they are
					see(m, link, tracking.Visit{Agent: "Barracuda Sentinel (EE)", At: after(time.Hour)})
				}
				if link == 1 && i%2 == 0 {
					w.flush() // some are stored before the others come
				}
				see(m, link, tracking.Visit{Agent: "Mozilla/5.0 (compatible; LinkCheckBot/1.0)", At: after(time.Hour)})
				see(m, link, tracking.Visit{Agent: "", At: after(2 * time.Hour)})
			}
			if i%5 == 2 {
				see(m, trap, tracking.Visit{Agent: firefox, At: after(100 * time.Second)})
			}
			see(m, picture, tracking.Visit{Agent: "Mozilla/5.0", At: after(time.Second)})
		}
		w.flush()
		if visits < 1000 {
			w.Fatalf("%d visits", visits)
		}
		r := w.report()
		if r.Clicks.Human != (tracking.Count{}) || r.Opens.Human != (tracking.Count{}) {
			w.Errorf("humans: %+v, %+v", r.Clicks.Human, r.Opens.Human)
		}
		sum := r.Clicks.Machine.Total + r.Clicks.Unknown.Total + r.Opens.Machine.Total
		if sum != int64(visits) {
			w.Errorf("%d visits were counted of %d", sum, visits)
		}
		for _, h := range append(r.Hours, tracking.Hour{}) {
			if h.Clicks.Human != (tracking.Count{}) {
				w.Errorf("humans at %s: %+v", h.At, h.Clicks.Human)
			}
		}
		for _, l := range r.Links {
			if l.Clicks.Human != (tracking.Count{}) || l.Clicks.Machine.Unique != 100 {
				w.Errorf("link %+v", l)
			}
		}
	})
}

// Two processes that store visits to the same mails count each once, and hold each other
// up never.
func TestTwoRecorders(t *testing.T) {
	eachEngine(t, func(w *world) {
		mails := w.mails(50, "big.example", w.at.Add(-time.Hour))
		var both sync.WaitGroup
		for range 4 {
			r := tracking.NewRecorder(w.store, slog.New(slog.DiscardHandler))
			both.Go(func() {
				for round := range 10 {
					for _, m := range mails {
						r.Record(tracking.Visit{Target: m.targets[round%3], Agent: firefox, At: w.at.Add(time.Duration(round) * 10 * time.Minute)})
					}
					if err := r.Flush(context.Background()); err != nil {
						w.Error(err)
					}
				}
			})
		}
		both.Wait()
		w.want("clicks", w.report().Clicks.Human, 50, 4*10*50)
	})
}

// While the database does not take them, visits wait, and then count once.
func TestVisitsWaitForTheDatabase(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t, nil))
	m := w.mails(1, "big.example", w.at.Add(-time.Hour))[0]
	w.visit(m, 0, firefox, 0)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.recorder.Flush(gone); err == nil {
		t.Fatal("the database took visits without being asked")
	}
	w.visit(m, 0, firefox, time.Second)
	w.flush()
	w.want("clicks", w.report().Clicks.Human, 1, 2)
}

// Links that differ from person to person make no report of a million lines.
func TestManyLinksAreCountedTogether(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t, nil))
	m := w.mails(1, "big.example", w.at.Add(-time.Hour))[0]
	for i := range 700 {
		target := m.targets[0]
		target.Link, target.URL = 1+i%900, fmt.Sprintf("https://x.example/%d", i)
		w.recorder.Record(tracking.Visit{Target: target, Agent: "curl/8", At: w.at})
	}
	w.flush()
	r := w.report()
	var sum int64
	for _, l := range r.Links {
		sum += l.Clicks.Machine.Total
	}
	if len(r.Links) > 301 || sum != 700 {
		t.Errorf("%d links, %d clicks", len(r.Links), sum)
	}
}
