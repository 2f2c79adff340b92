package identity

import (
	"context"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"smtpserver/app/fault"
)

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	for password, good := range map[string]bool{
		"seven quiet otters":               true,
		"tr0ub4dor&3xyz":                   true,
		"größerÜbermut":                    true,
		"пароль-не-угадать":                true,
		strings.Repeat("aB3$", 1):          false, // four
		"short7!":                          false,
		"password":                         false,
		"Passw0rd!2024":                    false,
		"P@$$w0rd123":                      false,
		"iloveyou99":                       false,
		"qwertyuiop12":                     false,
		"12345678":                         false,
		"987654321":                        false,
		"aaaaaaaaaaaa":                     false,
		"abababababab":                     false,
		"abcdefgh1234":                     false,
		"1q2w3e4r5t":                       false,
		"ada.lovelace1":                    false, // the address
		"AdaLovelace!":                     false, // the name
		"analytical7":                      false, // the account
		"\xff\xfe\xfd\xfc\xfb\xfa12345":    false,
		strings.Repeat("long enough ", 30): false,
		strings.Repeat("q7#kV2mz", 16):     true, // 128 characters
	} {
		problem := passwordProblem(password, "ada.lovelace@example.com", "Ada Lovelace", "Analytical")
		if (problem == "") != good {
			t.Errorf("%q: %q, want good = %v", password, problem, good)
		}
	}
}

func TestComposedAndDecomposedPasswordsAreOne(t *testing.T) {
	t.Parallel()
	h, err := NewHasherWith(argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, 1)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := h.Hash(t.Context(), "caf\u00e9 au lait")
	if err != nil {
		t.Fatal(err)
	}
	if match, stale, err := h.Check(t.Context(), "cafe\u0301 au lait", hash); err != nil || !match || stale {
		t.Errorf("match %v, stale %v, %v", match, stale, err)
	}
	if match, _, err := h.Check(t.Context(), "nobody's password", ""); err != nil || match {
		t.Errorf("the dummy hash matches: %v, %v", match, err)
	}
}

func TestHashingIsBounded(t *testing.T) {
	t.Parallel()
	h, err := NewHasherWith(argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, 1)
	if err != nil {
		t.Fatal(err)
	}
	release, err := h.acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "some password"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("with all slots taken: %v", err)
	}
	release()
	if _, err := h.Hash(t.Context(), "some password"); err != nil {
		t.Error(err)
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	for in, key := range map[string]string{
		"Ada@Example.COM": "ada@example.com", "a+b@x.example": "a+b@x.example", "a@münchen.example": "a@xn--mnchen-3ya.example",
		"": "", "a": "", "a@b": "", "@x.example": "", "a b@x.example": "", "a@x.example\r\nBcc: b@x.example": "", "Ada <a@x.example>": "",
		"a@[192.0.2.1]": "", "a@x.example\x00": "", "ädä@x.example": "", strings.Repeat("a", 65) + "@x.example": "", "a@" + strings.Repeat("x.", 130) + "example": "",
	} {
		if _, got, err := parseEmail(in); got != key || (err == nil) != (key != "") {
			t.Errorf("parseEmail(%q) = %q, %v, want %q", in, got, err, key)
		}
	}
}

// ASVS 6.2.4, 6.2.12: at least the 3,000 most used that our rules would let pass, and
// known ones however they are written.
func TestBreachedPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	listed := 0
	for line := range strings.Lines(breachedText) {
		if word := strings.TrimSpace(line); !strings.HasPrefix(word, "#") {
			listed++
			if passwordProblem(strings.ToUpper(word)) == "" {
				t.Fatalf("%q is let pass", word)
			}
		}
	}
	if listed < 3000 {
		t.Errorf("%d passwords of eight and more characters, want 3,000 at least", listed)
	}
}
