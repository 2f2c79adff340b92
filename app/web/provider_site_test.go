package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/testkit/oidc"
	"smtpserver/app/web/oauth"
)

// providerSite is the pages with a provider beside them, and a second one.
type providerSite struct {
	*site
	at, other *oidc.Provider
}

func newProviderSite(t *testing.T, change ...func(*Config)) *providerSite {
	t.Helper()
	s := &providerSite{site: newSite(t, change...), at: oidc.Start(t), other: oidc.Start(t)}
	o := oauth.Options{PublicURL: s.cfg.PublicURL, Clock: clock.System, Client: &http.Client{Transport: elsewhere{s.other}}}
	s.Providers = []*oauth.Provider{
		oauth.OIDC(o, s.at.URL, "Example ID", oauth.Client{ID: s.at.ID, Secret: s.at.Secret}),
		oauth.GitHub(o, oauth.Client{ID: s.other.ID, Secret: s.other.Secret}),
	}
	return s
}

// elsewhere answers for GitHub from the second provider.
type elsewhere struct{ at *oidc.Provider }

var githubPaths = map[string]string{
	"github.com/login/oauth/authorize": "/authorize", "github.com/login/oauth/access_token": "/token",
	"api.github.com/user": "/github/user", "api.github.com/user/emails": "/github/emails",
}

func (e elsewhere) RoundTrip(req *http.Request) (*http.Response, error) {
	if path, ok := githubPaths[req.URL.Host+req.URL.Path]; ok {
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.URL.Path = "http", strings.TrimPrefix(e.at.URL, "http://"), path
	}
	return http.DefaultTransport.RoundTrip(req)
}

// away follows the browser to the provider and returns the path that it is sent back to.
func (s *providerSite) away(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if path, ok := githubPaths[u.Host+u.Path]; ok {
		address = s.other.URL + path + "?" + u.RawQuery
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	back, err := resp.Location()
	if err != nil {
		t.Fatalf("the provider answers %d to %s", resp.StatusCode, address)
	}
	return back.RequestURI()
}

// round begins signing in and returns the callback, not yet called.
func (s *providerSite) round(t *testing.T, b *browser, provider string) string {
	t.Helper()
	return s.away(t, b.get("/auth/"+provider).want(t, http.StatusSeeOther).to())
}

// link links who is signed in at the provider to the browser's user.
func (s *providerSite) link(t *testing.T, b *browser, provider string) answer {
	t.Helper()
	page := b.post("/auth/"+provider+"/link", nil).want(t, http.StatusOK).doc(t)
	address, ok := page.Find("main a").First().Attr("href")
	if !ok {
		t.Fatal("no way on to the provider")
	}
	return b.get(s.away(t, address))
}

func (s *site) count(t *testing.T, table string) (n int) {
	t.Helper()
	err := s.store.SystemRead(t.Context(), "test: count rows", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM " + table).Scan(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// signedInAs is the address of who is signed in, "" for nobody.
func (b *browser) signedInAs() string {
	b.t.Helper()
	token := b.cookie("session")
	if token == "" {
		return ""
	}
	_, u, err := b.site.Identity.Authenticate(b.t.Context(), token)
	if err != nil {
		return ""
	}
	return u.Email
}

var adaAtProvider = oidc.Person{Subject: "ada-1", Email: "ada@example.com", EmailVerified: true, Name: "Ada Lovelace"}

// forgetProofs makes every session one whose proof is long ago.
func (s *site) forgetProofs(t *testing.T) {
	t.Helper()
	err := s.store.SystemWrite(t.Context(), "test: age the proofs", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE sessions SET proven_at = NULL").Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// join makes the browser's user a member of another account.
func (s *site) join(t *testing.T, b *browser, slug string, role account.Role) {
	t.Helper()
	accountID := s.accountOf(t, slug)
	err := s.store.SystemWrite(t.Context(), "test: add a member", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO members (account_id, user_id, role, created_at) SELECT ?, user_id, ?, created_at FROM users WHERE email_key = ?", accountID, role, b.email).Error
	})
	if err != nil {
		t.Fatal(err)
	}
}
