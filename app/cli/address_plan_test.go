package cli

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
)

// An account gets sending addresses of its own where its plan includes them, or where it is
// on none; else the command refuses, says what to do, and changes nothing.
func TestADedicatedAddressNeedsAPlanWithOne(t *testing.T) {
	ctx, url := t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(ctx, store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	sold := billing.New(s, nil, audit.New(s))
	customer := func(name string, plan *billing.Limits) (slug string) {
		t.Helper()
		a := seed.NewAccount(t, s, name)
		if plan != nil {
			p, err := sold.AddPlan(ctx, billing.Staff{ID: id.New()}, billing.Plan{Public: true, Offer: billing.Offer{
				Name: name, Overage: billing.Stop, Included: map[string]int64{"transactional": 1000, "broadcast": 1000}, Limits: *plan,
				Prices: []billing.Price{{Currency: "EUR", Interval: billing.Monthly}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			if err := sold.Choose(ctx, a.Scope, p.ID, "EUR", billing.Monthly); err != nil {
				t.Fatal(err)
			}
		}
		stored, err := account.New(s).Get(ctx, a.Scope)
		if err != nil {
			t.Fatal(err)
		}
		return stored.Slug
	}
	rules := func() (n int) {
		t.Helper()
		err := s.SystemRead(ctx, "test: count", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*) FROM pool_rules").Scan(&n).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	free, shared, own := customer("Alpha", nil), customer("Beta", &billing.Limits{}), customer("Gamma", &billing.Limits{OwnAddress: true})
	for _, step := range []struct {
		args  string
		says  string
		rules int // after it
	}{
		{"--account " + shared, "the plan of account " + shared + " includes no sending address of its own; put it on one that does", 0},
		{"--account " + shared + " --stream broadcast", "includes no sending address", 0},
		{"--account " + own, "", 1},
		{"--account " + free + " --stream broadcast", "", 2},
		{"--stream broadcast", "", 3}, // everybody's
	} {
		var out, errOut strings.Builder
		code := Main(append([]string{"smtpserver", "address", "route", "--pool", "bulk"}, strings.Fields(step.args)...), []string{"DATABASE_URL=" + url}, &out, &errOut)
		if said := out.String() + errOut.String(); (code == 0) != (step.says == "") || !strings.Contains(said, step.says) {
			t.Errorf("address route %s: %d %s", step.args, code, said)
		}
		if n := rules(); n != step.rules {
			t.Errorf("address route %s: %d rules, want %d", step.args, n, step.rules)
		}
	}
}
