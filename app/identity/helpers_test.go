package identity

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/limit"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/terms"
)

// mailbox records what the service would mail.
type mailbox struct {
	mu    sync.Mutex
	mails []mail
	fail  error
}

type mail struct{ kind, to, token string }

func (m *mailbox) add(kind string, to Recipient, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.mails = append(m.mails, mail{kind, to.Email, token})
	return nil
}

func (m *mailbox) ConfirmEmail(_ context.Context, to Recipient, token string) error {
	return m.add("confirm", to, token)
}

func (m *mailbox) AlreadyRegistered(_ context.Context, to Recipient) error {
	return m.add("registered", to, "")
}

func (m *mailbox) ResetPassword(_ context.Context, to Recipient, token string) error {
	return m.add("reset", to, token)
}

func (m *mailbox) PasswordChanged(_ context.Context, to Recipient) error {
	return m.add("changed", to, "")
}

func (m *mailbox) ChangeEmail(_ context.Context, to Recipient, old bool, token string) error {
	kind := "change_email_new"
	if old {
		kind = "change_email_old"
	}
	return m.add(kind, to, token)
}

func (m *mailbox) EmailChanged(_ context.Context, to Recipient) error {
	return m.add("email_changed", to, "")
}

func (m *mailbox) Security(_ context.Context, to Recipient, n Notice) error {
	return m.add(string(n.Kind), to, "")
}

// count returns how many mails of a kind went to an address.
func (m *mailbox) count(kind, to string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, one := range m.mails {
		if one.kind == kind && one.to == to {
			n++
		}
	}
	return n
}

// token returns the token of the newest mail of a kind.
func (m *mailbox) token(t *testing.T, kind string) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.mails) - 1; i >= 0; i-- {
		if m.mails[i].kind == kind {
			return m.mails[i].token
		}
	}
	t.Fatalf("no mail of kind %s", kind)
	return ""
}

// bundle is a service on a fresh database.
type bundle struct {
	*Service
	clock *clock.Fake
	mails *mailbox
	store *store.Store
}

const goodPassword = "seven quiet otters"

func newBundle(t *testing.T, open func(testing.TB, clock.Clock) *store.Store) *bundle {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	s := open(t, c)
	box, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	cheap := argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	hasher, err := NewHasherWith(cheap, 4)
	if err != nil {
		t.Fatal(err)
	}
	b := &bundle{clock: c, mails: &mailbox{}, store: s}
	b.Service = New(Deps{
		Store: s, Accounts: account.New(s), Terms: terms.New(s), Limiter: limit.New(s, box), Hasher: hasher,
		Notifier: b.mails, Log: slog.New(slog.DiscardHandler), Box: box, Brand: "SMTPServer",
		Public: &url.URL{Scheme: "https", Host: "mail.example.com"},
	})
	if err := b.Terms.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// each runs the test on both engines.
func each(t *testing.T, fn func(t *testing.T, b *bundle)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, newBundle(t, open))
		})
	}
}

var here = Client{IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "test\x00 browser"}

func form(email string) SignUpForm {
	return SignUpForm{
		Name: "Ada", Email: email, Password: goodPassword, TermsVersion: 1, AcceptTerms: true,
		Account: account.Profile{Name: "Ada's Café", Kind: account.Business}, Client: here,
	}
}

func (b *bundle) signUp(t *testing.T, email string) {
	t.Helper()
	if err := b.SignUp(t.Context(), form(email)); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) signIn(t *testing.T, email, password string) SignedIn {
	t.Helper()
	in, err := b.SignIn(t.Context(), SignInForm{Email: email, Password: password, Client: here})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// live reports whether a session's token still opens something.
func (b *bundle) live(t *testing.T, token string) bool {
	t.Helper()
	_, _, err := b.Authenticate(t.Context(), token)
	return err == nil
}

// sessionOf is the session that a sign-in opened.
func sessionOf(t *testing.T, b *bundle, in SignedIn) Session {
	t.Helper()
	session, _, err := b.Authenticate(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	return session
}
