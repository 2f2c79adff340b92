package identity

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/fault"
)

const newPassword = "eleven loud geese"

func TestResetWorksOnceWithinTheHourAndEndsSessions(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		old := b.signIn(t, "ada@example.com", goodPassword)
		if err := b.RequestReset(ctx, "Ada@example.com", here); err != nil {
			t.Fatal(err)
		}
		first := b.mails.token(t, "reset")
		if err := b.RequestReset(ctx, "ada@example.com", here); err != nil {
			t.Fatal(err)
		}
		token := b.mails.token(t, "reset")
		if err := b.ResetPassword(ctx, first, newPassword, here); !fault.Is(err, fault.NotFound) {
			t.Errorf("an older link still works: %v", err)
		}
		if err := b.ResetPassword(ctx, token, "password1", here); !fault.Is(err, fault.Invalid) {
			t.Errorf("a common password: %v", err)
		}
		if err := b.ResetPassword(ctx, token, newPassword, here); err != nil {
			t.Fatal(err)
		}
		if b.live(t, old.Token) {
			t.Error("the old session is alive")
		}
		if err := b.ResetPassword(ctx, token, newPassword, here); !fault.Is(err, fault.NotFound) {
			t.Errorf("used twice: %v", err)
		}
		if in := b.signIn(t, "ada@example.com", newPassword); !in.User.Confirmed() {
			t.Error("the address of a followed link is not confirmed")
		}
		if b.mails.count("changed", "ada@example.com") != 1 {
			t.Error("nobody told the user that the password changed")
		}
	})
}

func TestResetLinksDie(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		if err := b.RequestReset(ctx, "ada@example.com", here); err != nil {
			t.Fatal(err)
		}
		token := b.mails.token(t, "reset")
		if _, err := b.Confirm(ctx, token, here, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a reset link confirms: %v", err)
		}
		b.clock.Advance(time.Hour)
		if _, err := b.InspectReset(ctx, token); !fault.Is(err, fault.NotFound) {
			t.Errorf("alive after an hour: %v", err)
		}
	})
}

func TestResetOfAnUnknownAddressAnswersAlike(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		if err := b.RequestReset(t.Context(), "nobody@example.com", here); err != nil {
			t.Errorf("the answer differs: %v", err)
		}
		if len(b.mails.mails) != 0 {
			t.Errorf("mails = %+v", b.mails.mails)
		}
		b.signUp(t, "ada@example.com")
		for range 10 {
			if err := b.RequestReset(t.Context(), "ada@example.com", here); err != nil {
				t.Fatal(err)
			}
		}
		if n := b.mails.count("reset", "ada@example.com"); n != 4 { // the confirmation was the first of five
			t.Errorf("%d reset mails within the hour, want 4", n)
		}
	})
}

func TestOneOfTwoParallelResetsWins(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.signUp(t, "ada@example.com")
		if err := b.RequestReset(t.Context(), "ada@example.com", here); err != nil {
			t.Fatal(err)
		}
		token := b.mails.token(t, "reset")
		var wins atomic.Int64
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				switch err := b.ResetPassword(t.Context(), token, newPassword, here); {
				case err == nil:
					wins.Add(1)
				case !fault.Is(err, fault.NotFound):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 {
			t.Errorf("%d resets by one link", wins.Load())
		}
	})
}

func TestChangePasswordKeepsThisBrowserOnly(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		here1, other := b.signIn(t, "ada@example.com", goodPassword), b.signIn(t, "ada@example.com", goodPassword)
		if _, err := b.ChangePassword(ctx, sessionOf(t, b, here1), "wrong password", newPassword, here); fault.FieldsOf(err)["current_password"] == "" {
			t.Errorf("with a wrong password: %v", err)
		}
		if _, err := b.ChangePassword(ctx, sessionOf(t, b, here1), goodPassword, "short", here); fault.FieldsOf(err)["password"] == "" {
			t.Errorf("to a short one: %v", err)
		}
		in, err := b.ChangePassword(ctx, sessionOf(t, b, here1), goodPassword, newPassword, here)
		if err != nil {
			t.Fatal(err)
		}
		if b.live(t, here1.Token) || b.live(t, other.Token) || !b.live(t, in.Token) {
			t.Error("an old session is alive, or the new one is not")
		}
	})
}

func TestConfirmOnceWithinADay(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		late := b.mails.token(t, "confirm")
		b.clock.Advance(ConfirmationLife)
		if _, err := b.Confirm(ctx, late, here, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("after a day: %v", err)
		}
		if err := b.RequestConfirmation(ctx, "ada@example.com", here); err != nil {
			t.Fatal(err)
		}
		token := b.mails.token(t, "confirm")
		in, err := b.Confirm(ctx, token, here, "")
		if err != nil || !in.User.Confirmed() || !b.live(t, in.Token) {
			t.Fatalf("%+v, %v", in, err)
		}
		if _, err := b.Confirm(ctx, token, here, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		if err := b.ResendConfirmation(ctx, in.User.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("resent to a confirmed address: %v", err)
		}
		if err := b.RequestConfirmation(ctx, "ada@example.com", here); err != nil || b.mails.count("registered", "ada@example.com") != 1 {
			t.Errorf("asking for a confirmed address: %v, %+v", err, b.mails.mails)
		}
	})
}

func TestStaffEnterByALinkOnly(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		_, token, err := b.CreateStaff(ctx, "staff@example.com")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.SignIn(ctx, SignInForm{Email: "staff@example.com", Password: noPassword, Client: here}); !fault.Is(err, fault.Unauthorized) {
			t.Errorf("staff without a password signed in: %v", err)
		}
		in, err := b.EnterStaff(ctx, token, here, "")
		if err != nil || !in.User.Staff {
			t.Fatalf("%+v, %v", in, err)
		}
		if _, err := b.EnterStaff(ctx, token, here, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		b.signUp(t, "ada@example.com")
		if _, _, err := b.CreateStaff(ctx, "ada@example.com"); err == nil {
			t.Error("a customer became staff")
		}
	})
}
