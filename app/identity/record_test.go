package identity

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
)

// audited is what the audit of the user's account tells of signing in, the oldest first.
func (b *bundle) audited(t *testing.T, u User) (actions []string) {
	t.Helper()
	memberships, err := b.Accounts.MembershipsOf(t.Context(), u.ID)
	if err != nil || len(memberships) != 1 {
		t.Fatalf("%d accounts, %v", len(memberships), err)
	}
	scope := account.NewScope(memberships[0].Account.ID, account.Actor{Kind: account.ActorSystem})
	events, err := audit.New(b.store).List(t.Context(), scope, audit.Filter{Topic: "member", Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.ActorName != u.Email || e.IP != "192.0.2.7" || e.Object.Name != u.Email {
			t.Errorf("an event of nobody, or from nowhere: %+v", e)
		}
		actions = append(actions, string(e.Action))
	}
	slices.Reverse(actions)
	return actions
}

func TestTheAuditTellsOfSigningIn(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		s := b.secure(t, "ada@example.com")
		b.clock.Advance(time.Minute)
		half := b.half(t, s.email)
		if _, err := b.answer(t, half, "000000"); err == nil {
			t.Fatal("a wrong code opened a session")
		}
		if _, err := b.FinishSecondStep(ctx, half, SecondAnswer{Recovery: s.codes[0], Client: here}); err != nil {
			t.Fatal(err)
		}
		if err := b.EndOtherSessions(ctx, s.in.User.ID, "", here); err != nil {
			t.Fatal(err)
		}
		if err := b.RemoveAuthenticator(ctx, s.in.User.ID, here); err != nil {
			t.Fatal(err)
		}
		if err := b.RequestReset(ctx, s.email, here); err != nil {
			t.Fatal(err)
		}
		if err := b.ResetPassword(ctx, b.mails.token(t, "reset"), "eleven loud geese", here); err != nil {
			t.Fatal(err)
		}
		got := b.audited(t, s.in.User)
		want := []string{
			"member.signed_in", "member.authenticator_added", "member.signed_in", "member.second_factor_failed", "member.recovery_code_used", "member.signed_in",
			"member.other_sessions_ended", "member.authenticator_removed", "member.password_reset",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		// A credential belongs to an account: who gets the mail about it has it in no other audit.
		if err := b.TellOf(ctx, s.in.User.ID, here, CredentialIssued); err != nil {
			t.Fatal(err)
		}
		if again := b.audited(t, s.in.User); len(again) != len(want) {
			t.Errorf("%q", again)
		}
	})
}

// Of two addresses that somebody wants at once one is given; the other stays what it was.
func TestAnAddressIsGivenOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		for _, email := range []string{"ada@example.com", "bob@example.com"} {
			b.signUp(t, email)
		}
		tokens := map[string][2]string{}
		for _, email := range []string{"ada@example.com", "bob@example.com"} {
			u := b.signIn(t, email, goodPassword).User
			if err := b.AskEmail(ctx, u.ID, "new@example.com"); err != nil {
				t.Fatal(err)
			}
			tokens[email] = [2]string{b.mails.token(t, "change_email_old"), b.mails.token(t, "change_email_new")}
		}
		for _, email := range []string{"ada@example.com", "bob@example.com"} {
			if done, err := b.ApproveEmailChange(ctx, tokens[email][1], here); done || err != nil {
				t.Fatal(done, err)
			}
			done, err := b.ApproveEmailChange(ctx, tokens[email][0], here)
			if first := email == "ada@example.com"; done != first || (err == nil) != first {
				t.Errorf("%s: %v, %v", email, done, err)
			}
		}
		b.clock.Advance(time.Hour)
		b.signIn(t, "new@example.com", goodPassword)
		b.signIn(t, "bob@example.com", goodPassword)
	})
}

func TestAChangeOfAddressEndsByItself(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		u := b.signIn(t, "ada@example.com", goodPassword).User
		if err := b.AskEmail(ctx, u.ID, "new@example.com"); err != nil {
			t.Fatal(err)
		}
		old, fresh := b.mails.token(t, "change_email_old"), b.mails.token(t, "change_email_new")
		if done, err := b.ApproveEmailChange(ctx, fresh, here); done || err != nil {
			t.Fatal(done, err)
		}
		b.clock.Advance(EmailChangeLife)
		if done, err := b.ApproveEmailChange(ctx, old, here); done || err == nil {
			t.Errorf("%v, %v", done, err)
		}
		if err := b.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		b.signIn(t, "ada@example.com", goodPassword)
	})
}

// A refused sign-in is in the program's log, known address or not, without the address.
func TestRefusedSignInsAreLogged(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		var log bytes.Buffer
		b.Log = slog.New(slog.NewTextHandler(&log, nil))
		b.signUp(t, "ada@example.com")
		for _, email := range []string{"ada@example.com", "nobody@example.com"} {
			if _, err := b.SignIn(t.Context(), SignInForm{Email: email, Password: "wrong quiet otters", Client: here}); err == nil {
				t.Fatal("opened")
			}
		}
		if got := log.String(); strings.Count(got, "a sign-in was refused") != 2 || strings.Contains(got, "ada@") || strings.Contains(got, "otters") || !strings.Contains(got, "192.0.2") {
			t.Error(got)
		}
	})
}

func TestTheOperatorEndsSessions(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.signUp(t, "ada@example.com")
		in := b.signIn(t, "ada@example.com", goodPassword)
		if err := b.EndSessionsOf(t.Context(), "nobody@example.com"); err == nil {
			t.Error("nobody's sessions ended")
		}
		if err := b.EndSessionsOf(t.Context(), "Ada@example.com"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.Authenticate(t.Context(), in.Token); err == nil {
			t.Error("the session goes on")
		}
	})
}
