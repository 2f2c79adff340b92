package tlspolicy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
)

func (w *world) mode(t *testing.T) tlspolicy.STSMode {
	t.Helper()
	p, err := w.finder.Find(t.Context(), "X.Example.")
	if err != nil {
		t.Fatal(err)
	}
	return p.Mode
}

func plain(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, text)
	}
}

// status answers with a policy, but not with 200; who follows the redirect finds it.
func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", r.URL.Path+"?again")
		w.Header().Set("Content-Type", "text/plain")
		if r.URL.RawQuery == "" {
			w.WriteHeader(code)
		}
		_, _ = io.WriteString(w, policyText)
	}
}

const policyText = "version: STSv1\nmode: enforce\nmx: mx.x.example\nmax_age: 604800\n"

// F-40: a policy that cannot be had is as none where nothing is known; what is known
// and alive holds, whatever the web does; when it is over, it is over. The domain is told.
func TestF40Fetch(t *testing.T) {
	t.Parallel()
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		change  func(*world)
		reason  tlspolicy.Reason
	}{
		"404":                {http.NotFound, nil, tlspolicy.STSFetch},
		"500":                {status(500), nil, tlspolicy.STSFetch},
		"206":                {status(206), nil, tlspolicy.STSFetch},
		"301":                {status(301), nil, tlspolicy.STSFetch},
		"302":                {status(302), nil, tlspolicy.STSFetch},
		"307":                {status(307), nil, tlspolicy.STSFetch},
		"10 MB":              {plain(policyText + strings.Repeat("x: y\n", 2<<20)), nil, tlspolicy.STSFetch},
		"one octet too many": {plain(policyText + "x: " + strings.Repeat("y", 64<<10+1-len(policyText)-3)), nil, tlspolicy.STSFetch},
		"html":               {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>"+policyText) }, nil, tlspolicy.STSFetch},
		"silence":            {silent, func(w *world) { w.o.Timeout = 100 * time.Millisecond }, tlspolicy.STSFetch},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			plain(policyText)(w, nil)
		}, nil, tlspolicy.STSFetch},
		"not a policy":          {plain("hello"), nil, tlspolicy.STSInvalid},
		"certificate expired":   {plain(policyText), certificate(fakemx.Expired, "mta-sts.x.example"), tlspolicy.STSWebPKI},
		"certificate of others": {plain(policyText), certificate(fakemx.NoFlaw, "x.example"), tlspolicy.STSWebPKI},
		"certificate unknown":   {plain(policyText), certificate(fakemx.UnknownIssuer, "mta-sts.x.example"), tlspolicy.STSWebPKI},
		"private address":       {plain(policyText), private, tlspolicy.STSFetch},
		"no address":            {plain(policyText), func(w *world) { w.dns.Fail("mta-sts.x.example", fakedns.ServFail) }, tlspolicy.STSFetch},
		"nobody listens":        {plain(policyText), func(w *world) { w.o.HTTP = w.client(1) }, tlspolicy.STSFetch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.announce("1", "enforce", host)
			if got := w.mode(t); got != tlspolicy.Enforce {
				t.Fatalf("before: %q", got)
			}
			w.web.handle(c.handler)
			if c.change != nil {
				c.change(w)
			}
			empty := w.o
			empty.Cache = tlspolicy.NewMemory(1)
			if p, err := tlspolicy.New(empty).Find(t.Context(), domain); err != nil || p.Mode != "" {
				t.Errorf("nothing known: %+v, %v", p, err)
			}
			w.finder = tlspolicy.New(w.o)
			w.set(`_mta-sts.x.example. TXT "v=STSv1; id=2"`)
			if got := w.mode(t); got != tlspolicy.Enforce {
				t.Errorf("known: %q", got)
			}
			mx := fakemx.New(t, fakemx.Options{})
			refused(t, w.send(mx), mx, tlspolicy.NoSTARTTLS)
			if got := w.reasons(""); len(got) != 2 || got[0] != c.reason || got[1] != c.reason {
				t.Errorf("reported %q", got)
			}
			w.clock.Advance(604800 * time.Second)
			if got := w.mode(t); got != "" {
				t.Errorf("when it is over: %q", got)
			}
		})
	}
}

func certificate(flaw fakemx.Flaw, name string) func(*world) {
	return func(w *world) {
		other := newWeb(w.t, w.ca.Issue(w.t, flaw, name))
		other.handle(plain(policyText))
		w.o.HTTP = w.client(other.port())
	}
}

func private(w *world) {
	w.o.HTTP = tlspolicy.NewClient(tlspolicy.ClientOptions{
		Resolver: w.resolver(true), Roots: w.ca.Pool, Port: w.web.port(),
		Allowed: func(a netip.Addr) bool { return !a.IsLoopback() },
	})
	w.web.handle(func(http.ResponseWriter, *http.Request) { w.t.Error("the policy server was asked") })
}

