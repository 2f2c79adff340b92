package support_test

import (
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store/storetest"
	"smtpserver/app/support"
	"smtpserver/app/testkit/seed"
)

// A view ends after an hour, and with its grant; it opens one account in one session.
func TestAViewIsBoundedInTime(t *testing.T) {
	t.Parallel()
	watch := clock.NewFake(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC))
	s := storetest.SQLite(t, watch)
	a, b, service := seed.NewAccount(t, s, "A"), seed.NewAccount(t, s, "B"), support.New(s)
	ctx := audit.From(t.Context(), audit.Source{Name: "sam@operator.example"})
	owner := account.NewScope(a.ID, account.Actor{Kind: account.ActorUser, ID: id.New(), Role: account.Owner})
	sam := support.Staff{ID: id.New(), Name: "sam@operator.example", Session: "one"}
	slug := func(a seed.Account) string {
		got, err := account.New(s).Get(ctx, a.Scope)
		if err != nil {
			t.Fatal(err)
		}
		return got.Slug
	}
	look := func(who support.Staff, of seed.Account, want fault.Kind) {
		t.Helper()
		if _, err := service.Look(ctx, who, slug(of), "/page"); !fault.Is(err, want) {
			t.Errorf("look: %v, want %q", err, want)
		}
	}
	if err := service.Give(ctx, owner, 72, "ticket"); err != nil {
		t.Fatal(err)
	}
	if err := service.Begin(ctx, sam, b.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another account: %v", err)
	}
	if err := service.Begin(ctx, sam, a.ID); err != nil {
		t.Fatal(err)
	}
	look(sam, a, "")
	look(sam, b, fault.NotFound)
	look(support.Staff{ID: sam.ID, Session: "another"}, a, fault.NotFound)
	look(support.Staff{ID: id.New(), Session: "one"}, a, fault.NotFound)
	watch.Advance(support.ViewLife)
	look(sam, a, fault.NotFound)
	if err := service.Begin(ctx, sam, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := service.Leave(ctx, sam); err != nil {
		t.Fatal(err)
	}
	look(sam, a, fault.NotFound)
	watch.Advance(72 * time.Hour)
	if err := service.Begin(ctx, sam, a.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("after its time: %v", err)
	}
	for _, bad := range []struct {
		hours  int
		reason string
	}{{2, "x"}, {24, ""}, {0, "x"}} {
		if err := service.Give(ctx, owner, bad.hours, bad.reason); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}
