package campaign_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/precheck"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
)

// world is an account with people, lists, segments and wishes of all kinds, beside another
// account with the same addresses and other wishes.
type world struct {
	*campaign.Service
	t        testing.TB
	store    *store.Store
	contacts *contact.Service
	account  seed.Account
	scope    account.Scope
	other    account.Scope
	people   []contact.Contact
	lists    []id.ID
	segments []id.ID
	topic    id.ID
	now      time.Time
}

func newWorld(t testing.TB, db *store.Store, people int) *world {
	t.Helper()
	w := &world{t: t, store: db, contacts: contact.New(db), account: seed.NewAccount(t, db, "A"), other: seed.NewAccount(t, db, "B").Scope, now: db.Now()}
	w.scope = w.account.Scope
	w.Service = campaign.New(campaign.Deps{
		Store: db, Clock: clock.System, Contacts: w.contacts, Accounts: account.New(db), Compiler: content.NewCompiler(), Board: delivery.NewBoard(db),
		Domains: domain.New(domain.Options{Store: db, Hostname: "localhost"}),
		Checker: precheck.New(precheck.Options{Clock: clock.System, HTTP: precheck.NewClient(precheck.ClientOptions{})}),
		ScopeOf: func(accountID id.ID) account.Scope {
			return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
		},
	})
	topic, err := w.contacts.AddTopic(t.Context(), w.scope, "Offers", "")
	w.must(err)
	w.topic = topic.ID
	for i := range 3 {
		l, err := w.contacts.AddList(t.Context(), w.scope, fmt.Sprintf("List %d", i), "", "")
		w.must(err)
		w.lists = append(w.lists, l.ID)
	}
	for _, rules := range []contact.Condition{
		{Property: "name", Operator: contact.Begins, Value: "a"},
		{Any: []contact.Condition{{Property: "language", Operator: contact.Is, Value: "de"}, {Property: "list", Operator: contact.Is, Value: string(w.lists[2])}}},
	} {
		segment, err := w.contacts.SaveSegment(t.Context(), w.scope, "", fmt.Sprintf("Segment %d", len(w.segments)), rules)
		w.must(err)
		w.segments = append(w.segments, segment.ID)
	}
	w.fill(rand.New(rand.NewPCG(7, uint64(people))), people)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(fn func(tx *gorm.DB) error) {
	w.t.Helper()
	w.must(w.store.SystemWrite(w.t.Context(), "test: fill", func(_ context.Context, tx *gorm.DB) error { return fn(tx) }))
}

// person makes one contact of an account, whatever its address.
func (w *world) person(tx *gorm.DB, scope account.Scope, address string, r *rand.Rand) (contact.Contact, error) {
	c := contact.Contact{
		AccountID: scope.AccountID(), ID: id.New(), Address: address, Given: address, Kind: contact.Individual, Attributes: map[string]string{}, Revision: 1, CreatedAt: w.now, UpdatedAt: w.now,
		Name: []string{"anna", "ben", "clara", ""}[r.IntN(4)], Language: []string{"de", "en", ""}[r.IntN(3)], TimeZone: []string{"Europe/Berlin", "Asia/Tokyo", ""}[r.IntN(3)],
	}
	c.NameKey = c.Name
	return c, tx.Create(&c).Error
}

func (w *world) fill(r *rand.Rand, people int) {
	w.t.Helper()
	w.write(func(tx *gorm.DB) error {
		for i := range people {
			address := fmt.Sprintf("p%04d@%s", i, []string{"example.org", "example.net", "mail.example"}[r.IntN(3)])
			switch r.IntN(40) {
			case 0:
				address = fmt.Sprintf("p%04d", i)
			case 1:
				address = fmt.Sprintf("p%04d@localhost", i)
			}
			c, err := w.person(tx, w.scope, address, r)
			if err != nil {
				return err
			}
			w.people = append(w.people, c)
			if _, err := w.person(tx, w.other, address, r); err != nil {
				return err
			}
			if err := w.wishes(tx, w.scope, c, r); err != nil {
				return err
			}
			if err := w.wishes(tx, w.other, c, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// wishes puts a person on lists and lets them object, at random.
func (w *world) wishes(tx *gorm.DB, scope account.Scope, c contact.Contact, r *rand.Rand) error {
	accountID := scope.AccountID()
	var out []error
	do := func(sql string, args ...any) { out = append(out, tx.Exec(sql, args...).Error) }
	if scope == w.scope {
		for _, listID := range w.lists {
			if r.IntN(2) == 0 {
				do("INSERT INTO list_members (account_id, list_id, contact_id, import_id, joined_at) VALUES (?, ?, ?, '', ?)", accountID, listID, c.ID, w.now)
			}
		}
		if choice := []string{"", "", "", "in", "out"}[r.IntN(5)]; choice != "" {
			do("INSERT INTO topic_choices (account_id, topic_id, address, choice, source, at) VALUES (?, ?, ?, ?, 'form', ?)", accountID, w.topic, c.Address, choice, w.now)
		}
	}
	if r.IntN(10) == 0 {
		do("INSERT INTO topic_suppressions (account_id, topic_id, address, created_at) VALUES (?, ?, ?, ?)", accountID, w.topic, c.Address, w.now)
	}
	for _, stream := range []string{"broadcast", "transactional"} {
		if r.IntN(4) > 0 {
			continue
		}
		ends := []any{nil, nil, w.now.Add(time.Hour), w.now.Add(-time.Hour)}[r.IntN(4)]
		do("INSERT INTO suppressions (account_id, stream, address, reason, opted_out, ends_at, created_at) VALUES (?, ?, ?, 'Said so.', ?, ?, ?)", accountID, stream, c.Address, ends != nil || r.IntN(2) == 0, ends, w.now)
	}
	for _, err := range out {
		if err != nil {
			return err
		}
	}
	return nil
}

// draft stores a campaign with that audience.
func (w *world) draft(a campaign.Audience, change ...func(*broadcast.Campaign)) broadcast.Campaign {
	w.t.Helper()
	kept, err := a.JSON()
	w.must(err)
	c := broadcast.Campaign{
		AccountID: w.scope.AccountID(), ID: id.New(), Kind: broadcast.ToContacts, Name: "Letter", Audience: kept, TopicID: w.topic, Winner: broadcast.NoWinner,
		State: broadcast.Freezing, CreatedAt: w.now, ChangedAt: w.now, Content: []broadcast.Variant{{}},
	}
	c.SeriesID = c.ID
	for _, fn := range change {
		fn(&c)
	}
	w.write(func(tx *gorm.DB) error { return tx.Create(&c).Error })
	return c
}

// freeze goes through all slices; between is called after each.
func (w *world) freeze(c broadcast.Campaign, most int, between func(slice int)) []broadcast.Recipient {
	w.t.Helper()
	after, rows := "", []broadcast.Recipient(nil)
	for slice := 0; ; slice++ {
		next, err := w.Freeze(w.t.Context(), c, broadcast.Slice{After: after, First: int64(len(rows)) + 1, Most: most})
		w.must(err)
		rows = w.rows(c.ID)
		if next == "" {
			return rows
		}
		if slice > 10_000 || next <= after {
			w.t.Fatalf("slice %d goes from %q to %q", slice, after, next)
		}
		after = next
		if between != nil {
			between(slice)
		}
	}
}

func (w *world) rows(campaignID id.ID) (rows []broadcast.Recipient) {
	w.t.Helper()
	w.must(w.store.SystemRead(w.t.Context(), "test: frozen rows", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("campaign_id = ?", campaignID).Order("number").Find(&rows).Error
	}))
	return rows
}

// send hands the frozen rows over: every second one is delivered, and of those some are
// opened by people, some by programs. It returns who got it and has not opened it.
func (w *world) send(c broadcast.Campaign, rows []broadcast.Recipient) (unopened map[id.ID]bool) {
	w.t.Helper()
	unopened = map[id.ID]bool{}
	for i, r := range rows {
		if r.Excluded != broadcast.Included {
			continue
		}
		m := seed.NewMessage(w.store, w.account, message.Broadcast, r.Address)
		w.must(message.Insert(w.t.Context(), w.store, []*message.New{m}))
		state, human, machine := "bounced", 0, 0
		if i%2 == 0 {
			state = "delivered"
			human, machine = i%3/2, i%5/4
			if human == 0 {
				unopened[r.ContactID] = true
			}
		}
		w.write(func(tx *gorm.DB) error {
			accountID := w.scope.AccountID()
			if err := tx.Exec("UPDATE campaign_recipients SET message_id = ? WHERE account_id = ? AND campaign_id = ? AND number = ?", m.Message.ID, accountID, c.ID, r.Number).Error; err != nil {
				return err
			}
			if human+machine > 0 {
				err := tx.Exec("INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at) VALUES (?, ?, 'open', 0, '', ?, ?, 0, ?, ?)",
					accountID, m.Message.ID, human, machine, w.now, w.now).Error
				if err != nil {
					return err
				}
			}
			return tx.Exec("UPDATE deliveries SET state = ?, campaign_id = ? WHERE account_id = ? AND message_id = ?", state, c.ID, accountID, m.Message.ID).Error
		})
	}
	return unopened
}

// asJSON is for messages of tests.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
