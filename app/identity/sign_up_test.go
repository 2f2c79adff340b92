package identity

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/terms"
)

func TestSignUpStoresEverythingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, " Ada@Example.COM ")
		u := b.signIn(t, "ada@example.com", goodPassword).User
		if u.Email != "Ada@example.com" || u.Name != "Ada" || u.Confirmed() || u.Staff {
			t.Errorf("user = %+v", u)
		}
		mine, err := b.Accounts.MembershipsOf(ctx, u.ID)
		if err != nil || len(mine) != 1 || mine[0].Role != account.Owner {
			t.Fatalf("memberships = %+v, %v", mine, err)
		}
		a := mine[0].Account
		if a.Name != "Ada's Café" || a.Kind != account.Business || !strings.HasPrefix(a.Slug, "ada-s-cafe-") {
			t.Errorf("account = %+v", a)
		}
		scope := account.NewScope(a.ID, account.Actor{Kind: account.ActorUser, ID: u.ID, Role: account.Owner})
		accepted, err := b.Terms.Acceptances(ctx, scope)
		if err != nil || len(accepted) != 3 {
			t.Fatalf("acceptances = %+v, %v", accepted, err)
		}
		version, err := b.Terms.Get(ctx, terms.Service, 1)
		if err != nil {
			t.Fatal(err)
		}
		got := accepted[2] // before it, in their order: what is accepted with the terms
		want := terms.Acceptance{
			Document: terms.Service, Number: 1, Digest: version.Digest, UserID: u.ID, Channel: terms.SignUp,
			IP: here.IP, UserAgent: "test browser", AcceptedAt: b.clock.Now(),
		}
		got.AcceptedAt = got.AcceptedAt.UTC()
		if got != want {
			t.Errorf("acceptance = %+v, want %+v", got, want)
		}
		if b.mails.count("confirm", "Ada@example.com") != 1 {
			t.Errorf("mails = %+v", b.mails.mails)
		}
	})
}

func TestSignUpThatCannotMailStoresNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.mails.fail = errors.New("the queue is down")
		if err := b.SignUp(t.Context(), form("ada@example.com")); err == nil {
			t.Fatal("signed up without a mail")
		}
		b.mails.fail = nil
		b.signUp(t, "ada@example.com")
		if b.mails.count("confirm", "ada@example.com") != 1 {
			t.Errorf("the failed sign-up left something behind: %+v", b.mails.mails)
		}
	})
}

func TestSignUpOfAKnownAddressAnswersAlikeAndMailsItsOwner(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.signUp(t, "ada@example.com")
		again := form("ADA@example.com")
		again.Password = "another good password"
		if err := b.SignUp(t.Context(), again); err != nil {
			t.Fatalf("the answer tells that the address is known: %v", err)
		}
		if b.mails.count("registered", "ada@example.com") != 1 || b.mails.count("confirm", "ada@example.com") != 1 {
			t.Errorf("mails = %+v", b.mails.mails)
		}
		b.signIn(t, "ada@example.com", goodPassword) // the password did not change
		for range 10 {
			if err := b.SignUp(t.Context(), again); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.mails.count("registered", "ada@example.com"); n > 5 {
			t.Errorf("%d mails to one address within the hour", n)
		}
	})
}

func TestParallelSignUpsMakeOneUser(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if err := b.SignUp(t.Context(), form("ada@example.com")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if b.mails.count("confirm", "ada@example.com") != 1 || b.mails.count("registered", "ada@example.com") != 3 {
			t.Errorf("mails = %+v", b.mails.mails)
		}
	})
}

func TestSignUpNamesEachWrongField(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		for name, change := range map[string]func(*SignUpForm){
			"name":         func(f *SignUpForm) { f.Name = "  " },
			"email":        func(f *SignUpForm) { f.Email = "Ada <ada@example.com>" },
			"password":     func(f *SignUpForm) { f.Password = "Passw0rd!23" },
			"account_name": func(f *SignUpForm) { f.Account.Name = strings.Repeat("x", 101) },
			"account_kind": func(f *SignUpForm) { f.Account.Kind = account.Operator },
			"accept_terms": func(f *SignUpForm) { f.AcceptTerms = false },
		} {
			f := form("ada@example.com")
			change(&f)
			err := b.SignUp(t.Context(), f)
			if fields := fault.FieldsOf(err); !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[name] == "" {
				t.Errorf("%s: %v, fields %v", name, err, fields)
			}
		}
		stale := form("ada@example.com")
		stale.TermsVersion = 7
		if got := fault.FieldsOf(b.SignUp(t.Context(), stale))["accept_terms"]; !strings.Contains(got, "version 1 of 23 November 2026") {
			t.Errorf("a version that is not in force: %q", got)
		}
	})
}

func TestSignUpsFromOneNetworkAreLimited(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.Limits.SignUpsPerDay = 2
		b.signUp(t, "a@example.com")
		b.signUp(t, "b@example.com")
		if err := b.SignUp(t.Context(), form("c@example.com")); !fault.Is(err, fault.Limited) {
			t.Errorf("the third sign-up: %v", err)
		}
	})
}
