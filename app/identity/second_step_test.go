package identity

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"smtpserver/app/fault"
)

// secured is a user with an authenticator app: the secret, the recovery codes and the session.
type secured struct {
	email, secret string
	codes         []string
	in            SignedIn
}

func (b *bundle) secure(t *testing.T, email string) secured {
	t.Helper()
	b.signUp(t, email)
	first := b.signIn(t, email, goodPassword)
	if err := b.BeginAuthenticator(t.Context(), first.User.ID); err != nil {
		t.Fatal(err)
	}
	setup, err := b.PendingAuthenticator(t.Context(), first.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	in, codes, err := b.ConfirmAuthenticator(t.Context(), sessionOf(t, b, first), b.code(t, setup.Secret, 0), here)
	if err != nil {
		t.Fatal(err)
	}
	return secured{email, setup.Secret, codes, in}
}

// code is what the app shows at a distance from now.
func (b *bundle) code(t *testing.T, secret string, off time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, b.clock.Now().Add(off))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// half signs in with the password and returns the token of the second step.
func (b *bundle) half(t *testing.T, email string) string {
	t.Helper()
	in := b.signIn(t, email, goodPassword)
	if in.Token != "" || in.Second == "" {
		t.Fatalf("the password alone opened a session: %+v", in)
	}
	return in.Second
}

func (b *bundle) answer(t *testing.T, step, code string) (SignedIn, error) {
	t.Helper()
	return b.FinishSecondStep(t.Context(), step, SecondAnswer{Code: code, Client: here})
}

func TestSettingUpAnAuthenticator(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "ada@example.com")
		first, other := b.signIn(t, "ada@example.com", goodPassword), b.signIn(t, "ada@example.com", goodPassword)
		session := sessionOf(t, b, first)
		if err := b.BeginAuthenticator(ctx, first.User.ID); err != nil {
			t.Fatal(err)
		}
		setup, err := b.PendingAuthenticator(ctx, first.User.ID)
		if err != nil || !strings.HasPrefix(setup.URL, "otpauth://totp/SMTPServer:ada@example.com?") || !strings.Contains(setup.URL, setup.Secret) {
			t.Fatalf("%+v, %v", setup, err)
		}
		if in := b.signIn(t, "ada@example.com", goodPassword); in.Token == "" {
			t.Error("an app that never showed a code locks out")
		}
		// Clocks 90 s off get an answer that names the clock, either way.
		for off, word := range map[time.Duration]string{-90 * time.Second: "90 seconds slow", 90 * time.Second: "90 seconds fast"} {
			_, _, err := b.ConfirmAuthenticator(ctx, session, b.code(t, setup.Secret, off), here)
			if text := fault.FieldsOf(err)["code"]; !strings.Contains(text, word) {
				t.Errorf("%s off: %v", off, err)
			}
		}
		if _, _, err := b.ConfirmAuthenticator(ctx, session, "000000", here); fault.FieldsOf(err)["code"] == "" {
			t.Errorf("a wrong code: %v", err)
		}
		in, codes, err := b.ConfirmAuthenticator(ctx, session, b.code(t, setup.Secret, -30*time.Second), here)
		if err != nil || len(codes) != RecoveryCodes {
			t.Fatalf("%d codes, %v", len(codes), err)
		}
		if b.live(t, first.Token) || b.live(t, other.Token) || !sessionOf(t, b, in).TwoFactors {
			t.Error("H-03: an old session lives, or the new one has one factor")
		}
		if b.mails.count("authenticator_added", "ada@example.com") != 1 {
			t.Error("no notice")
		}
		if err := b.BeginAuthenticator(ctx, first.User.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("set up over a confirmed one: %v", err)
		}
		if _, err := b.PendingAuthenticator(ctx, first.User.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the secret is shown again: %v", err)
		}
	})
}

