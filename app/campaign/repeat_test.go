package campaign_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// club is a list that people join while two workers send what repeats.
type club struct {
	*testing.T
	clock    *clock.Fake
	store    *store.Store
	account  seed.Account
	contacts *contact.Service
	workers  [2]*broadcast.Service
	list     id.ID
	joined   int
}

func newClub(t *testing.T, s *store.Store, c *clock.Fake) *club {
	t.Helper()
	w := &club{T: t, clock: c, store: s, account: seed.NewAccount(t, s, "Alpha"), contacts: contact.New(s)}
	l, err := w.contacts.AddList(t.Context(), w.account.Scope, "Club", "", "")
	w.must(err)
	w.list = l.ID
	compiler, log := content.NewCompiler(), slog.New(slog.DiscardHandler)
	scopeOf := func(accountID id.ID) account.Scope {
		return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
	}
	for i := range w.workers {
		accept := submission.New(s, w, w, "mail.host.example", log)
		t.Cleanup(accept.Close)
		people := campaign.New(campaign.Deps{Store: s, Clock: c, Contacts: w.contacts, Accounts: account.New(s), ScopeOf: scopeOf})
		w.workers[i] = broadcast.New(broadcast.Options{
			Store: s, Submission: accept, Domains: w, Leaving: w, ScopeOf: scopeOf, Log: log, Audiences: map[broadcast.Kind]broadcast.Audience{broadcast.ToContacts: people},
			Compile: func(ctx context.Context, source content.Source) (broadcast.Content, error) {
				return compiler.Compile(ctx, source)
			},
		})
	}
	return w
}

func (w *club) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Sendable implements submission.Directory, Get broadcast.Domains, URLs broadcast.Leaving.
func (w *club) Sendable(context.Context, account.Scope, string) (domain.Domain, error) {
	return domain.Domain{ID: w.account.DomainID, Name: w.account.Domain}, nil
}

func (w *club) Get(context.Context, account.Scope, id.ID) (domain.Domain, error) {
	return domain.Domain{ID: w.account.DomainID, Name: w.account.Domain}, nil
}

func (w *club) URLs(_, messageID id.ID, _ string) (string, string, error) {
	return "https://host.example/u/" + string(messageID), "https://host.example/u/" + string(messageID) + "#choose", nil
}

func (w *club) Destination(_ context.Context, name string) string { return name }
func (w *club) Wake(string, bool)                                 {}

// join lets n more people in.
func (w *club) join(n int) {
	w.Helper()
	for range n {
		_, err := w.contacts.Add(w.Context(), w.account.Scope, contact.Draft{Email: fmt.Sprintf("p%d@one.example", w.joined)}, "They asked for it.", []id.ID{w.list})
		w.must(err)
		w.joined++
	}
}

// later lets time pass and both workers work, at once and again.
func (w *club) later(d time.Duration) {
	w.Helper()
	w.clock.Advance(d)
	for range 3 {
		var both sync.WaitGroup
		for _, worker := range w.workers {
			both.Go(func() {
				if err := worker.Sweep(context.WithoutCancel(w.Context())); err != nil {
					w.Error(err)
				}
			})
		}
		both.Wait()
		w.clock.Advance(6 * time.Second)
	}
}

// got fails unless the first n people have one copy each, and nobody else any.
func (w *club) got(n int, but ...string) {
	w.Helper()
	var rows []struct {
		Address string
		N       int
	}
	w.must(w.store.SystemRead(w.Context(), "test: copies", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT recipient_key AS address, count(*) AS n FROM deliveries WHERE campaign_id <> '' GROUP BY recipient_key").Scan(&rows).Error
	}))
	copies := map[string]int{}
	for _, r := range rows {
		copies[r.Address] = r.N
	}
	for _, address := range but {
		if copies[address] != 0 {
			w.Errorf("%s got %d copies, want none", address, copies[address])
		}
		copies[address] = 1
	}
	for i := range w.joined {
		address, want := fmt.Sprintf("p%d@one.example", i), 0
		if i < n {
			want = 1
		}
		if copies[address] != want {
			w.Errorf("%s got %d copies, want %d", address, copies[address], want)
		}
	}
}

func (w *club) now(campaignID id.ID) (c broadcast.Campaign) {
	w.Helper()
	c, err := w.workers[0].Get(w.Context(), w.account.Scope, campaignID)
	w.must(err)
	return c
}

func (w *club) rounds(head id.ID, want int) []broadcast.Campaign {
	w.Helper()
	rows, err := w.workers[0].Rounds(w.Context(), w.account.Scope, w.now(head), 100)
	w.must(err)
	if len(rows) != want {
		w.Fatalf("%d rounds, want %d", len(rows), want)
	}
	return rows
}

