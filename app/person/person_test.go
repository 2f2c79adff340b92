package person_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/broadcast"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/person"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

const kim = "kim@person.example"

type mails struct {
	asked  []string // members
	links  map[string]string
	answer map[string]string // sender → token
}

func (m *mails) PersonLink(_ context.Context, to, token string) error {
	m.links[to] = token
	return nil
}

func (m *mails) PersonAsked(_ context.Context, to string, a account.Account, _ time.Time) error {
	m.asked = append(m.asked, to+" "+a.Name)
	return nil
}

func (m *mails) PersonAnswered(_ context.Context, to, sender string, _ time.Time, token string) error {
	if to != kim {
		return fmt.Errorf("an answer to %s", to)
	}
	m.answer[sender] = token
	return nil
}

// world is a shop that knows Kim, a firm that wrote to her once, one where she opted out,
// and one that knows somebody with nearly the same address.
type world struct {
	*testing.T
	store    *store.Store
	watch    *clock.Fake
	mails    *mails
	svc      *person.Service
	contacts *contact.Service
	archive  *message.Archive

	shop, firm, out, other seed.Account
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	w.must(w.store.SystemWrite(w.Context(), "test: rows", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(statement, args...).Error }))
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, newWorld(t, open))
		})
	}
}

func newWorld(t *testing.T, open func(testing.TB, clock.Clock) *store.Store) *world {
	t.Helper()
	w := &world{T: t, watch: clock.NewFake(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)), mails: &mails{links: map[string]string{}, answer: map[string]string{}}}
	w.store = open(t, w.watch)
	box, err := secret.NewBox(bytes.Repeat([]byte{3}, 32))
	w.must(err)
	w.contacts, w.archive = contact.New(w.store), message.NewArchive(w.store)
	w.svc = person.New(person.Deps{Store: w.store, Contacts: w.contacts, Messages: w.archive, Campaigns: broadcast.New(broadcast.Options{Store: w.store}), Limiter: limit.New(w.store, box), Box: box, Notifier: w.mails})
	w.shop, w.firm, w.out, w.other = seed.NewAccount(t, w.store, "Shop"), seed.NewAccount(t, w.store, "Firm"), seed.NewAccount(t, w.store, "Out"), seed.NewAccount(t, w.store, "Other")
	for i, role := range []string{"owner", "admin", "marketer"} {
		user, email := id.New(), role+"@shop.example"
		w.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
			VALUES (?, ?, ?, 'N', '!', ?, 'system', ?, ?, ?)`, user, email, email, false, w.store.Now(), w.store.Now(), w.store.Now())
		w.exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)", w.shop.ID, user, role, w.store.Now().Add(time.Duration(i)*time.Second))
	}
	list, err := w.contacts.AddList(t.Context(), w.shop.Scope, "Autumn letter", "", "")
	w.must(err)
	_, err = w.contacts.Add(t.Context(), w.shop.Scope, contact.Draft{Email: "Kim@Person.Example", Name: "Kim Unique", Company: "Person Ltd"}, "She ticked the box at the till.", []id.ID{list.ID})
	w.must(err)
	w.must(message.Insert(t.Context(), w.store, []*message.New{
		seed.NewMessage(w.store, w.shop, message.Broadcast, kim), seed.NewMessage(w.store, w.shop, message.Transactional, kim, "lee@person.example"),
		seed.NewMessage(w.store, w.firm, message.Transactional, kim), seed.NewMessage(w.store, w.other, message.Transactional, kim+".au"),
	}))
	_, err = w.archive.Suppress(t.Context(), w.out.Scope, []message.Suppression{{Stream: message.Broadcast, Address: kim, Reason: "Unsubscribed by link."}})
	w.must(err)
	_, err = w.contacts.Add(t.Context(), w.other.Scope, contact.Draft{Email: "akim@person.example"}, "They asked for it in writing.", nil)
	w.must(err)
	return w
}

var from = netip.MustParseAddr("192.0.2.9")

// asks has Kim prove her mailbox and ask.
func (w *world) asks(tell, erase bool) (token string) {
	w.Helper()
	w.must(w.svc.Ask(w.Context(), " Kim@Person.Example ", from))
	token = w.mails.links["Kim@person.example"]
	w.must(w.svc.Use(w.Context(), token, tell, erase))
	w.must(w.svc.PassOn(w.Context()))
	return token
}

// only returns the one request of an account with a wish.
func (w *world) only(a seed.Account, wish person.Wish) person.Request {
	w.Helper()
	list, err := w.svc.List(w.Context(), a.Scope, "", 10)
	w.must(err)
	var found []person.Request
	for _, r := range list {
		if r.Wish == wish {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		w.Fatalf("%d requests to %s: %+v", len(found), wish, list)
	}
	return found[0]
}

func TestARequestReachesWhomItConcernsAndNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		token := w.asks(true, false)
		w.must(w.svc.PassOn(ctx)) // nothing is given twice
		for _, a := range []seed.Account{w.shop, w.firm, w.out} {
			r := w.only(a, person.Tell)
			if r.Address != kim || r.State != person.Open || r.DueAt.Sub(r.AskedAt) != person.Deadline {
				t.Errorf("%+v", r)
			}
			for _, b := range []seed.Account{w.shop, w.firm, w.out, w.other} {
				if _, err := w.svc.Get(ctx, b.Scope, r.ID); (err == nil) != (a.ID == b.ID) {
					t.Errorf("an account sees the request of another: %v", err)
				}
			}
		}
		if list, err := w.svc.List(ctx, w.other.Scope, "", 10); err != nil || len(list) != 0 {
			t.Errorf("an account that does not know her was asked: %+v, %v", list, err)
		}
		if got := strings.Join(w.mails.asked, ", "); got != "owner@shop.example Shop, admin@shop.example Shop" {
			t.Errorf("told %s", got)
		}
		if err := w.svc.Use(ctx, token, false, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("the link was used twice: %v", err)
		}
		q, err := w.svc.Inspect(ctx, token)
		if err != nil || len(q.Answers) != 0 || !q.Tell || q.Erase {
			t.Errorf("before anybody answered she sees %+v, %v", q, err)
		}
	})
}

func TestALinkIsMailedWhateverIsKnownAndEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.must(w.svc.Ask(ctx, "nobody@person.example", from))
		if w.mails.links["nobody@person.example"] == "" {
			t.Error("no mail to an address that nobody knows")
		}
		if err := w.svc.Ask(ctx, "nobody", from); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("%v", err)
		}
		for range 10 { // no list bombing, and the same answer
			w.must(w.svc.Ask(ctx, kim, from))
		}
		var mailed int64
		w.must(w.store.SystemRead(ctx, "test: count", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT count(*) FROM person_inquiries WHERE address = ?", kim).Scan(&mailed).Error
		}))
		if mailed != 5 {
			t.Errorf("%d mails to one address in an hour", mailed)
		}
		token := w.mails.links[kim]
		if err := w.svc.Use(ctx, token, false, false); len(fault.FieldsOf(err)) != 1 {
			t.Errorf("nothing was chosen: %v", err)
		}
		if err := w.svc.Use(ctx, token+"x", true, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("a made-up link: %v", err)
		}
		w.watch.Advance(person.LinkLife)
		if err := w.svc.Use(ctx, token, true, false); !fault.Is(err, fault.NotFound) {
			t.Errorf("an old link: %v", err)
		}
		w.must(w.svc.Purge(ctx))
		if err := w.svc.PassOn(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestACopyHoldsTheAccountsOwnAndEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		token := w.asks(true, false)
		r := w.only(w.shop, person.Tell)
		if err := w.svc.Send(ctx, w.firm.Scope, r.ID); !fault.Is(err, fault.NotFound) {
			t.Fatalf("another account answered: %v", err)
		}
		if err := w.svc.Erase(ctx, w.shop.Scope, r.ID); !fault.Is(err, fault.Conflict) {
			t.Fatalf("erased what was not to be: %v", err)
		}
		w.must(w.svc.Send(ctx, w.shop.Scope, r.ID))
		if err := w.svc.Send(ctx, w.shop.Scope, r.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		a, err := w.svc.OpenAnswer(ctx, w.mails.answer["Shop"])
		w.must(err)
		for _, want := range []string{"Kim Unique", "Autumn letter", "She ticked the box at the till.", "Your order", "broadcast"} {
			if !strings.Contains(string(a.Data), want) {
				t.Errorf("the copy lacks %q: %s", want, a.Data)
			}
		}
		for _, foreign := range []string{"Unsubscribed by link", "Firm", "akim", ".au", "lee@"} {
			if strings.Contains(string(a.Data), foreign) {
				t.Errorf("the copy holds %q", foreign)
			}
		}
		w.must(w.svc.Decline(ctx, w.firm.Scope, w.only(w.firm, person.Tell).ID, "We keep invoices for ten years."))
		q, err := w.svc.Inspect(ctx, token)
		if err != nil || len(q.Answers) != 2 || q.Answers[0].Sender != "Shop" || q.Answers[1].Reason == "" || q.Answers[0].Data != nil {
			t.Errorf("she sees %+v, %v", q.Answers, err)
		}
		events, err := audit.New(w.store).List(ctx, w.shop.Scope, audit.Filter{Topic: "person", Limit: 10})
		if err != nil || len(events) != 2 || events[0].Action != "person.sent" || events[1].Action != "person.asked" || strings.Contains(events[0].Object.Name, "kim@") {
			t.Errorf("audit: %+v, %v", events, err)
		}
		w.watch.Advance(person.AnswerLife)
		if _, err := w.svc.OpenAnswer(ctx, w.mails.answer["Shop"]); !fault.Is(err, fault.NotFound) {
			t.Errorf("after its time: %v", err)
		}
		w.must(w.svc.Purge(ctx))
		if got := w.only(w.shop, person.Tell).Address; got != "k…@person.example" {
			t.Errorf("the address stays in an answered request: %s", got)
		}
	})
}

// M-10 for one person: after it nothing of an account names them, and nothing brings
// them back but their own wish.
func TestM10AnErasedPersonIsGoneAndStaysAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		others := w.rowsOf(w.firm, "") + w.rowsOf(w.out, "") + w.rowsOf(w.other, "")
		w.asks(true, true)
		r := w.only(w.shop, person.Erase)
		if err := w.svc.Erase(ctx, w.shop.Scope, r.ID); !fault.Is(err, fault.Conflict) {
			t.Fatalf("erased what was still to be sent: %v", err)
		}
		w.must(w.svc.Decline(ctx, w.shop.Scope, w.only(w.shop, person.Tell).ID, "There is a copy in your inbox."))
		if w.rowsOf(w.shop, kim) == "" {
			t.Fatal("the test puts nothing there")
		}
		w.must(w.svc.Erase(ctx, w.shop.Scope, r.ID))
		w.watch.Advance(person.AnswerLife)
		w.must(w.svc.Purge(ctx))
		for _, mark := range []string{kim, "kim unique", "person ltd", "ticked the box"} {
			if found := w.rowsOf(w.shop, mark); found != "" {
				t.Errorf("%q is left: %s", mark, found)
			}
		}
		if now := w.rowsOf(w.firm, "") + w.rowsOf(w.out, "") + w.rowsOf(w.other, ""); len(now) < len(others) {
			t.Error("rows of other accounts are gone")
		}
		if lee := w.rowsOf(w.shop, "lee@person.example"); !strings.Contains(lee, "deliveries") {
			t.Errorf("the other recipient of a message is gone: %s", lee)
		}
		if ledger, err := message.Verify(ctx, w.store); err != nil || !ledger.OK() {
			t.Errorf("the ledger does not add up: %+v, %v", ledger, err)
		}
		w.staysAway()
		w.comesBack()
	})
}

func (w *world) staysAway() {
	w.Helper()
	ctx := w.Context()
	_, err := w.contacts.Add(ctx, w.shop.Scope, contact.Draft{Email: kim}, "They asked for it in writing.", nil)
	if len(fault.FieldsOf(err)) != 1 {
		w.Errorf("taken in by hand: %v", err)
	}
	if found, err := message.SuppressedAmong(ctx, w.store, w.shop.ID, []string{"ann@person.example", kim}); err != nil || len(found) != 1 || len(found[kim]) != 1 {
		w.Errorf("an import would take her in: %v, %v", found, err)
	}
	if found, err := message.SuppressedAmong(ctx, w.store, w.firm.ID, []string{kim}); err != nil || len(found) != 0 {
		w.Errorf("another account's imports are told: %v, %v", found, err)
	}
	letter, order := seed.NewMessage(w.store, w.shop, message.Broadcast, kim), seed.NewMessage(w.store, w.shop, message.Transactional, kim)
	elsewhere := seed.NewMessage(w.store, w.firm, message.Broadcast, kim)
	w.must(message.Insert(ctx, w.store, []*message.New{letter, order, elsewhere}))
	for n, want := range map[*message.New]message.State{letter: message.Suppressed, order: message.Queued, elsewhere: message.Queued} {
		if got := n.Deliveries[0].State; got != want {
			w.Errorf("%s mail of %s is %s, want %s", n.Message.Stream, n.Message.MailFrom, got, want)
		}
	}
}

type formMails struct{ token string }

func (m *formMails) ConfirmSubscription(_ context.Context, _, _, _, _, token string) error {
	m.token = token
	return nil
}

type noLimits struct{}

func (noLimits) Allow(context.Context, string, int, time.Duration) (bool, error) { return true, nil }

// comesBack: her own double opt-in is stronger than what she once wished.
func (w *world) comesBack() {
	w.Helper()
	ctx, sent := w.Context(), &formMails{}
	lists, err := w.contacts.Lists(ctx, w.shop.Scope)
	w.must(err)
	w.must(w.contacts.SaveForm(ctx, w.shop.Scope, lists[0].ID, "Our letter about apples, once a month.", true))
	f, _, err := w.contacts.FormOf(ctx, w.shop.Scope, lists[0].ID)
	w.must(err)
	box, err := secret.NewBox(bytes.Repeat([]byte{3}, 32))
	w.must(err)
	forms := contact.NewForms(w.contacts, sent, noLimits{}, box)
	w.must(forms.Ask(ctx, f.ID, kim, "Kim", "en", "192.0.2.9", "192.0.2.0/24"))
	if found, err := message.SuppressedAmong(ctx, w.store, w.shop.ID, []string{kim}); err != nil || len(found) != 1 {
		w.Errorf("a form that somebody sent in brings her back before she confirms: %v, %v", found, err)
	}
	_, err = forms.Confirm(ctx, sent.token, "192.0.2.9")
	w.must(err)
	if found, err := message.SuppressedAmong(ctx, w.store, w.shop.ID, []string{kim}); err != nil || len(found) != 0 {
		w.Errorf("she confirmed, and gets no mail: %v, %v", found, err)
	}
}

// rowsOf returns the account's rows that hold a text, all for "".
func (w *world) rowsOf(a seed.Account, mark string) string {
	w.Helper()
	query := map[store.Engine]string{
		store.SQLite:   "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'account_id')",
		store.Postgres: "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id')",
	}[w.store.Engine()]
	var out strings.Builder
	w.must(w.store.SystemRead(w.Context(), "test: rows of an account", func(_ context.Context, tx *gorm.DB) error {
		var tables []string
		if err := tx.Raw(query).Scan(&tables).Error; err != nil {
			return err
		}
		for _, table := range tables {
			var rows []map[string]any
			if err := tx.Raw("SELECT * FROM "+table+" WHERE account_id = ?", a.ID).Scan(&rows).Error; err != nil {
				return err
			}
			for _, row := range rows {
				for name, value := range row {
					if b, ok := value.([]byte); ok {
						row[name] = string(b)
					}
				}
				if line := strings.ToLower(fmt.Sprint(row)); strings.Contains(line, strings.ToLower(mark)) {
					fmt.Fprintln(&out, table, line)
				}
			}
		}
		return nil
	}))
	return out.String()
}