func TestNoCodeOpensTwice(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ada := b.secure(t, "ada@example.com")
		b.clock.Advance(time.Minute)
		code := b.code(t, ada.secret, 0)
		steps := []string{b.half(t, ada.email), b.half(t, ada.email), b.half(t, ada.email)}
		var wins atomic.Int32
		var all sync.WaitGroup
		for _, step := range steps {
			all.Go(func() {
				if in, err := b.FinishSecondStep(t.Context(), step, SecondAnswer{Code: code, Client: here}); err == nil && in.Token != "" {
					wins.Add(1)
				}
			})
		}
		all.Wait()
		if wins.Load() != 1 {
			t.Errorf("one code opened %d sessions", wins.Load())
		}
		b.clock.Advance(time.Minute)
		step := b.half(t, ada.email)
		for _, bad := range []string{code, "", "000000", "abcdef", b.code(t, ada.secret, -90*time.Second)} {
			if _, err := b.answer(t, step, bad); err == nil {
				t.Errorf("%q opened", bad)
			}
		}
		b.clock.Advance(2 * time.Minute)
		if in, err := b.answer(t, step, " "+b.code(t, ada.secret, 0)[:3]+" "+b.code(t, ada.secret, 0)[3:]); err != nil || !sessionOf(t, b, in).TwoFactors {
			t.Errorf("a right code, typed with spaces: %v", err)
		}
		b.clock.Advance(time.Minute)
		if _, err := b.answer(t, step, b.code(t, ada.secret, 0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("the step is over, and yet: %v", err)
		}
	})
}

// H-07: five a minute from a network, and thirty an hour from everywhere.
func TestCodesAreLimited(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ada := b.secure(t, "ada@example.com")
		b.clock.Advance(2 * time.Hour)
		step := b.half(t, ada.email)
		for range 5 {
			if _, err := b.answer(t, step, "000000"); fault.FieldsOf(err)["code"] == "" {
				t.Fatalf("a wrong code: %v", err)
			}
		}
		if _, err := b.answer(t, step, b.code(t, ada.secret, 0)); !fault.Is(err, fault.Limited) {
			t.Errorf("the sixth: %v", err)
		}
		tried := 0
		for i := range 60 {
			c := here
			c.IP = c.IP.Next()
			for range i {
				c.IP = c.IP.Next()
			}
			if _, err := b.FinishSecondStep(t.Context(), step, SecondAnswer{Code: "000000", Client: c}); fault.FieldsOf(err)["code"] != "" {
				tried++
			}
		}
		if tried+5 > 30 {
			t.Errorf("%d guesses within the hour by changing networks", tried+5)
		}
	})
}

func TestRecoveryCodes(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		ada := b.secure(t, "ada@example.com")
		present := func(code string) error {
			_, err := b.FinishSecondStep(ctx, b.half(t, ada.email), SecondAnswer{Recovery: code, Client: here})
			b.clock.Advance(time.Minute)
			return err
		}
		if err := present(strings.ToUpper(strings.ReplaceAll(ada.codes[0], "-", " "))); err != nil {
			t.Fatal(err)
		}
		if b.mails.count("recovery_code_used", ada.email) != 1 {
			t.Error("no notice")
		}
		if len(strings.ReplaceAll(ada.codes[1], "-", "")) < 23 { // 112 bits, ASVS 6.5.2
			t.Errorf("a code is too short for a plain hash: %s", ada.codes[1])
		}
		for _, bad := range []string{ada.codes[0], "aaaa-aaaa-aaaa-aaaa", "x", strings.Repeat("a", 5000)} {
			if err := present(bad); fault.FieldsOf(err)["recovery_code"] == "" {
				t.Errorf("%.20q: %v", bad, err)
			}
		}
		if left, _, err := b.RecoveryLeft(ctx, ada.in.User.ID); left != RecoveryCodes-1 || err != nil {
			t.Errorf("%d left, %v", left, err)
		}
		fresh, err := b.RenewRecovery(ctx, ada.in.User.ID, here)
		if err != nil || len(fresh) != RecoveryCodes {
			t.Fatal(err)
		}
		if err := present(ada.codes[1]); err == nil {
			t.Error("a former code opens")
		}
		if err := present(fresh[0]); err != nil {
			t.Error(err)
		}
		if err := b.RemoveAuthenticator(ctx, ada.in.User.ID, here); err != nil {
			t.Fatal(err)
		}
		if in := b.signIn(t, ada.email, goodPassword); in.Token == "" {
			t.Error("no second factor, and yet a second step")
		}
		if left, _, _ := b.RecoveryLeft(ctx, ada.in.User.ID); left != 0 {
			t.Errorf("%d recovery codes without a second factor", left)
		}
	})
}

