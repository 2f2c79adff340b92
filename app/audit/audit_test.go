package audit_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

func domainAdded(name string) audit.Entry {
	return audit.Entry{Action: "domain.added", Object: audit.Object{ID: id.New(), Name: name}, After: audit.Values{"name": name}}
}

func as(a seed.Account, kind account.ActorKind, who id.ID) account.Scope {
	return account.NewScope(a.ID, account.Actor{Kind: kind, ID: who, Role: account.Owner})
}

func TestAnEventTellsWhoWhatAndFromWhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b, log, ada := seed.NewAccount(t, s, "A"), seed.NewAccount(t, s, "B"), audit.New(s), id.New()
		ctx := audit.From(t.Context(), audit.Source{Name: "ada@a.example", IP: netip.MustParseAddr("::ffff:192.0.2.7"), UserAgent: "Fox\x00/1"})
		entry := domainAdded("a.example")
		if err := log.Record(ctx, as(a, account.ActorUser, ada), entry); err != nil {
			t.Fatal(err)
		}
		if err := log.System(t.Context(), a.ID, audit.Entry{Action: "domain.lost"}); err != nil {
			t.Fatal(err)
		}
		got, err := log.List(ctx, a.Scope, audit.Filter{Limit: 10})
		if err != nil || len(got) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
		e := got[1]
		if e.Actor() != "ada@a.example" || e.ActorID != ada || e.IP != "192.0.2.7" || e.UserAgent != "Fox/1" || e.Object != entry.Object || e.After["name"] != "a.example" || e.Action.Words() != "Domain added" {
			t.Errorf("%+v", e)
		}
		if got[0].Actor() != "The service" {
			t.Errorf("%+v", got[0])
		}
		if other, err := log.List(ctx, b.Scope, audit.Filter{Limit: 10}); err != nil || len(other) != 0 {
			t.Errorf("the other account sees %+v, %v", other, err)
		}
		if _, err := log.List(ctx, account.Scope{}, audit.Filter{Limit: 10}); err == nil {
			t.Error("the zero scope sees something")
		}
	})
}

// Nobody changes an event, whichever door they use; it goes only with its account.
func TestEventsAreAppendOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, log := seed.NewAccount(t, s, "A"), audit.New(s)
		if err := log.Staff(t.Context(), audit.StaffEntry{StaffID: id.New(), Action: "account.viewed", Account: a.ID}); err != nil {
			t.Fatal(err)
		}
		run := func(statement string, args ...any) error {
			return s.SystemWrite(t.Context(), "test: tamper", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(statement, args...).Error })
		}
		for _, statement := range []string{
			"UPDATE audit_events SET action = 'nothing.done'", "DELETE FROM audit_events",
			"UPDATE staff_events SET reason = 'x'", "DELETE FROM staff_events",
		} {
			if err := run(statement); !errors.Is(err, store.ErrReference) {
				t.Errorf("%s: %v", statement, err)
			}
		}
		if s.Engine() == store.Postgres {
			if err := run("TRUNCATE audit_events"); err == nil {
				t.Error("TRUNCATE passed")
			}
		}
		if err := run("INSERT INTO erasures (account_id, began_at) VALUES (?, ?)", a.ID, s.Now()); err != nil {
			t.Fatal(err)
		}
		if err := run("UPDATE audit_events SET action = 'nothing.done'"); err == nil {
			t.Error("an event of an account that is being erased was changed")
		}
		if err := run("DELETE FROM audit_events WHERE account_id = ?", a.ID); err != nil {
			t.Errorf("erasure: %v", err)
		}
	})
}

