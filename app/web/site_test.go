package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/alexedwards/argon2id"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/identity"
	"smtpserver/app/limit"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/terms"
	"smtpserver/app/web/mailview"
)

// post box of the site: the mails it would send.
type mails struct {
	mu  sync.Mutex
	all []mailview.Mail
}

func (m *mails) SendSystem(_ context.Context, mail mailview.Mail) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, mail)
	return nil
}

// link returns the path of the link in the newest mail of a kind to an address.
func (m *mails) link(t *testing.T, kind, to string) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.all) - 1; i >= 0; i-- {
		if m.all[i].Kind != kind || m.all[i].To != to {
			continue
		}
		found := regexp.MustCompile(`(?m)^https?://\S+$`).FindString(m.all[i].Text)
		u, err := url.Parse(found)
		if err != nil || found == "" {
			t.Fatalf("no link in %q", m.all[i].Text)
		}
		return u.Path
	}
	t.Fatalf("no mail of kind %s to %s", kind, to)
	return ""
}

// site is the pages on a loopback listener, with a fresh database behind them.
type site struct {
	*Server
	url   string
	store *store.Store
	mails *mails
	said  *logBuffer // the whole log
}

const testPassword = "seven quiet otters"

func newSite(t *testing.T, change ...func(*Config)) *site {
	t.Helper()
	return newSiteOn(t, storetest.SQLite(t, nil), change...)
}

// newSiteOn is newSite on a database of the test's.
func newSiteOn(t *testing.T, db *store.Store, change ...func(*Config)) *site {
	t.Helper()
	box, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	hasher, err := identity.NewHasherWith(argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, 4)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{PublicURL: &url.URL{Scheme: "http", Host: "mail.example.com"}, Brand: "SMTPServer", Capture: true, MailHostname: "mail.example.com", SMTPPort: 2525}
	for _, fn := range change {
		fn(&cfg)
	}
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.PublicURL.Host == "localhost" { // a browser comes by the public URL itself
		cfg.PublicURL.Host = strings.Replace(ln.Addr().String(), "127.0.0.1", "localhost", 1)
	}
	sent, archive, accounts := &mails{}, terms.New(db), account.New(db)
	if err := archive.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	letters := mailview.New(sent, cfg.PublicURL, cfg.Brand)
	accounts.SetNotifier(letters)
	people := identity.New(identity.Deps{
		Store: db, Accounts: accounts, Terms: archive, Limiter: limit.New(db, box), Hasher: hasher,
		Notifier: letters, Log: slog.New(slog.DiscardHandler),
		Limits: identity.Limits{SignUpsPerDay: 1000, MailAsksPerNetwork: 1000, RoundsPerNetwork: 10000},
		Box:    box, Brand: cfg.Brand, Public: cfg.PublicURL,
	})
	var logged, said logBuffer
	s, err := New(cfg, testDeps(t, Deps{
		Identity: people, Accounts: accounts, Terms: archive, Box: box, Clock: clock.System,
		Log: slog.New(slog.NewMultiHandler(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelError}), slog.NewTextHandler(&said, nil))),
	}, db))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
		if text := logged.String(); text != "" {
			t.Errorf("logged as errors:\n%s", text)
		}
	})
	return &site{Server: s, url: "http://" + ln.Addr().String(), store: db, mails: sent, said: &said}
}

// logBuffer keeps what is logged: nothing in these tests may be our own fault.
type logBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// browser is one person's browser: cookies, no script.
type browser struct {
	t      *testing.T
	site   *site
	client *http.Client
	email  string
	slug   string // of the first account, after signUp
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, site: s, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response, read to its end.
type answer struct {
	*http.Response
	body string
}

// doc parses the page.
func (a answer) doc(t *testing.T) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// to is where a redirect leads.
func (a answer) to() string { return a.Header.Get("Location") }

type tweak func(*http.Request)

func header(name, value string) tweak {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func (b *browser) do(method, path, body string, tweaks ...tweak) answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.site.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, fn := range tweaks {
		fn(req)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{resp, string(data)}
}

func (b *browser) get(path string, tweaks ...tweak) answer {
	b.t.Helper()
	return b.do(http.MethodGet, path, "", tweaks...)
}

// token is the one that a page gives to this browser's forms.
func (b *browser) token() string {
	b.t.Helper()
	value, ok := b.get("/terms").doc(b.t).Find(`input[name="_csrf"]`).First().Attr("value")
	if !ok {
		b.t.Fatal("no form on /terms carries a token")
	}
	return value
}

// post sends a form as a page of this browser would.
func (b *browser) post(path string, form url.Values, tweaks ...tweak) answer {
	b.t.Helper()
	values := url.Values{"_csrf": {b.token()}}
	for k, v := range form {
		values[k] = v
	}
	return b.do(http.MethodPost, path, values.Encode(), tweaks...)
}

// want fails unless the status is the one wanted.
func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, text(a.body))
	}
	return a
}

// text is what a person reads of a page.
func text(body string) string {
	d, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		return body
	}
	return strings.Join(strings.Fields(d.Find("main").Text()), " ")
}

func signupValues(email string) url.Values {
	return url.Values{
		"name": {"Ada"}, "email": {email}, "password": {testPassword}, "account_name": {"Ada's"}, "account_kind": {"business"},
		"terms_version": {"1"}, "accept_terms": {"on"},
	}
}

// member is a browser whose user signed up, confirmed and is signed in.
func (s *site) member(t *testing.T, email string) *browser {
	t.Helper()
	b := s.browser(t)
	b.email = email
	b.post("/signup", signupValues(email)).want(t, http.StatusSeeOther)
	a := b.post(s.mails.link(t, "confirm_email", email), nil).want(t, http.StatusSeeOther)
	b.slug = strings.TrimPrefix(b.get(a.to()).want(t, http.StatusSeeOther).to(), "/a/")
	b.get("/a/"+b.slug).want(t, http.StatusOK)
	return b
}

// unconfirmed is a browser whose user signed in without confirming.
func (s *site) unconfirmed(t *testing.T, email string) *browser {
	t.Helper()
	b := s.browser(t)
	b.email = email
	b.post("/signup", signupValues(email)).want(t, http.StatusSeeOther)
	b.login(testPassword).want(t, http.StatusSeeOther)
	b.slug = strings.TrimPrefix(b.get("/a").want(t, http.StatusSeeOther).to(), "/a/")
	return b
}

func (b *browser) login(password string, tweaks ...tweak) answer {
	b.t.Helper()
	return b.post("/login", url.Values{"email": {b.email}, "password": {password}}, tweaks...)
}

// cookie returns the value of one of the browser's cookies.
func (b *browser) cookie(name string) string {
	u, err := url.Parse(b.site.url)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func loopback(cfg *Config) { cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }
