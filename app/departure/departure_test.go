package departure_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/departure"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/support"
	"smtpserver/app/testkit/seed"
)

// mark is in everything that the account's people wrote or are called.
const mark = "zebra"

type mails struct{ kinds []string }

func (m *mails) ExportReady(_ context.Context, to string, _ account.Account, _ time.Time) error {
	m.kinds = append(m.kinds, "export "+to)
	return nil
}

func (m *mails) AccountClosed(_ context.Context, to string, _ account.Account, _ time.Time) error {
	m.kinds = append(m.kinds, "closed "+to)
	return nil
}

func (m *mails) Invitation(context.Context, string, account.InvitationMail) error  { return nil }
func (m *mails) TransferAsked(context.Context, string, account.TransferMail) error { return nil }
func (m *mails) Transferred(context.Context, string, account.TransferMail) error   { return nil }

// world is an account that is full of things, beside another one.
type world struct {
	*testing.T
	store *store.Store
	watch *clock.Fake
	mails *mails
	svc   *departure.Service
	a     account.Account
	owner account.Scope
	user  id.ID
	other seed.Account
}

func (w *world) exec(statement string, args ...any) {
	w.Helper()
	err := w.store.SystemWrite(w.Context(), "test: rows", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(statement, args...).Error })
	if err != nil {
		w.Fatalf("%s: %v", statement, err)
	}
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func newWorld(t *testing.T, open func(testing.TB, clock.Clock) *store.Store) *world {
	t.Helper()
	w := &world{T: t, watch: clock.NewFake(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)), mails: &mails{}}
	w.store = open(t, w.watch)
	accounts := account.New(w.store)
	accounts.SetNotifier(w.mails)
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, 32))
	w.must(err)
	var audience []departure.Table
	for _, table := range contact.OwnTables() {
		audience = append(audience, departure.Table(table))
	}
	w.svc = departure.New(departure.Deps{
		Store: w.store, Accounts: accounts, Box: box, Notifier: w.mails, Holder: departure.Hold(message.NewArchive(w.store)), Tables: audience,
	})
	w.user = id.New()
	now := w.store.Now()
	w.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
		VALUES (?, 'owner@zebra.example', 'owner@zebra.example', 'Zebra zebra', '!', ?, 'system', ?, ?, ?)`, w.user, false, now, now, now)
	w.exec("INSERT INTO sessions (token_hash, user_id, ip, user_agent, created_at, seen_at, expires_at) VALUES ('h', ?, '::1', 'zebra', ?, ?, ?)", w.user, now, now, now)
	w.a, err = accounts.Create(t.Context(), w.user, account.Profile{Name: "zebra", Kind: account.Business})
	w.must(err)
	w.owner = account.NewScope(w.a.ID, account.Actor{Kind: account.ActorUser, ID: w.user, Role: account.Owner})
	w.fill(accounts)
	w.other = seed.NewAccount(t, w.store, "Other")
	seed.Messages(t, w.store, w.other, message.Transactional, "example.net", 3)
	return w
}

// fill puts something into every table.
func (w *world) fill(accounts *account.Service) {
	w.Helper()
	ctx, now := w.Context(), w.store.Now()
	s := seed.Account{ID: w.a.ID, Scope: w.owner, DomainID: id.New(), Domain: "zebra.example"}
	w.exec(`INSERT INTO domains (account_id, domain_id, name, state, reason, return_path, tracking_host, dns_host, verified_at, next_check_at, created_by, created_at)
		VALUES (?, ?, 'zebra.example', 'verified', '', 'bounces.zebra.example', '', '', ?, ?, ?, ?)`, s.ID, s.DomainID, now, now, w.user, now)
	w.exec("INSERT INTO domain_claims (name, holder, domain_id, claimed_at) VALUES ('zebra.example', ?, ?, ?)", s.ID, s.DomainID, now)
	w.exec("INSERT INTO dkim_keys (account_id, key_id, domain_id, selector, state, private_key, public_key, created_at) VALUES (?, ?, ?, 's', 'active', ?, ?, ?)", s.ID, id.New(), s.DomainID, []byte("k"), []byte("k"), now)
	w.exec("INSERT INTO domain_records (account_id, domain_id, purpose, verdict, explanation, seen) VALUES (?, ?, 'dkim', 'good', '', '')", s.ID, s.DomainID)
	w.exec("INSERT INTO credentials (account_id, credential_id, name, kind, secret_hash, hint, stream, networks, created_by, created_at, last_used_ip) VALUES (?, ?, 'zebra', 'smtp', 'SECRETHASH', '', '', '', ?, ?, '')", s.ID, id.New(), w.user, now)
	for _, n := range seed.Messages(w, w.store, s, message.Broadcast, "zebra-list.example", 5) {
		w.exec("INSERT INTO attempts (account_id, attempt_id, message_id, host, remote_addr, local_addr, tls, selector, started_at, duration_us, transcript) VALUES (?, ?, ?, 'zebra', '', '', '', '', ?, 1, '[]')", s.ID, id.New(), n.Message.ID, now)
		w.exec("INSERT INTO idempotency_keys (account_id, key, digest, message_id, created_at) VALUES (?, ?, 'd', ?, ?)", s.ID, n.Message.ID, n.Message.ID, now)
	}
	_, err := message.NewArchive(w.store).Suppress(ctx, w.owner, []message.Suppression{{Stream: message.Broadcast, Address: "gone@zebra-list.example", Reason: "=zebra"}})
	w.must(err)
	w.fillTerms(s)
	w.fillAudience(s)
	w.fillBilling(s)
	w.must(accounts.Invite(ctx, w.owner, "guest@zebra.example", account.Viewer))
	w.must(accounts.SetDetails(ctx, w.owner, account.Profile{Name: "zebra", Kind: account.Business}, account.Details{LegalName: "zebra GmbH", City: "zebra"}))
	grants := support.New(w.store)
	w.must(grants.Give(ctx, w.owner, 24, "zebra"))
	w.must(grants.Begin(ctx, support.Staff{ID: id.New(), Session: "s"}, s.ID))
	w.exec("INSERT INTO ownership_transfers (account_id, from_user, to_user, created_at, expires_at) VALUES (?, ?, 'x', ?, ?)", s.ID, w.user, now, now)
	operator := seed.NewAccount(w, w.store, "Operator")
	w.exec("UPDATE accounts SET kind = 'operator' WHERE account_id = ?", operator.ID)
	mail := seed.NewMessage(w.store, operator, message.Transactional, "owner@zebra.example")
	mail.Message.Subject, mail.Body.Content = "Hello zebra", []byte("To: owner@zebra.example\r\n\r\nzebra\r\n")
	w.must(message.Insert(ctx, w.store, []*message.New{mail}))
}

func (w *world) firstMessage(accountID id.ID, into *string) error {
	return w.store.SystemRead(w.Context(), "test: a message", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT message_id FROM messages WHERE account_id = ? LIMIT 1", accountID).Scan(into).Error
	})
}

func (w *world) mint(accountID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
}

func (w *world) export() *zip.Reader {
	w.Helper()
	list, err := w.svc.Exports(w.Context(), w.owner)
	w.must(err)
	var file bytes.Buffer
	w.must(w.svc.Download(w.Context(), w.owner, list[0].ID, func(b []byte) error { _, err := file.Write(b); return err }))
	archive, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	w.must(err)
	return archive
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, newWorld(t, storetest.SQLite)) })
	t.Run("postgres", func(t *testing.T) { fn(t, newWorld(t, storetest.Postgres)) })
}

func TestAnExportHoldsEverythingButSecrets(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.must(w.svc.Ask(ctx, w.owner))
		w.must(w.svc.Ask(ctx, w.owner)) // the same one is meant
		w.must(w.svc.MakeDue(ctx, w.mint))
		list, err := w.svc.Exports(ctx, w.owner)
		if err != nil || len(list) != 1 || list[0].State != "ready" || list[0].PartsDone != list[0].Parts {
			t.Fatalf("%+v, %v", list, err)
		}
		lines := map[string]int{}
		for _, f := range w.export().File {
			r, err := f.Open()
			w.must(err)
			content, err := io.ReadAll(r)
			w.must(err)
			lines[f.Name] = strings.Count(string(content), "\n") - 1
			for _, secret := range []string{"SECRETHASH", "example.net", string(w.other.ID), "\n=zebra", ",=zebra"} {
				if strings.Contains(string(content), secret) {
					t.Errorf("%s holds %q", f.Name, secret)
				}
			}
		}
		for file, n := range map[string]int{"account.csv": 1, "profile.csv": 1, "members.csv": 1, "domains.csv": 1, "credentials.csv": 1, "messages.csv": 5, "deliveries.csv": 5, "suppressions.csv": 1, "terms.csv": 1, "contacts.csv": 1, "lists.csv": 1, "list_members.csv": 1, "consents.csv": 1} {
			if lines[file] != n {
				t.Errorf("%s has %d rows, want %d", file, lines[file], n)
			}
		}
		if lines["audit.csv"] < 5 || len(w.mails.kinds) != 1 || w.mails.kinds[0] != "export owner@zebra.example" {
			t.Errorf("%d audit rows, mails %v", lines["audit.csv"], w.mails.kinds)
		}
		foreign := w.svc.Download(ctx, w.other.Scope, list[0].ID, func([]byte) error { return errors.New("given") })
		if !fault.Is(foreign, fault.NotFound) {
			t.Errorf("another account: %v", foreign)
		}
		w.watch.Advance(departure.ExportLife)
		w.must(w.svc.RemoveOld(ctx))
		if err := w.svc.Download(ctx, w.owner, list[0].ID, func([]byte) error { return nil }); !fault.Is(err, fault.NotFound) {
			t.Errorf("after its time: %v", err)
		}
	})
}

// A worker that dies is replaced when its lease ends; one that cannot make it ends.
func TestAnExportSurvivesItsWorker(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	ctx, broken := t.Context(), errors.New("broken")
	w.svc.Extra = []departure.Part{{File: "x.csv", Write: func(context.Context, account.Scope, io.Writer) error { return broken }}}
	w.must(w.svc.Ask(ctx, w.owner))
	for range 5 {
		if err := w.svc.MakeDue(ctx, w.mint); !errors.Is(err, broken) {
			t.Fatalf("%v", err)
		}
		w.must(w.svc.MakeDue(ctx, w.mint)) // still leased: nothing to do
		w.watch.Advance(time.Hour)
	}
	w.must(w.svc.MakeDue(ctx, w.mint))
	if list, err := w.svc.Exports(ctx, w.owner); err != nil || list[0].State != "failed" {
		t.Fatalf("%+v, %v", list, err)
	}
	w.svc.Extra = nil
	w.must(w.svc.Ask(ctx, w.owner))
	w.must(w.svc.MakeDue(ctx, w.mint))
	if n := len(w.export().File); n < 10 {
		t.Errorf("%d files", n)
	}
}

// A part that takes long keeps its lease: no other worker begins anew meanwhile.
func TestALongPartKeepsItsLease(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	ctx, begun := t.Context(), 0
	w.svc.Extra = []departure.Part{{File: "long.csv", Write: func(ctx context.Context, _ account.Scope, out io.Writer) error {
		begun++
		for range 10 {
			w.watch.Advance(4 * time.Minute)
			if _, err := out.Write([]byte("row\n")); err != nil {
				return err
			}
			if err := w.svc.MakeDue(ctx, w.mint); err != nil { // another worker looks for work
				return err
			}
		}
		return nil
	}}}
	w.must(w.svc.Ask(ctx, w.owner))
	w.must(w.svc.MakeDue(ctx, w.mint))
	if list, err := w.svc.Exports(ctx, w.owner); err != nil || list[0].State != "ready" || begun != 1 {
		t.Fatalf("begun %d times, %+v, %v", begun, list, err)
	}
}

// slowHolder holds a little at a time, as a large account's mail is held.
type slowHolder struct{ left int }

func (h *slowHolder) HoldSome(context.Context, account.Scope) (bool, error) {
	h.left--
	return h.left > 0, nil
}

func TestALargeAccountIsHeldInParts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, holder := t.Context(), &slowHolder{left: 3}
		w.svc.Holder = holder
		w.must(w.svc.Close(ctx, w.owner, "zebra"))
		if holder.left != 2 {
			t.Errorf("closing did all the work at once: %d left", holder.left)
		}
		for range 5 {
			w.must(w.svc.HoldDue(ctx, w.mint))
		}
		if holder.left != 0 {
			t.Errorf("%d rounds left, or held on after the end", holder.left)
		}
	})
}

func TestClosingStopsSendingAndCanBeUndone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, accounts := t.Context(), account.New(w.store)
		if err := w.svc.Close(ctx, w.owner, "something else"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		w.must(w.svc.Close(ctx, w.owner, "zebra"))
		if err := w.svc.Close(ctx, w.owner, "zebra"); !fault.Is(err, fault.Conflict) {
			t.Errorf("closed twice: %v", err)
		}
		held, err := message.NewArchive(w.store).CountUpTo(ctx, w.owner, message.Release, message.Filter{}, 100)
		if a, _ := accounts.Get(ctx, w.owner); err != nil || held != 5 || a.State != account.Closed {
			t.Errorf("%d held, %v, account %s", held, err, a.State)
		}
		w.must(w.svc.Ask(ctx, w.owner)) // a closed account can still take its data
		w.must(w.svc.EraseDue(ctx))
		w.must(w.svc.Reopen(ctx, w.owner))
		if a, err := accounts.Get(ctx, w.owner); err != nil || a.State != account.Active {
			t.Errorf("%v, %v", a.State, err)
		}
		if err := w.svc.Reopen(ctx, w.owner); !fault.Is(err, fault.Conflict) {
			t.Errorf("reopened twice: %v", err)
		}
		w.watch.Advance(departure.Grace)
		w.must(w.svc.EraseDue(ctx))
		if a, err := accounts.Get(ctx, w.owner); err != nil || a.Name != "zebra" {
			t.Errorf("a reopened account was erased: %v", err)
		}
	})
}

// M-10: after the grace nothing of the account is left, in any table of the schema,
// but what tables.go keeps; and nowhere a name or an address.
func TestM10NothingIsLeft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.must(w.svc.Ask(ctx, w.owner))
		w.must(w.svc.MakeDue(ctx, w.mint))
		w.must(w.svc.Close(ctx, w.owner, "zebra"))
		keeps := departure.Answers()
		for _, table := range w.tables(true) {
			if _, ok := keeps[table]; !ok {
				t.Errorf("table %s belongs to accounts and has no answer: add it to departure/tables.go", table)
			}
			if n := w.count(table); n == 0 && table != "erasures" {
				t.Errorf("the test puts nothing into %s: what it shows about it is worth nothing", table)
			}
		}
		w.watch.Advance(departure.Grace)
		w.must(w.svc.EraseDue(ctx))
		w.must(w.svc.EraseDue(ctx))
		for _, table := range w.tables(true) {
			if n := w.count(table); n > 0 != keeps[table] {
				t.Errorf("%s has %d rows of the account, kept: %v", table, n, keeps[table])
			}
		}
		for _, table := range w.tables(false) {
			if found := w.grep(table); found != "" {
				t.Errorf("%s still tells: %s", table, found)
			}
		}
		var hashes, others int64
		w.must(w.store.SystemRead(ctx, "test: count", func(_ context.Context, tx *gorm.DB) error {
			return errors.Join(tx.Raw("SELECT count(*) FROM erased_suppressions").Scan(&hashes).Error, tx.Raw("SELECT count(*) FROM messages WHERE account_id = ?", w.other.ID).Scan(&others).Error)
		}))
		if hashes != 1 || others != 3 {
			t.Errorf("%d hashed suppressions, %d messages of the other account", hashes, others)
		}
	})
}

// tables names the schema's tables: those with an account_id, or all.
func (w *world) tables(owned bool) (names []string) {
	w.Helper()
	query := map[store.Engine]string{
		store.SQLite:   "SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND (? = 0 OR EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'account_id'))",
		store.Postgres: "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND (? = 0 OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id'))",
	}[w.store.Engine()]
	flag := 0
	if owned {
		flag = 1
	}
	w.must(w.store.SystemRead(w.Context(), "test: tables", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(query, flag).Scan(&names).Error }))
	if len(names) < 20 {
		w.Fatalf("only %d tables", len(names))
	}
	return names
}

func (w *world) count(table string) (n int64) {
	w.Helper()
	w.must(w.store.SystemRead(w.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM "+table+" WHERE account_id = ?", w.a.ID).Scan(&n).Error
	}))
	return n
}

// grep returns a row that holds the mark, "" when none does.
func (w *world) grep(table string) (found string) {
	w.Helper()
	w.must(w.store.SystemRead(w.Context(), "test: grep", func(_ context.Context, tx *gorm.DB) error {
		rows, err := tx.Raw("SELECT * FROM " + table).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			values, targets := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				targets[i] = &values[i]
			}
			if err := rows.Scan(targets...); err != nil {
				return err
			}
			for i, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				if text := fmt.Sprint(v); strings.Contains(strings.ToLower(text), mark) {
					found = columns[i] + " = " + text
				}
			}
		}
		return rows.Err()
	}))
	return found
}
