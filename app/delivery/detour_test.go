package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

func testBox(t *testing.T) *secret.Box {
	t.Helper()
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.MinimumKeyLength))
	if err != nil {
		t.Fatal(err)
	}
	return box
}

const relayZone = `
one.example. MX 10 mx.one.example.
mx.one.example. A 127.0.0.5
two.example. MX 10 mx.two.example.
mx.two.example. A 127.0.0.6
relay.us.example. A 127.0.0.31
`

const relayPassword = `correct horse: "b@tterý" %41`

// withRelay is an internet with a relay that takes passwords, and whose certificate our
// connections trust.
func withRelay(t *testing.T, name, addr string) (*internet, *fakemx.Server, string) {
	t.Helper()
	in := newInternet(t, relayZone, map[string]fakemx.Options{"127.0.0.5": {}, "127.0.0.6": {}})
	certificate, pool := fakemx.Certificate(t, time.Hour, name)
	relay := fakemx.New(t, fakemx.Options{Addr: addr + ":0", TLS: certificate, Extra: []string{"AUTH PLAIN LOGIN"}})
	in.Dialer.TLS = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return in, relay, "smtp://ops@" + withPort(name, relay.Port())
}

func setDetour(t *testing.T, b *DetourBook, w Wish) {
	t.Helper()
	if _, err := b.Set(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// Mail of a destination that is routed by hand arrives at its relay, over TLS and signed in,
// within the destination's limits, and other mail does not. A connection to an exchanger is
// not taken for one to a relay of the same name, nor the other way round.
func TestARoutedDestinationGoesThroughItsRelay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		in, relay, url := withRelay(t, "mx.one.example", "127.0.0.5")
		exchanger, other := in.servers["127.0.0.5"], in.servers["127.0.0.6"]
		a, book := seed.NewAccount(t, s, "Alpha"), NewDetourBook(s, testBox(t))
		arrived := func(atRelay, atExchanger, atOther int) {
			t.Helper()
			if r, e, o := len(relay.Messages()), len(exchanger.Messages()), len(other.Messages()); r != atRelay || e != atExchanger || o != atOther {
				t.Errorf("%d at the relay, %d at the exchanger, %d at another; want %d, %d, %d", r, e, o, atRelay, atExchanger, atOther)
			}
		}
		deliver := func(n int) {
			t.Helper()
			seed.Messages(t, s, a, message.Transactional, "one.example", n)
			drain(t, s, in, "one.example")
		}
		deliver(2) // leaves an open connection behind
		if err := NewLimitBook(s).Set(t.Context(), Limits{Destination: "via:one.example", Connections: 1}); err != nil {
			t.Fatal(err)
		}
		setDetour(t, book, Wish{Destination: "via:one.example", Relay: url, Password: relayPassword})
		deliver(40)
		seed.Messages(t, s, a, message.Transactional, "two.example", 3)
		drain(t, s, in, "two.example")
		arrived(40, 2, 3)
		for _, m := range relay.Messages() {
			if !m.TLS || m.Recipients[0] == "" {
				t.Errorf("%+v", m)
			}
		}
		want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00ops\x00"+relayPassword))
		if !slices.Contains(relay.Commands(), want) || slices.ContainsFunc(relay.InClear(), func(line string) bool { return strings.HasPrefix(line, "AUTH") }) {
			t.Errorf("%q, of these in the clear %q", relay.Commands(), relay.InClear())
		}
		if n := relay.MostOpen(); n != 1 {
			t.Errorf("%d connections at once", n)
		}
		setDetour(t, book, Wish{Destination: "via:one.example"})
		deliver(2)
		arrived(40, 4, 3)
		if got := states(t, s); got[message.Delivered] != 47 {
			t.Errorf("states %v", got)
		}
	})
}

