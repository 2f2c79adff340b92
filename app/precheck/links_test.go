package precheck

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
)

// names is DNS: each name's answers in turn.
type names struct {
	answers map[string][]string
	asked   atomic.Int64
}

func (n *names) Addr(_ context.Context, host string) ([]netip.Addr, error) {
	answers := n.answers[host]
	if len(answers) == 0 {
		return nil, &resolver.NotFound{Name: host, NoDomain: true}
	}
	i := int(n.asked.Add(1)-1) % len(answers)
	return []netip.Addr{netip.MustParseAddr(answers[i])}, nil
}

// outside is an address that counts as public here; 127.0.0.1 is the inside.
const outside = "127.0.0.2"

// serve answers on an address and counts what came.
func serve(t *testing.T, address string, handler http.HandlerFunc) (port string, hits *atomic.Int64) {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	hits = new(atomic.Int64)
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		handler(w, r)
	})}
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	_, port, err = net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, hits
}

func checker(dns *names) *Checker {
	return New(Options{Clock: clock.System, HTTP: NewClient(ClientOptions{
		Resolver: dns, AnyPort: true, Allowed: func(a netip.Addr) bool { return a.String() == outside },
	})})
}

func mailWith(urls ...string) Mail {
	var b strings.Builder
	for _, u := range urls {
		fmt.Fprintf(&b, `<p><a href="%s">x</a></p>`, u)
	}
	return Mail{HTML: b.String()}
}

// W-02: no link leads the check into a network: neither an address nor a name, nor a
// redirect, nor a name that DNS answers otherwise the second time.
func TestW02NoLinkLeadsInside(t *testing.T) {
	t.Parallel()
	inside, hits := serve(t, "127.0.0.1:0", func(http.ResponseWriter, *http.Request) {})
	_, port, err := net.SplitHostPort("x:" + inside)
	if err != nil {
		t.Fatal(err)
	}
	// The same port on the outside leads in by every way of redirecting.
	lure, lured := serve(t, outside+":"+port, func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/address": "http://127.0.0.1:" + port + "/", "/name": "http://inside.example:" + port + "/", "/file": "file:///etc/passwd",
			"/user": "http://a:b@127.0.0.1:" + port + "/", "/circle": "/circle", "/mapped": "http://[::ffff:127.0.0.1]:" + port + "/",
		}[r.URL.Path]
		if to != "" {
			http.Redirect(w, r, to, http.StatusFound)
		}
	})
	dns := &names{answers: map[string][]string{"inside.example": {"127.0.0.1"}, "outside.example": {outside}, "turning.example": {outside, "127.0.0.1"}}}
	c := checker(dns)
	base := "http://outside.example:" + lure
	refused := []string{
		"http://127.0.0.1:" + port + "/a", "http://[::1]:" + port + "/", "http://localhost:" + port + "/", "http://inside.example:" + port + "/", "http://2130706433:" + port + "/",
		"http://0x7f.1:" + port + "/", "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]:" + port + "/", "http://0.0.0.0:" + port + "/",
		base + "/address", base + "/name", base + "/file", base + "/user", base + "/circle", base + "/mapped", "file:///etc/passwd", "gopher://127.0.0.1:" + port, "ftp://inside.example/", "/relative", "javascript:alert(1)", "",
	}
	for _, u := range refused {
		links, _ := c.references(t.Context(), mailWith(u))
		if links.Verdict != Warn {
			t.Errorf("%s: %s %v", u, links.Verdict, links.Details)
		}
	}
	for i := range 20 {
		c.references(t.Context(), mailWith(fmt.Sprintf("http://turning.example:%s/%d", port, i)))
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the inside was asked %d times", n)
	}
	if n := lured.Load(); n < 10 {
		t.Errorf("the outside was asked only %d times", n)
	}
	links, _ := c.references(t.Context(), mailWith(base+"/fine", "mailto:a@example.com", "#top"))
	if links.Verdict != Good {
		t.Errorf("what is public: %+v", links)
	}
}

