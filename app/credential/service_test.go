package credential_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/credential"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

var (
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	home = netip.MustParseAddr("192.0.2.7")
)

// world is two accounts, each with a domain, and the services of two processes.
type world struct {
	t           *testing.T
	store       *store.Store
	clock       *clock.Fake
	here, there *credential.Service
	a, b        account.Scope
	aDom, bDom  id.ID
}

func each(t *testing.T, fn func(w world)) {
	t.Helper()
	open := map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}
	for name, open := range open {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			s := open(t, c)
			w := world{t: t, store: s, clock: c}
			w.here = credential.New(s, c, slog.New(slog.DiscardHandler))
			w.there = credential.New(s, c, slog.New(slog.DiscardHandler))
			w.a, w.aDom = w.account("a")
			w.b, w.bDom = w.account("b")
			fn(w)
		})
	}
}

func (w world) account(name string) (account.Scope, id.ID) {
	w.t.Helper()
	accountID, domainID := id.New(), id.New()
	w.exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, ?, ?, 'business', 'active', ?, ?)",
		accountID, name, name, noon, noon)
	w.exec(`INSERT INTO domains (account_id, domain_id, name, state, reason, return_path, tracking_host, dns_host, next_check_at, created_by, created_at)
		VALUES (?, ?, ?, 'verified', '', '', '', '', ?, '', ?)`, accountID, domainID, name+".test", noon, noon)
	return account.NewScope(accountID, account.Actor{Kind: account.ActorUser, ID: id.New(), Role: account.Owner}), domainID
}

func (w world) exec(sql string, args ...any) {
	w.t.Helper()
	err := w.store.SystemWrite(w.t.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(sql, args...).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w world) issue(scope account.Scope, req credential.Request) credential.Issued {
	w.t.Helper()
	got, err := w.here.Issue(w.t.Context(), scope, req)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func (w world) kindOf(s *credential.Service, user, secret string, ip netip.Addr) fault.Kind {
	w.t.Helper()
	_, err := s.Authenticate(w.t.Context(), user, secret, ip)
	return fault.KindOf(err)
}

func TestIssueShowsTheSecretOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		got := w.issue(w.a, credential.Request{Name: "shop", DomainID: w.aDom, Stream: "transactional", Networks: "192.0.2.0/24"})
		if !strings.HasPrefix(got.Secret, "ssv_") || len(got.Secret) != 36 || !strings.HasSuffix(got.Secret, got.Hint) {
			w.t.Errorf("secret %q, hint %q", got.Secret, got.Hint)
		}
		stored, err := w.here.Get(w.t.Context(), w.a, got.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if dump := fmt.Sprintf("%+v", stored); strings.Contains(dump, got.Secret) {
			w.t.Error("the stored credential holds its secret")
		}
		who, err := w.here.Authenticate(w.t.Context(), "shop", got.Secret, home)
		want := credential.Authenticated{AccountID: w.a.AccountID(), CredentialID: got.ID, Name: "shop", DomainID: w.aDom, Stream: "transactional"}
		if err != nil || who != want {
			w.t.Errorf("authenticated %+v, %v; want %+v", who, err, want)
		}
	})
}

func TestIssueRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		w.issue(w.a, credential.Request{Name: "taken"})
		cases := []struct {
			name  string
			req   credential.Request
			kind  fault.Kind
			field string
		}{
			{"no name", credential.Request{}, fault.Invalid, "name"},
			{"upper case", credential.Request{Name: "Shop"}, fault.Invalid, "name"},
			{"begins with a dot", credential.Request{Name: ".shop"}, fault.Invalid, "name"},
			{"65 characters", credential.Request{Name: strings.Repeat("a", 65)}, fault.Invalid, "name"},
			{"line break", credential.Request{Name: "shop\n"}, fault.Invalid, "name"},
			{"taken", credential.Request{Name: "taken"}, fault.Conflict, "name"},
			{"made-up stream", credential.Request{Name: "x", Stream: "bulk"}, fault.Invalid, "stream"},
			{"bad network", credential.Request{Name: "x", Networks: "here"}, fault.Invalid, "networks"},
			{"another account's domain (M-02)", credential.Request{Name: "x", DomainID: w.bDom}, fault.Invalid, "domain_id"},
			{"nobody's domain", credential.Request{Name: "x", DomainID: id.New()}, fault.Invalid, "domain_id"},
		}
		texts := map[string]string{}
		for _, c := range cases {
			_, err := w.here.Issue(w.t.Context(), w.a, c.req)
			if fault.KindOf(err) != c.kind || fault.FieldsOf(err)[c.field] == "" {
				w.t.Errorf("%s: %v, want %s on field %s", c.name, err, c.kind, c.field)
			}
			texts[c.name] = fault.SafeText(err)
		}
		if texts["another account's domain (M-02)"] != texts["nobody's domain"] {
			w.t.Error("a foreign domain can be told from a missing one")
		}
		if list, err := w.here.List(w.t.Context(), w.a); err != nil || len(list) != 1 {
			w.t.Errorf("refused requests left %d rows, %v", len(list)-1, err)
		}
	})
}