// Mail of a destination that is routed by hand leaves from an address of its pool, which warms
// up at that destination as any; none of another pool's stands in for it.
func TestARoutedDestinationLeavesFromItsPool(t *testing.T) {
	c := clock.NewFake(noon)
	s := storetest.SQLite(t, c)
	in := newInternet(t, relayZone+`
21.0.0.127.in-addr.arpa. PTR out1.us.example.
out1.us.example. A 127.0.0.21
22.0.0.127.in-addr.arpa. PTR out2.us.example.
out2.us.example. A 127.0.0.22
`, map[string]fakemx.Options{"127.0.0.5": {}, "127.0.0.6": {}})
	pools, book := sending.New(s), NewDetourBook(s, testBox(t))
	ours := func(address, name, pool string, warming bool) {
		t.Helper()
		if err := pools.Add(t.Context(), address, name, pool, warming); err != nil {
			t.Fatal(err)
		}
	}
	ours("127.0.0.21", "out1.us.example", "", false)
	ours("127.0.0.22", "out2.us.example", "clean", true)
	wish := Wish{Destination: "via:one.example", Pool: "clean"}
	if _, err := book.Set(t.Context(), wish); fault.FieldsOf(err)["pool"] == "" || !strings.Contains(fault.SafeText(err), "127.0.0.22") {
		t.Errorf("a pool whose address is not checked yet: %v", err)
	}
	checker, ok := in.Router.Resolver.(sending.Resolver)
	if !ok {
		t.Fatal("the resolver asks for no reverse names")
	}
	if err := pools.Check(t.Context(), checker, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := book.Set(t.Context(), Wish{Destination: "via:one.example", Pool: "nowhere"}); fault.FieldsOf(err)["pool"] == "" {
		t.Errorf("a pool that is not there: %v", err)
	}
	in.Sources, in.Clock = pools, c
	a := seed.NewAccount(t, s, "Alpha")
	from := func(server string) map[string]int {
		t.Helper()
		seen := map[string]int{}
		for _, m := range in.servers[server].Messages() {
			host, _, _ := net.SplitHostPort(m.Peer) // always has a port
			seen[host+" "+m.Helo]++
		}
		return seen
	}
	setDetour(t, book, wish)
	seed.Messages(t, s, a, message.Broadcast, "one.example", 205)
	seed.Messages(t, s, a, message.Broadcast, "two.example", 3)
	for _, destination := range []string{"one.example", "via:one.example", "two.example"} {
		drain(t, s, in, destination)
	}
	delivered := from("127.0.0.5")["127.0.0.22 out2.us.example"]
	if got := from("127.0.0.5"); len(got) != 1 || delivered == 0 || delivered == 205 {
		t.Errorf("seen from %v", got)
	}
	if got := from("127.0.0.6"); got["127.0.0.21 out1.us.example"] != 3 || len(got) != 1 {
		t.Errorf("another destination sees %v", got)
	}
	if d := lastDeferred(t, s); !strings.Contains(d.Reason, "tomorrow") || d.Attempts != 0 {
		t.Errorf("what does not leave today: %+v", d)
	}
	if err := pools.Pause(t.Context(), "127.0.0.22", true); err != nil {
		t.Fatal(err)
	}
	c.Advance(24 * time.Hour)
	drain(t, s, in, "via:one.example")
	if got := from("127.0.0.5"); len(got) != 1 || got["127.0.0.22 out2.us.example"] != delivered {
		t.Errorf("from %v, while the pool is out", got)
	}
	if d := lastDeferred(t, s); !strings.Contains(d.Reason, "addresses that the operator chose for one.example may send") || d.Attempts != 0 {
		t.Errorf("while the pool is out: %+v", d)
	}
	setDetour(t, book, Wish{Destination: "via:one.example"})
	exec(t, s, "UPDATE deliveries SET due_at = ?", c.Now())
	drain(t, s, in, "via:one.example")
	if got := from("127.0.0.5"); got["127.0.0.21 out1.us.example"] != 205-delivered {
		t.Errorf("by the rules again: %v", got)
	}
}

// everything is the whole database as text.
func everything(t *testing.T, s *store.Store) string {
	t.Helper()
	var all strings.Builder
	err := s.SystemRead(t.Context(), "test: look at everything", func(_ context.Context, tx *gorm.DB) error {
		var tables []string
		if err := tx.Raw("SELECT name FROM sqlite_master WHERE type = 'table'").Scan(&tables).Error; err != nil {
			return err
		}
		for _, name := range tables {
			var rows []map[string]any
			if err := tx.Raw("SELECT * FROM " + name).Scan(&rows).Error; err != nil {
				return err
			}
			fmt.Fprintf(&all, "%s\n", rows)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// A relay that does not take our password bounces nothing and is named as what it is. Once
// the password is right, mail goes at once, however long the destination should have rested.
// The password is in no log and not in the database, even where the relay repeats it.
func TestARelayRefusesOurPassword(t *testing.T) {
	s := storetest.SQLite(t, nil)
	in, relay, url := withRelay(t, "relay.us.example", "127.0.0.31")
	relay.SetScript(fakemx.At(fakemx.Auth, fakemx.Action{Reply: "535 5.7.8 ops may not enter with " + relayPassword}))
	a, book := seed.NewAccount(t, s, "Alpha"), NewDetourBook(s, testBox(t))
	seed.Messages(t, s, a, message.Transactional, "one.example", 3)
	exec(t, s, "UPDATE deliveries SET destination = 'via:one.example'")
	setDetour(t, book, Wish{Destination: "via:one.example", Relay: url, Password: relayPassword})
	var log bytes.Buffer
	e, _ := newEngine(t, s, in, t.TempDir())
	e.log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	run := func() {
		t.Helper()
		if _, err := e.Run(t.Context(), "via:one.example"); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if got := states(t, s); got[message.Deferred]+got[message.Queued] != 3 || got[message.Deferred] == 0 {
		t.Errorf("states %v", got)
	}
	if d := lastDeferred(t, s); d.Reason != "Our relay for one.example did not take our name and password. The operator has to correct them; then we try again." || d.LastReply != "535 5.7.8" {
		t.Errorf("%q, %q", d.Reason, d.LastReply)
	}
	standing, found, err := NewBoard(s).Standing(t.Context(), "via:one.example")
	if err != nil || !found || !strings.HasPrefix(standing.Words(), "Our relay for one.example turns us away since") || !strings.Contains(standing.Words(), "(535 5.7.8)") {
		t.Errorf("%q, %v", standing.Words(), err)
	}
	for _, part := range []string{relayPassword, base64.StdEncoding.EncodeToString([]byte(relayPassword)), base64.StdEncoding.EncodeToString([]byte("\x00ops\x00" + relayPassword)), "b@tter", "b%40tter"} {
		if strings.Contains(log.String(), part) || strings.Contains(everything(t, s), part) {
			t.Errorf("%q is kept", part)
		}
	}
	if text := everything(t, s); !strings.Contains(text, url) || !strings.Contains(text, "AUTH PLAIN ***") || log.Len() == 0 {
		t.Error("looked at the wrong database or log")
	}
	relay.SetScript(nil)
	if got := retry(t, s, "via:one.example"); got == 0 {
		t.Error("nothing is due")
	}
	run()
	if n := len(relay.Messages()); n != 0 {
		t.Errorf("%d messages to a destination that rests", n)
	}
	setDetour(t, book, Wish{Destination: "via:one.example", Relay: url, Password: "another one"})
	if _, found, err := NewBoard(s).Standing(t.Context(), "via:one.example"); found || err != nil {
		t.Errorf("what was heard on the way before is kept: %v", err)
	}
	if err := e.learnLimits(t.Context()); err != nil {
		t.Fatal(err)
	}
	run()
	if n := len(relay.Messages()); n != 3 || states(t, s)[message.Delivered] != 3 {
		t.Errorf("%d at the relay, states %v", n, states(t, s))
	}
}

// retry makes what is deferred due, as staff do.
func retry(t *testing.T, s *store.Store, destination string) int {
	t.Helper()
	done, err := message.OperateAll(t.Context(), s, message.Retry, message.Reach{Destination: destination}, false)
	if err != nil {
		t.Fatal(err)
	}
	return done.Changed
}

// What stands between us and a relay, and what is said of it: no password without a valid
// certificate, nor after SECRET_KEY was lost.
func TestARelayThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	certificate, _ := fakemx.Certificate(t, time.Hour, "relay.us.example") // nobody knows who issued it
	for name, c := range map[string]struct {
		options fakemx.Options
		host    string
		key     byte
		want    string
	}{
		"an untrusted certificate": {fakemx.Options{TLS: certificate, Extra: []string{"AUTH PLAIN"}}, "relay.us.example", 7, "Our relay for one.example gave no encryption with a valid certificate"},
		"no STARTTLS":              {fakemx.Options{Extra: []string{"AUTH PLAIN"}}, "relay.us.example", 7, "Our relay for one.example gave no encryption with a valid certificate"},
		"another key":              {fakemx.Options{}, "relay.us.example", 8, "The password of our relay for one.example cannot be opened any more."},
		"no such name":             {fakemx.Options{}, "gone.us.example", 7, "The name of our relay for one.example has no address."},
		"busy":                     {fakemx.Options{Script: fakemx.At(fakemx.Connect, fakemx.Action{Reply: "554 5.3.2 not now", Close: true})}, "relay.us.example", 7, "Our relay for one.example did not greet us."},
		"hangs up":                 {fakemx.Options{Script: fakemx.At(fakemx.Connect, fakemx.Action{Drop: true})}, "relay.us.example", 7, "Our relay for one.example took no connection."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.SQLite(t, nil)
			in := newInternet(t, relayZone, map[string]fakemx.Options{"127.0.0.5": {}})
			c.options.Addr = "127.0.0.31:0"
			relay := fakemx.New(t, c.options)
			box, err := secret.NewBox(bytes.Repeat([]byte{c.key}, secret.MinimumKeyLength))
			if err != nil {
				t.Fatal(err)
			}
			a := seed.NewAccount(t, s, "Alpha")
			setDetour(t, NewDetourBook(s, box), Wish{Destination: "via:one.example", Relay: "smtp://ops@" + withPort(c.host, relay.Port()), Password: relayPassword})
			seed.Messages(t, s, a, message.Transactional, "one.example", 1)
			drain(t, s, in, "one.example")
			if d := lastDeferred(t, s); !strings.HasPrefix(d.Reason, c.want) || d.Class != message.ClassOurs {
				t.Errorf("%s: %q", d.Class, d.Reason)
			}
			if slices.ContainsFunc(relay.Commands(), func(line string) bool { return strings.HasPrefix(line, "AUTH") }) || len(in.servers["127.0.0.5"].Commands()) != 0 {
				t.Errorf("said to the relay %q, to the exchanger %q", relay.Commands(), in.servers["127.0.0.5"].Commands())
			}
		})
	}
}

// Workers that share a database all have mail go another way from the first message on that
// staff had tried after the change, though they just went the old way.
func TestEveryWorkerLearnsADetour(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		in, relay, url := withRelay(t, "relay.us.example", "127.0.0.31")
		exchanger := in.servers["127.0.0.5"]
		a, book := seed.NewAccount(t, s, "Alpha"), NewDetourBook(s, testBox(t))
		var engines []*Engine
		for range 2 {
			tr := &Network{Router: in.Router, Port: in.Port, Dialer: in.Dialer}
			e, _ := newEngine(t, s, tr, t.TempDir())
			e.shares.alone = false // and nothing tells it of changes, but what it claims
			engines = append(engines, e)
			t.Cleanup(tr.Close)
		}
		deliver := func(until int) {
			t.Helper()
			seed.Messages(t, s, a, message.Transactional, "one.example", 60)
			exec(t, s, "UPDATE deliveries SET destination = 'via:one.example'")
			var workers sync.WaitGroup
			for _, e := range engines {
				workers.Go(func() {
					for end := time.Now().Add(time.Minute); time.Now().Before(end) && states(t, s)[message.Delivered] < until; time.Sleep(5 * time.Millisecond) {
						if _, err := e.Run(t.Context(), "via:one.example"); err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			workers.Wait()
		}
		deliver(60)
		setDetour(t, book, Wish{Destination: "via:one.example", Relay: url, Password: relayPassword})
		deliver(120)
		if r, x := len(relay.Messages()), len(exchanger.Messages()); r != 60 || x != 60 {
			t.Errorf("%d at the relay, %d at the exchanger", r, x)
		}
		setDetour(t, book, Wish{Destination: "via:one.example"})
		deliver(180)
		if r, x := len(relay.Messages()), len(exchanger.Messages()); r != 60 || x != 120 {
			t.Errorf("%d at the relay, %d at the exchanger", r, x)
		}
	})
}

// A recipient domain's own detour holds for that domain only, wherever its mail waits, and a
// relay that fails holds up nobody else.
func TestADomainOfAGroupIsRoutedAlone(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	in := newInternet(t, `
mine.example. MX 10 mx.hoster.example.
yours.example. MX 10 mx.hoster.example.
mx.hoster.example. A 127.0.0.5
relay.us.example. A 127.0.0.31
`, map[string]fakemx.Options{"127.0.0.5": {}})
	relay := fakemx.New(t, fakemx.Options{Addr: "127.0.0.31:0", Script: fakemx.At(fakemx.Connect, fakemx.Action{Reply: "421 4.3.2 not now", Close: true})})
	a, book := seed.NewAccount(t, s, "Alpha"), NewDetourBook(s, testBox(t))
	setDetour(t, book, Wish{Destination: "mine.example", Relay: "smtp://" + withPort("relay.us.example", relay.Port())})
	seed.Messages(t, s, a, message.Transactional, "MINE.example", 3)
	seed.Messages(t, s, a, message.Transactional, "yours.example", 4)
	exec(t, s, "UPDATE deliveries SET destination = 'via:hoster.example'")
	drain(t, s, in, "via:hoster.example")
	if got := states(t, s); got[message.Delivered] != 4 || got[message.Deferred] != 3 || len(in.servers["127.0.0.5"].Messages()) != 4 {
		t.Errorf("states %v, %d at the exchanger", got, len(in.servers["127.0.0.5"].Messages()))
	}
	if all, err := NewBoard(s).All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("the others suffer: %+v, %v", all, err)
	}
	relay.SetScript(nil)
	if n := retry(t, s, "mine.example"); n != 3 {
		t.Errorf("%d are due", n)
	}
	drain(t, s, in, "via:hoster.example")
	if n := len(relay.Messages()); n != 3 || states(t, s)[message.Delivered] != 7 {
		t.Errorf("%d at the relay, states %v", n, states(t, s))
	}
}

// A relay is read as the setting of the smart host is; what is wrong with it is said at its
// field, without a password.
func TestParseRelay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"smtp://relay.example":                   "smtp://relay.example:587",
		"smtps://Relay.Example.":                 "smtps://relay.example:465",
		"smtp://me:pw@relay.example:2525/":       "smtp://me@relay.example:2525 pw",
		"smtp://me@us.example:pw@relay.example":  "smtp://me%40us.example@relay.example:587 pw",
		"smtp://me%40us.example:p%3Aw@[::1]:25":  "smtp://me%40us.example@[::1]:25 p:w",
		"smtp://10.0.0.7":                        "smtp://10.0.0.7:587",
		"":                                       "",
		"relay.example":                          "",
		"http://relay.example":                   "",
		"smtp://":                                "",
		"smtp://hidden-pw@":                      "",
		"smtp://me:hidden-pw@relay.example:port": "",
		"smtp://me:hidden-pw@relay.example:0":    "",
		"smtp://me:hidden-pw@relay.example/x":    "",
		"smtp://me:hidden-pw#x@relay.example":    "",
		"smtp://me:hidden-pw%zz@relay.example":   "",
		"smtp://:hidden-pw@relay.example":        "",
		"smtp://m%00e:hidden-pw@relay.example":   "",
		"smtp://relay example":                   "",
		"smtp://" + strings.Repeat("x", 600):     "",
		"smtp://relay.example?x=hidden-pw":       "",
		"smtp://rélais.example":                  "",
	} {
		relay, password, err := parseRelay(text)
		got := ""
		if relay != nil {
			got = strings.TrimSpace(relay.String() + " " + password)
		}
		if got != want || (err == nil) != (want != "") || err != nil && (fault.FieldsOf(err)["relay"] == "" || strings.Contains(err.Error(), "hidden-pw")) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

// A password is kept for the same name at the same relay, and for no other.
func TestAPasswordIsKeptForItsRelay(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	book := NewDetourBook(s, testBox(t))
	set := func(relay, password, field string) {
		t.Helper()
		_, err := book.Set(t.Context(), Wish{Destination: "one.example", Relay: relay, Password: password})
		if got := fault.FieldsOf(err); (err == nil) != (field == "") || field != "" && got[field] == "" {
			t.Errorf("%s: %v", relay, err)
		}
	}
	set("smtp://me@relay.example", "", "password")
	set("smtp://relay.example", "pw", "relay")
	set("", "pw", "relay")
	set("smtp://me:pw@relay.example", "", "")
	set("smtp://me@relay.example:587", "", "")
	set("smtp://me@elsewhere.example", "", "password")
	set("smtp://you@relay.example", "", "password")
	set("smtps://me@relay.example:587", "", "password")
	set("smtp://me@relay.example", "p\nw", "password")
	d, err := book.Of(t.Context(), "one.example")
	if err != nil || !d.Password || d.Shown() != "smtp://me@relay.example:587" {
		t.Fatalf("%+v, %v", d, err)
	}
	if d.open(testBox(t)); d.closed || *d.secret != "pw" || strings.Contains(fmt.Sprintf("%v %+v %#v", d, d, d), "pw") {
		t.Errorf("%+v", d)
	}
	if _, err := book.Set(t.Context(), Wish{Destination: CaptureBox, Relay: "smtp://relay.example"}); err == nil {
		t.Error("the capture box was routed")
	}
}