// What was begun with an old password ends with it, and a reset does not go round
// the second factor.
func TestANewPasswordEndsHalfSignIns(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		ada := b.secure(t, "ada@example.com")
		b.clock.Advance(time.Minute)
		step := b.half(t, ada.email)
		in, err := b.ChangePassword(ctx, sessionOf(t, b, ada.in), goodPassword, newPassword, here)
		if err != nil || !sessionOf(t, b, in).TwoFactors {
			t.Fatalf("the session lost its second factor: %v", err)
		}
		if _, err := b.answer(t, step, b.code(t, ada.secret, 0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("gone on from the old password: %v", err)
		}
		if err := b.RequestReset(ctx, ada.email, here); err != nil {
			t.Fatal(err)
		}
		if err := b.ResetPassword(ctx, b.mails.token(t, "reset"), goodPassword, here); err != nil {
			t.Fatal(err)
		}
		b.half(t, ada.email)
	})
}

func TestStepsEndByThemselves(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ada := b.secure(t, "ada@example.com")
		step := b.half(t, ada.email)
		b.clock.Advance(FlowLife + time.Second)
		if _, err := b.answer(t, step, b.code(t, ada.secret, 0)); !fault.Is(err, fault.NotFound) {
			t.Errorf("a step of long ago: %v", err)
		}
		if err := b.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := b.takeFlow(t.Context(), secondStep, step); err == nil {
			t.Error("kept")
		}
	})
}

func TestProofs(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.signUp(t, "bob@example.com")
		bob := b.signIn(t, "bob@example.com", goodPassword)
		if !sessionOf(t, b, bob).Proven(b.clock.Now()) {
			t.Error("a fresh sign-in proves")
		}
		b.clock.Advance(ProofLife)
		if sessionOf(t, b, bob).Proven(b.clock.Now()) {
			t.Error("proven after ten minutes")
		}
		if err := b.Prove(ctx, sessionOf(t, b, bob), "a wrong guess", "", here); fault.FieldsOf(err)["proof_password"] == "" {
			t.Errorf("a wrong password: %v", err)
		}
		if err := b.Prove(ctx, sessionOf(t, b, bob), goodPassword, "", here); err != nil || !sessionOf(t, b, bob).Proven(b.clock.Now()) {
			t.Errorf("a right password: %v", err)
		}
		ada := b.secure(t, "ada@example.com")
		b.clock.Advance(ProofLife)
		if err := b.Prove(ctx, sessionOf(t, b, ada.in), goodPassword, "", here); fault.FieldsOf(err)["proof_code"] == "" {
			t.Errorf("with an app the password alone does not prove: %v", err)
		}
		code := b.code(t, ada.secret, 0)
		if err := b.Prove(ctx, sessionOf(t, b, ada.in), "", code, here); err != nil {
			t.Error(err)
		}
		if err := b.Prove(ctx, sessionOf(t, b, ada.in), "", code, here); err == nil {
			t.Error("a code proved twice")
		}
	})
}

func TestNewDevices(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.signUp(t, "ada@example.com")
		from := func(device string) {
			c := here
			c.Device = device
			if _, err := b.SignIn(t.Context(), SignInForm{Email: "ada@example.com", Password: goodPassword, Client: c}); err != nil {
				t.Fatal(err)
			}
		}
		for i, step := range []struct {
			device string
			mails  int
		}{{"laptop", 0}, {"laptop", 0}, {"phone", 1}, {"phone", 1}, {"laptop", 1}, {"stranger", 2}} {
			from(step.device)
			if n := b.mails.count("new_device", "ada@example.com"); n != step.mails {
				t.Errorf("sign-in %d, from the %s: %d notices", i, step.device, n)
			}
		}
	})
}

func TestDeviceWords(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox on Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":              "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15":                      "Safari on Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
		"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36":           "Samsung Internet on Android",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36":                              "Chrome on Linux",
		"curl/8.15.0": "curl",
		"<script>alert(1)</script> Buy at spam.example now": "An unknown program",
		"": "An unknown program",
	} {
		if got := DeviceWords(agent); got != want {
			t.Errorf("%.60q: %q, want %q", agent, got, want)
		}
	}
}