func TestAnEventSharesTheFateOfItsStep(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, log := seed.NewAccount(t, s, "A"), audit.New(s)
		broken := errors.New("the step failed")
		err := s.Write(t.Context(), a.Scope, func(ctx context.Context, _ *gorm.DB) error {
			return errors.Join(log.Record(ctx, a.Scope, domainAdded("x.example")), log.System(ctx, a.ID, domainAdded("y.example")), broken)
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		if got, err := log.List(t.Context(), a.Scope, audit.Filter{Limit: 10}); err != nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

func TestSecretsAreRefused(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	a, log := seed.NewAccount(t, s, "A"), audit.New(s)
	for _, name := range []string{"password", "smtp_secret", "Token", "secret_hash", "private_key"} {
		if err := log.Record(t.Context(), a.Scope, audit.Entry{Action: "x.changed", After: audit.Values{name: "v"}}); err == nil {
			t.Errorf("%s was stored", name)
		}
	}
	long := strings.Repeat("ä", 400)
	if err := log.Record(t.Context(), a.Scope, audit.Entry{Action: "x.changed", After: audit.Values{"note": long}}); err != nil {
		t.Fatal(err)
	}
	was, is := audit.Changed(audit.Values{"a": "1", "b": "2"}, audit.Values{"a": "1", "b": "3", "c": ""})
	if len(was) != 1 || len(is) != 2 || was["b"] != "2" {
		t.Errorf("%v → %v", was, is)
	}
}

func TestPagesOfEvents(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, log := seed.NewAccount(t, s, "A"), audit.New(s)
		ada := as(a, account.ActorUser, id.New())
		for i := range 10 {
			action := audit.Action("domain.checked")
			if i%2 == 0 {
				action = "credential.issued"
			}
			if err := log.Record(t.Context(), ada, audit.Entry{Action: action}); err != nil {
				t.Fatal(err)
			}
		}
		list := func(f audit.Filter) []audit.Event {
			t.Helper()
			got, err := log.List(t.Context(), a.Scope, f)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		all := list(audit.Filter{Limit: 100})
		second := list(audit.Filter{Limit: 4, Before: all[3].ID})
		if len(second) != 4 || second[0].ID != all[4].ID {
			t.Errorf("the second page begins with %v, want %v", second[0].ID, all[4].ID)
		}
		if back := list(audit.Filter{Limit: 4, After: all[4].ID}); len(back) != 4 || back[0].ID != all[0].ID {
			t.Error("the way back leads elsewhere")
		}
		if got := list(audit.Filter{Limit: 100, Topic: "credential"}); len(got) != 5 {
			t.Errorf("%d credential events", len(got))
		}
		_, who := ada.Who()
		if got := list(audit.Filter{Limit: 100, ActorID: who}); len(got) != 10 {
			t.Errorf("%d events of the person", len(got))
		}
		if got := list(audit.Filter{Limit: 100, To: s.Now().AddDate(0, 0, -1)}); len(got) != 0 {
			t.Errorf("%d events before yesterday", len(got))
		}
	})
}

func TestActsOfStaffAreInBothLogs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, log, sam, grant := seed.NewAccount(t, s, "A"), audit.New(s), id.New(), id.New()
		ctx := audit.From(t.Context(), audit.Source{Name: "sam@operator.example", BehalfOf: "ada@a.example", GrantID: grant})
		seen := audit.Object{ID: id.New(), Name: "Your order"}
		if err := log.Staff(ctx, audit.StaffEntry{StaffID: sam, Action: "message.viewed", Account: a.ID, Object: seen, Reason: "ticket 7", After: audit.Values{"subject": "Your order"}}); err != nil {
			t.Fatal(err)
		}
		if err := log.Staff(ctx, audit.StaffEntry{StaffID: sam, Action: "plan.changed", Before: audit.Values{"version": "1"}, After: audit.Values{"version": "2"}}); err != nil {
			t.Fatal(err)
		}
		own, err := log.List(ctx, a.Scope, audit.Filter{Limit: 10})
		if err != nil || len(own) != 1 || own[0].ActorKind != "staff" || own[0].BehalfOf != "ada@a.example" || own[0].GrantID != grant || own[0].After["reason"] != "ticket 7" {
			t.Errorf("%+v, %v", own, err)
		}
		theirs, err := log.ListStaff(ctx, audit.StaffFilter{StaffID: sam, Limit: 10})
		if err != nil || len(theirs) != 2 || theirs[1].Account != a.ID || theirs[1].ObjectID != string(seen.ID) {
			t.Fatalf("%+v, %v", theirs, err)
		}
		// The operator's log tells what changed of the operator's own things, and nothing of a customer's.
		if plan, look := theirs[0], theirs[1]; plan.Before["version"] != "1" || plan.After["version"] != "2" || len(look.Before)+len(look.After) > 0 || own[0].After["subject"] == "" {
			t.Errorf("values: %+v, %+v, %+v", plan, look, own)
		}
		if err := log.Staff(ctx, audit.StaffEntry{StaffID: sam, Action: "plan.changed", After: audit.Values{"password": "x"}}); err == nil {
			t.Error("a secret is kept")
		}
	})
}