// Names are the account's own: no oracle (M-08), and free again after a revocation.
func TestNamesBelongToTheAccount(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		first := w.issue(w.a, credential.Request{Name: "shop"})
		other := w.issue(w.b, credential.Request{Name: "shop"})
		for _, c := range []struct {
			secret string
			want   id.ID
		}{{first.Secret, first.ID}, {other.Secret, other.ID}} {
			if who, err := w.here.Authenticate(w.t.Context(), "shop", c.secret, home); err != nil || who.CredentialID != c.want {
				w.t.Errorf("got %+v, %v", who, err)
			}
		}
		if err := w.here.Revoke(w.t.Context(), w.a, first.ID); err != nil {
			w.t.Fatal(err)
		}
		w.issue(w.a, credential.Request{Name: "shop"})
		list, err := w.here.List(w.t.Context(), w.a)
		if err != nil || len(list) != 2 || !list[0].Live() || list[1].Live() {
			w.t.Errorf("list %+v, %v: want the live one first", list, err)
		}
	})
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		good := w.issue(w.a, credential.Request{Name: "shop", Networks: "192.0.2.0/24"})
		revoked := w.issue(w.a, credential.Request{Name: "old"})
		if err := w.here.Revoke(w.t.Context(), w.a, revoked.ID); err != nil {
			w.t.Fatal(err)
		}
		away := netip.MustParseAddr("198.51.100.1")
		same := map[string]bool{}
		for _, c := range []struct {
			name, user, secret string
			ip                 netip.Addr
			want               fault.Kind
		}{
			{"good", "shop", good.Secret, home, ""},
			{"wrong secret", "shop", good.Secret[:35] + "!", home, fault.Unauthorized},
			{"empty", "", "", home, fault.Unauthorized},
			{"no prefix", "shop", "secret", home, fault.Unauthorized},
			{"another's name", "old", good.Secret, home, fault.Unauthorized},
			{"name in upper case", "SHOP", good.Secret, home, fault.Unauthorized},
			{"revoked", "old", revoked.Secret, home, fault.Unauthorized},
			{"wrong secret from elsewhere", "shop", "ssv_x", away, fault.Unauthorized},
			{"right secret from elsewhere", "shop", good.Secret, away, fault.Forbidden},
		} {
			_, err := w.here.Authenticate(w.t.Context(), c.user, c.secret, c.ip)
			if fault.KindOf(err) != c.want {
				w.t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
			if c.want == fault.Unauthorized {
				same[err.Error()] = true
			}
		}
		if len(same) != 1 {
			w.t.Errorf("the refusals can be told apart: %v", same)
		}
	})
}

// S-43: a revoked key is dead within 5 s in another process too, open sessions included.
func TestRevocationCountsWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		c := w.issue(w.a, credential.Request{Name: "shop"})
		valid := func(s *credential.Service) bool {
			ok, err := s.Valid(w.t.Context(), w.a.AccountID(), c.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			return ok
		}
		if w.kindOf(w.there, "shop", c.Secret, home) != "" || !valid(w.there) || !valid(w.here) {
			w.t.Fatal("a fresh credential does not work")
		}
		if err := w.here.Revoke(w.t.Context(), w.a, c.ID); err != nil {
			w.t.Fatal(err)
		}
		if valid(w.here) || w.kindOf(w.here, "shop", c.Secret, home) != fault.Unauthorized {
			w.t.Error("the process that revoked it goes on with it")
		}
		w.clock.Advance(5 * time.Second)
		if valid(w.there) || w.kindOf(w.there, "shop", c.Secret, home) != fault.Unauthorized {
			w.t.Error("another process goes on with it after 5 s")
		}
		if err := w.here.Revoke(w.t.Context(), w.a, c.ID); err != nil {
			w.t.Errorf("revoking again: %v", err)
		}
	})
}

func TestPausedAccountStops(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		c := w.issue(w.a, credential.Request{Name: "shop"})
		w.exec("UPDATE accounts SET state = 'paused' WHERE account_id = ?", w.a.AccountID())
		if kind := w.kindOf(w.here, "shop", c.Secret, home); kind != fault.Forbidden {
			w.t.Errorf("sign-in to a paused account: %q", kind)
		}
		if ok, err := w.here.Valid(w.t.Context(), w.a.AccountID(), c.ID); ok || err != nil {
			w.t.Errorf("an open session goes on: %v, %v", ok, err)
		}
	})
}