// RFC 8461 §3.1, §3.3: the record's id tells when to fetch again. Without a proper
// record there is nothing new, but what is known holds.
func TestF40Records(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	record := func(texts ...string) {
		t.Helper()
		w.set()
		for _, text := range texts {
			w.add(`_mta-sts.x.example. TXT "` + text + `"`)
		}
	}
	check := func(want tlspolicy.STSMode, fetched int) {
		t.Helper()
		if got := w.mode(t); got != want || w.web.count() != fetched {
			t.Errorf("mode %q, fetched %d times; want %q, %d", got, w.web.count(), want, fetched)
		}
	}
	w.web.serve(policyText)
	for _, text := range []string{"v=STSv2; id=1", "id=1; v=STSv1", "v=STSv1", "v=spf1 -all"} {
		record(text)
		check("", 0)
	}
	invalid := [][]string{{"v=STSv1; id="}, {"v=STSv1; id=a-b"}, {"v=STSv1; id=" + strings.Repeat("1", 33)}, {"v=STSv1; x=1"}, {"v=STSv1; id=1", "v=STSv1; id=2"}}
	for _, texts := range invalid {
		record(texts...)
		check("", 0)
	}
	if got := w.reasons(""); len(got) != len(invalid) || got[0] != tlspolicy.STSInvalid {
		t.Errorf("reported %q", got)
	}
	record("v=STSv1; id=20160831085700Z;", "v=spf1 -all")
	check(tlspolicy.Enforce, 1)
	check(tlspolicy.Enforce, 1)
	record("v=STSv1 ;x=y;  id=20160831085700Z ; id=3; ") // the same
	check(tlspolicy.Enforce, 1)
	for _, gone := range [][]string{nil, {"v=STSv1; id="}, {"v=STSv1; id=1", "v=STSv1; id=2"}} {
		record(gone...)
		check(tlspolicy.Enforce, 1)
	}
	w.dns.Fail("_mta-sts.x.example", fakedns.ServFail)
	check(tlspolicy.Enforce, 1)
	w.dns.Fail("_mta-sts.x.example", 0)

	record("v=STSv1; id=2;")
	w.web.handle(http.NotFound)
	check(tlspolicy.Enforce, 2)
	check(tlspolicy.Enforce, 2) // not again within minutes
	w.web.serve(strings.Replace(policyText, "enforce", "none", 1))
	w.clock.Advance(11 * time.Minute)
	check(tlspolicy.None, 3) // the domain itself withdraws its policy
	record()
	check(tlspolicy.None, 3)
	w.clock.Advance(604800 * time.Second)
	check("", 3)
}

// A policy in use is fetched anew each day, without anybody waiting for it.
func TestF40Refresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.announce("1", "enforce", host)
	if got := w.mode(t); got != tlspolicy.Enforce {
		t.Fatal(got)
	}
	release := make(chan struct{})
	w.web.handle(func(rw http.ResponseWriter, _ *http.Request) { <-release; plain(policyText)(rw, nil) })
	for range 7 {
		w.clock.Advance(25 * time.Hour) // in all longer than max_age
		if got := w.mode(t); got != tlspolicy.Enforce {
			t.Fatal("the policy ended while it was in use")
		}
		release <- struct{}{}
		for deadline := time.Now().Add(5 * time.Second); ; {
			if e, _, err := w.o.Cache.Get(t.Context(), domain); err != nil || e.Fetched.Equal(w.clock.Now()) {
				break
			}
			if time.Now().After(deadline) {
				t.Fatal("not refreshed")
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// Who wants the same policy at the same time shares one fetch; who gives up does not
// take it from the others.
func TestF40OneFetchForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.announce("1", "enforce", host)
	asked, release := make(chan struct{}), make(chan struct{})
	w.web.handle(func(rw http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-release
		plain(policyText)(rw, nil)
	})
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := w.finder.Find(ctx, domain); first <- err }()
	<-asked
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if p, err := w.finder.Find(t.Context(), domain); err != nil || p.Mode != tlspolicy.Enforce {
				t.Errorf("%+v, %v", p, err)
			}
		})
	}
	close(release)
	all.Wait()
	if w.web.count() != 1 {
		t.Errorf("fetched %d times", w.web.count())
	}
}

// F-40: a mail exchanger that the policy does not list gets nothing, not even a
// connection; under test it gets the mail and the domain is told.
func TestF40UnlistedHost(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"enforce", "testing", "none"} {
		w := newWorld(t)
		w.announce("1", mode, "other.x.example", "*.mx.x.example")
		mx := fakemx.New(t, fakemx.Options{TLS: w.ca.Issue(t, fakemx.NoFlaw, host)})
		err, want := w.send(mx), tlspolicy.Failed
		switch mode {
		case "enforce":
			refused(t, err, mx, tlspolicy.Failed)
			if mx.Connections() != 0 {
				t.Error("connected")
			}
		case "none":
			want = ""
			delivered(t, err, mx, true)
		default:
			delivered(t, err, mx, true)
		}
		if got := w.reasons(host); !slices.Equal(got, []tlspolicy.Reason{want}) {
			t.Errorf("%s: reported %q", mode, got)
		}
	}
}

type brokenCache struct{ put, get error }

func (c brokenCache) Get(context.Context, string) (tlspolicy.Entry, bool, error) {
	return tlspolicy.Entry{}, false, c.get
}
func (c brokenCache) Put(context.Context, tlspolicy.Entry) error { return c.put }

// While nobody can tell what is cached nothing is sent; what cannot be stored counts
// all the same.
func TestF40BrokenCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.announce("1", "enforce", host)
	broken := errors.New("broken")
	w.o.Cache = brokenCache{get: broken}
	if _, err := tlspolicy.New(w.o).Host(t.Context(), domain, host); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	w.o.Cache = brokenCache{put: broken}
	finder := tlspolicy.New(w.o)
	for range 2 {
		if r, err := finder.Host(t.Context(), domain, host); err != nil || r.Mode != tlspolicy.Verified || w.web.count() != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	}
	spoilt := tlspolicy.NewMemory(1)
	if err := spoilt.Put(t.Context(), tlspolicy.Entry{Domain: domain, Text: "spoilt", Expires: w.clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	w.o.Cache = spoilt
	if _, err := tlspolicy.New(w.o).Host(t.Context(), domain, host); err == nil {
		t.Error("an unreadable entry was passed by")
	}
}