// A campaign goes to new members by itself: each person once over the whole series, with two
// workers at it, beside a copy that a person starts at the same moment; nobody new, no round.
func TestNewMembersGetItOnce(t *testing.T) {
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC))
			w := newClub(t, open(t, c), c)
			scope, s := w.account.Scope, w.workers[0]
			w.join(5)
			audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: w.list}}}.JSON()
			w.must(err)
			head, err := s.Create(t.Context(), scope, broadcast.Brief{
				Kind: broadcast.ToContacts, Name: "Welcome", Audience: audience, DomainID: w.account.DomainID, FromName: "Shop", FromLocal: "news",
				Plan:    broadcast.Plan{When: broadcast.Now, Zone: "Europe/Berlin", Repeat: broadcast.Repeat{Every: broadcast.Hourly}},
				Content: []broadcast.Variant{{Source: content.Source{Kind: content.Markdown, Subject: "Welcome", Body: "[Leave]({{ unsubscribe_url }})"}}},
			})
			w.must(err)
			w.must(s.Start(t.Context(), scope, head.ID))
			w.later(time.Second)
			w.got(5)
			w.later(time.Hour)
			w.rounds(head.ID, 0) // nobody is new
			w.join(3)
			_, err = message.NewArchive(w.store).Suppress(t.Context(), scope, []message.Suppression{{Stream: message.Broadcast, Address: "p6@one.example", Reason: "They complained."}})
			w.must(err)
			w.got(5)
			w.later(time.Hour)
			if r := w.rounds(head.ID, 1)[0]; r.Round != 1 || r.Plan.Repeat.Any() || r.RepeatAt != nil {
				t.Errorf("the round is %+v", r)
			}
			w.got(8, "p6@one.example")

			// A person sends to new members by hand when a round is due as well.
			w.join(4)
			copied, err := s.Copy(t.Context(), scope, head.ID, broadcast.FollowsNew)
			w.must(err)
			w.must(s.Start(t.Context(), scope, copied.ID))
			w.later(time.Hour)
			w.got(12, "p6@one.example")

			// Ended, nobody gets it; begun again, at the hour of the day.
			w.must(s.SetRepeat(t.Context(), scope, head.ID, broadcast.Repeat{}))
			made := len(mustRounds(w, head.ID))
			w.join(2)
			w.later(2 * time.Hour)
			w.rounds(head.ID, made)
			w.got(12, "p6@one.example")
			w.must(s.SetRepeat(t.Context(), scope, head.ID, broadcast.Repeat{Every: broadcast.Daily, At: 9 * 60}))
			if at := w.now(head.ID).RepeatAt; at == nil || at.UTC().Hour() != 8 || !at.After(w.clock.Now()) { // Berlin is an hour ahead
				t.Errorf("the next round is at %v", at)
			}
			w.later(w.now(head.ID).RepeatAt.Sub(w.clock.Now()))
			w.got(14, "p6@one.example")
			w.rounds(head.ID, made+1)

			// After a restore nobody knows whom later rounds went to: a person says go on.
			if _, err := broadcast.HoldRestored(t.Context(), w.store); err != nil {
				t.Fatal(err)
			}
			if w.now(head.ID).RepeatAt != nil {
				t.Error("it repeats after a restore")
			}
			if l, err := broadcast.Verify(t.Context(), w.store); err != nil || !l.OK() {
				t.Errorf("the ledger: %+v, %v", l, err)
			}
		})
	}
}

func mustRounds(w *club, head id.ID) []broadcast.Campaign {
	w.Helper()
	rows, err := w.workers[0].Rounds(w.Context(), w.account.Scope, w.now(head), 100)
	w.must(err)
	return rows
}

// A round that was stopped holds back the next, so that who is new is never in doubt; and
// what is gone from the audience ends the rounds.
func TestRoundsWaitForEachOther(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC))
	w := newClub(t, storetest.SQLite(t, c), c)
	scope, s := w.account.Scope, w.workers[0]
	w.join(1)
	audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: w.list}}}.JSON()
	w.must(err)
	head, err := s.Create(t.Context(), scope, broadcast.Brief{
		Kind: broadcast.ToContacts, Name: "Welcome", Audience: audience, DomainID: w.account.DomainID, FromName: "Shop", FromLocal: "news",
		Plan:    broadcast.Plan{When: broadcast.Now, Repeat: broadcast.Repeat{Every: broadcast.Hourly}},
		Content: []broadcast.Variant{{Source: content.Source{Kind: content.Markdown, Subject: "Welcome", Body: "[Leave]({{ unsubscribe_url }})"}}},
	})
	w.must(err)
	w.must(s.Start(t.Context(), scope, head.ID))
	w.later(time.Second)
	w.join(1)
	w.must(s.Pause(t.Context(), scope, head.ID))
	w.later(time.Hour)
	w.rounds(head.ID, 0) // a paused campaign has none
	w.must(s.Resume(t.Context(), scope, head.ID))
	copied, err := s.Copy(t.Context(), scope, head.ID, broadcast.FollowsNew)
	w.must(err)
	w.must(s.Start(t.Context(), scope, copied.ID))
	w.must(s.Pause(t.Context(), scope, copied.ID))
	w.later(time.Hour)
	w.rounds(head.ID, 0) // whom the copy goes to is not written down yet
	w.got(1)
	w.must(s.Cancel(t.Context(), scope, copied.ID))
	w.later(time.Hour)
	w.rounds(head.ID, 1)
	w.got(2)
	w.must(w.store.SystemWrite(t.Context(), "test: the audience names a segment that is gone", func(_ context.Context, tx *gorm.DB) error {
		gone, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfSegment, ID: id.New()}}}.JSON()
		if err != nil {
			return err
		}
		return tx.Model(&broadcast.Campaign{}).Where("account_id = ? AND campaign_id = ?", w.account.ID, head.ID).Select("Audience").Updates(broadcast.Campaign{Audience: gone}).Error
	}))
	w.later(time.Hour)
	if at := w.now(head.ID).RepeatAt; at != nil {
		t.Errorf("it looks for new members of a list that is gone, at %s", at)
	}
	w.rounds(head.ID, 1)
}