// Without a word of the operator nothing but ports 80 and 443 of public addresses is asked.
func TestOnlyPortsOfTheWeb(t *testing.T) {
	t.Parallel()
	port, hits := serve(t, outside+":0", func(http.ResponseWriter, *http.Request) {})
	client := NewClient(ClientOptions{Resolver: &names{}, Allowed: func(netip.Addr) bool { return true }})
	c := New(Options{Clock: clock.System, HTTP: client})
	links, _ := c.references(t.Context(), mailWith("http://"+outside+":"+port+"/"))
	if links.Verdict != Warn || hits.Load() != 0 {
		t.Errorf("%+v, %d", links, hits.Load())
	}
	strict := NewClient(ClientOptions{Resolver: &names{}, AnyPort: true, Allowed: smtpclient.Public})
	c = New(Options{Clock: clock.System, HTTP: strict})
	if links, _ = c.references(t.Context(), mailWith("http://"+outside+":"+port+"/")); links.Verdict != Warn || hits.Load() != 0 {
		t.Errorf("%+v, %d", links, hits.Load())
	}
}

// What servers answer, in words; who keeps robots out is no broken link.
func TestLinksAsServersAnswer(t *testing.T) {
	t.Parallel()
	port, _ := serve(t, outside+":0", func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		case "/sick":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/robots":
			w.WriteHeader(http.StatusForbidden)
		case "/nohead":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "/picture.png":
			w.Header().Set("Content-Type", "image/png")
		case "/page":
			w.Header().Set("Content-Type", "text/html")
		case "/endless":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			for {
				if _, err := w.Write(make([]byte, 32<<10)); err != nil {
					return
				}
			}
		}
	})
	base := "http://" + outside + ":" + port
	c := checker(&names{})
	for path, want := range map[string]Verdict{"/gone": Warn, "/sick": Warn, "/robots": Unknown, "/nohead": Good, "/page": Good, "/endless": Good} {
		links, _ := c.references(t.Context(), mailWith(base+path))
		if links.Verdict != want {
			t.Errorf("%s: %+v", path, links)
		}
	}
	links, images := c.references(t.Context(), Mail{HTML: `<img src="` + base + `/picture.png"><img src="` + base + `/page"><img src="cid:x"><a href="` + base + `/page">x</a>`})
	if links.Verdict != Good || images.Verdict != Warn || len(images.Details) != 2 || !strings.Contains(images.Words, "2 of 3 images are broken") {
		t.Errorf("%+v %+v", links, images)
	}
	if links, _ = c.references(t.Context(), mailWith("http://nowhere.example/")); links.Verdict != Warn || !strings.Contains(strings.Join(links.Details, ""), "does not exist") {
		t.Errorf("%+v", links)
	}
}

// A mail with a thousand links, and a server that never answers, keep nobody waiting.
func TestLinksAreBounded(t *testing.T) {
	t.Parallel()
	port, hits := serve(t, outside+":0", func(http.ResponseWriter, *http.Request) {})
	many := make([]string, 1000)
	for i := range many {
		many[i] = "http://" + net.JoinHostPort(outside, port) + fmt.Sprintf("/%d", i)
	}
	c := checker(&names{})
	links, _ := c.references(t.Context(), mailWith(many...))
	if n := hits.Load(); n != mostReferences || !strings.Contains(links.Words, "940 more") {
		t.Errorf("%d links were looked at: %+v", n, links)
	}
	c.references(t.Context(), mailWith(many...))
	if n := hits.Load(); n != mostReferences {
		t.Errorf("a second look asked again: %d", n)
	}
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", outside+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	links, _ = c.references(ctx, mailWith("http://"+silent.Addr().String()+"/"))
	if links.Verdict != Unknown || time.Since(began) > 3*time.Second {
		t.Errorf("%+v after %s", links, time.Since(began))
	}
}
