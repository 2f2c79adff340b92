package account_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// addUser stores a user and returns the id.
func addUser(t *testing.T, s *store.Store) id.ID {
	t.Helper()
	user, now := id.New(), s.Now()
	err := s.SystemWrite(t.Context(), "a user", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at)
			VALUES (?, ?, ?, 'A', '!', ?, 'system', ?, ?)`, user, user, user, false, now, now).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return user
}

func create(t *testing.T, s *store.Store, owner id.ID, name string) account.Account {
	t.Helper()
	a, err := account.New(s).Create(t.Context(), owner, account.Profile{Name: name, Kind: account.Business})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestMembershipsAreTheUsersOwn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, accounts := t.Context(), account.New(s)
		ada, bob := addUser(t, s), addUser(t, s)
		a, b := create(t, s, ada, "Same name"), create(t, s, bob, "Same name")
		if a.Slug == b.Slug || !strings.HasPrefix(a.Slug, "same-name-") {
			t.Errorf("slugs %q and %q", a.Slug, b.Slug)
		}
		mine, err := accounts.MembershipsOf(ctx, ada)
		if err != nil || len(mine) != 1 || mine[0].Account.ID != a.ID || mine[0].Role != account.Owner {
			t.Errorf("memberships %+v, %v", mine, err)
		}
		if m, err := accounts.MembershipBySlug(ctx, ada, a.Slug); err != nil || m.Account.ID != a.ID {
			t.Errorf("own: %+v, %v", m, err)
		}
		_, foreign := accounts.MembershipBySlug(ctx, ada, b.Slug)
		_, unknown := accounts.MembershipBySlug(ctx, ada, "nothing-aaaa")
		if !fault.Is(foreign, fault.NotFound) || foreign.Error() != unknown.Error() {
			t.Errorf("another's account %v, an unknown one %v", foreign, unknown)
		}
	})
}

func TestProfileChangesOneAccountOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, accounts := t.Context(), account.New(s)
		a, b := create(t, s, addUser(t, s), "A"), create(t, s, addUser(t, s), "B")
		scope := account.NewScope(a.ID, account.Actor{Kind: account.ActorUser, Role: account.Owner})
		if err := accounts.SetProfile(ctx, scope, account.Profile{Name: " Renamed ", Kind: account.Individual}); err != nil {
			t.Fatal(err)
		}
		got, err := accounts.Get(ctx, scope)
		if err != nil || got.Name != "Renamed" || got.Kind != account.Individual || got.Slug != a.Slug {
			t.Errorf("%+v, %v", got, err)
		}
		other, err := accounts.Get(ctx, account.NewScope(b.ID, account.Actor{}))
		if err != nil || other.Name != "B" {
			t.Errorf("the other account: %+v, %v", other, err)
		}
		if err := accounts.SetProfile(ctx, account.Scope{}, account.Profile{Name: "X", Kind: account.Business}); err == nil {
			t.Error("the zero scope changed something")
		}
		if err := accounts.SetProfile(ctx, scope, account.Profile{Name: "", Kind: account.Operator}); len(fault.FieldsOf(err)) != 2 {
			t.Errorf("an empty name and the operator's kind: %v", err)
		}
		members, err := accounts.Members(ctx, scope)
		if err != nil || len(members) != 1 || time.Since(members[0].CreatedAt) > time.Minute {
			t.Errorf("members %+v, %v", members, err)
		}
	})
}

func TestSlugsOfAnyName(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	owner := addUser(t, s)
	for name, stem := range map[string]string{
		"Café Zoë & Söhne": "cafe-zoe-sohne-", "日本": "account-", "--a--": "a-", strings.Repeat("long ", 20): "long-long-long-long-long-long-long-long-l-",
	} {
		if got := create(t, s, owner, name).Slug; !strings.HasPrefix(got, stem) || len(got) != len(stem)+4 {
			t.Errorf("%q → %q, want %s????", name, got, stem)
		}
	}
}