// M-01 for this package: another account's credential is no credential.
func TestForeignCredentialsAreAbsent(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		c := w.issue(w.b, credential.Request{Name: "shop"})
		_, getForeign := w.here.Get(w.t.Context(), w.a, c.ID)
		_, getRandom := w.here.Get(w.t.Context(), w.a, id.New())
		revoke := w.here.Revoke(w.t.Context(), w.a, c.ID)
		for name, err := range map[string]error{"get": getForeign, "revoke": revoke} {
			if !fault.Is(err, fault.NotFound) || err.Error() != getRandom.Error() {
				w.t.Errorf("%s: %v, want the same as for a random id: %v", name, err, getRandom)
			}
		}
		if w.kindOf(w.here, "shop", c.Secret, home) != "" {
			w.t.Error("A revoked B's credential")
		}
	})
}

// Uses are written in batches, at most once a minute each, and never by AUTH itself.
func TestUseIsNotedInBackground(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		c := w.issue(w.a, credential.Request{Name: "shop"})
		used := func() *time.Time {
			got, err := w.here.Get(w.t.Context(), w.a, c.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			return got.LastUsedAt
		}
		signIn := func(ip string) {
			if _, err := w.here.Authenticate(w.t.Context(), "shop", c.Secret, netip.MustParseAddr(ip)); err != nil {
				w.t.Fatal(err)
			}
		}
		signIn("192.0.2.1")
		if used() != nil {
			w.t.Error("AUTH wrote")
		}
		if err := w.here.Flush(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if at := used(); at == nil || !at.Equal(noon) {
			w.t.Errorf("last used %v, want %v", at, noon)
		}
		w.clock.Advance(10 * time.Second)
		signIn("::ffff:192.0.2.2")
		ctx, stop := context.WithCancel(w.t.Context())
		stop()
		if err := w.here.Run(ctx); err != nil { // shutdown writes what is left
			w.t.Fatal(err)
		}
		got, err := w.here.Get(w.t.Context(), w.a, c.ID)
		if err != nil || !got.LastUsedAt.Equal(noon.Add(10*time.Second)) || got.LastUsedIP != "192.0.2.2" {
			w.t.Errorf("after shutdown: %+v, %v", got, err)
		}
	})
}

func TestLimitOfLiveCredentials(t *testing.T) {
	t.Parallel()
	w := world{t: t, clock: clock.NewFake(noon)}
	w.store = storetest.SQLite(t, w.clock)
	w.here = credential.New(w.store, w.clock, slog.New(slog.DiscardHandler))
	w.a, _ = w.account("a")
	for i := range credential.MaxLive {
		w.issue(w.a, credential.Request{Name: fmt.Sprintf("c%d", i)})
	}
	if _, err := w.here.Issue(t.Context(), w.a, credential.Request{Name: "more"}); !fault.Is(err, fault.Limited) {
		t.Errorf("one too many: %v", err)
	}
}

// 20 goroutines, one name: exactly one gets it.
func TestOneNameOnce(t *testing.T) {
	t.Parallel()
	each(t, func(w world) {
		var wg sync.WaitGroup
		kinds := make([]fault.Kind, 20)
		for i := range kinds {
			wg.Go(func() {
				_, err := w.here.Issue(w.t.Context(), w.a, credential.Request{Name: "shop"})
				kinds[i] = fault.KindOf(err)
			})
		}
		wg.Wait()
		count := map[fault.Kind]int{}
		for _, k := range kinds {
			count[k]++
		}
		if count[""] != 1 || count[fault.Conflict] != 19 {
			w.t.Errorf("outcomes %v", count)
		}
	})
}

func BenchmarkAuthenticateWarm(b *testing.B) {
	s := storetest.SQLite(b, nil)
	here := credential.New(s, nil, slog.New(slog.DiscardHandler))
	accountID := id.New()
	err := s.SystemWrite(b.Context(), "arrange a benchmark", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, 'a', 'a', 'business', 'active', ?, ?)", accountID, noon, noon).Error
	})
	if err != nil {
		b.Fatal(err)
	}
	c, err := here.Issue(b.Context(), account.NewScope(accountID, account.Actor{}), credential.Request{Name: "shop"})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := here.Authenticate(b.Context(), "shop", c.Secret, home); err != nil {
			b.Fatal(err)
		}
	}
}
