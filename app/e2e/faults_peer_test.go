package e2e

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/mail"
	"net/smtp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/sink"
	"smtpserver/app/delivery"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// F-36: one destination answers an octet a second, and one is silent after the dot. The
// others get their mail as if the two were not there.
func TestF36TarpitsHoldUpNobody(t *testing.T) {
	t.Parallel()
	x := newExchangers(t, nil, inFlight)
	x.start()
	x.mx.SetScript(func(p fakemx.Phase, arg string) fakemx.Action {
		switch {
		case p == fakemx.Rcpt && strings.Contains(arg, "@d0.example"):
			return fakemx.Action{Drip: time.Second}
		case p == fakemx.Dot && strings.Contains(arg, "@d1.example"):
			return fakemx.Action{Delay: time.Hour}
		}
		return fakemx.Action{}
	})
	const each = 20
	began := time.Now()
	x.mail(each * inFlight)
	x.until("the others have theirs", 60*time.Second, func() bool { return len(x.arrived()) >= each*(inFlight-2) })
	t.Logf("%d messages for %d willing destinations arrived after %s", each*(inFlight-2), inFlight-2, time.Since(began).Round(time.Millisecond))
}

// F-45: many clients send their HTTP headers an octet at a time, or never end their
// body. Pages come as before, and the slow are cut off.
func TestF45SlowHTTPClients(t *testing.T) {
	t.Parallel()
	f := newField(t, nil)
	f.p.start()
	began := time.Now()
	var slow []net.Conn
	for i := range rounds(200, 1000) {
		c, err := net.Dial("tcp", f.p.web)
		f.try(err)
		defer func() { _ = c.Close() }()
		head := "GET /login HTTP/1.1\r\nHost: x\r\nX-Slow: "
		if i%2 == 1 {
			head = "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail="
		}
		_, err = c.Write([]byte(head))
		f.try(err)
		slow = append(slow, c)
	}
	var took []time.Duration
	for range 40 {
		asked := time.Now()
		resp, err := http.Get("http://" + f.p.web + "/login")
		f.try(err)
		_ = resp.Body.Close()
		took = append(took, time.Since(asked))
		for _, c := range slow[:20] {
			_, _ = c.Write([]byte("x")) // a sign of life, which must not save them
		}
		time.Sleep(50 * time.Millisecond)
	}
	slices.Sort(took)
	if p95 := took[len(took)*95/100]; p95 > time.Second {
		t.Errorf("pages took %s at p95", p95)
	}
	for i, c := range slow {
		f.try(c.SetReadDeadline(began.Add(75 * time.Second)))
		for err := error(nil); err == nil; { // an answer may come before the end
			_, err = c.Read(make([]byte, 4096))
			if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
				t.Fatalf("connection %d is still open after %s", i, time.Since(began))
			}
		}
	}
	t.Logf("all cut off after %s", time.Since(began).Round(time.Millisecond))
}

// F-47: behind a broadcast of one account, its own password resets arrive within seconds,
// and so does the single broadcast of another account.
func TestF47UrgentBesideBroadcast(t *testing.T) {
	t.Parallel()
	f := newField(t, nil)
	queued := rounds(20_000, 100_000)
	f.database(func(s *store.Store) {
		a := seed.Account{ID: f.tenant.Account.ID, Domain: f.tenant.Domain}
		f.query(&a.DomainID, "SELECT domain_id FROM domains WHERE name = 'faults.test'")
		for done := 0; done < queued; done += 1000 {
			var batch []*message.New
			for i := range 1000 {
				n := seed.NewMessage(s, a, message.Broadcast, fmt.Sprintf("r%d@d%d.bench.example", done+i, i%5))
				n.Deliveries[0].Destination = delivery.Relay
				batch = append(batch, n)
			}
			f.try(message.Insert(t.Context(), s, batch))
		}
	})
	f.p.start()
	f.until("the broadcast flows", 30*time.Second, func() bool { return len(f.arrived()) > 100 })
	f.send(t.Context(), rounds(100, 1000), 20)
	beside := queued - len(f.arrived()) // what still waits, about
	arrived := map[string]time.Time{}
	f.until("the urgent ones arrive", 60*time.Second, func() bool {
		taken, err := sink.ReadRecord(f.record)
		f.try(err)
		for _, x := range taken {
			arrived[x.ID] = x.At
		}
		return !slices.ContainsFunc(f.entries(), func(e load.Entry) bool { return e.Code == 250 && arrived[e.ID].IsZero() })
	})
	var waits []time.Duration
	for _, e := range f.entries() {
		waits = append(waits, arrived[e.ID].Sub(e.End))
	}
	slices.Sort(waits)
	p99 := waits[len(waits)*99/100]
	t.Logf("%d broadcasts waited when the last was sent; from 250 to arrival p50 %s, p99 %s", beside, waits[len(waits)/2], p99)
	if p99 > 5*time.Second {
		t.Errorf("urgent mail waits %s behind a broadcast", p99)
	}
}

// F-49: bounces, bounces of bounces and auto-replies come to our return paths in
// numbers. Nothing is ever answered, and nothing new leaves.
func TestF49NothingIsAnswered(t *testing.T) {
	t.Parallel()
	x := newExchangers(t, nil, 1)
	x.start()
	x.mail(1)
	messages, err := x.mx.WaitFor(1, 30*time.Second)
	x.try(err)
	_, rest, _ := strings.Cut(messages[0].From, "<")
	path, _, _ := strings.Cut(rest, ">")
	x.settle(30 * time.Second)
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			from, content := "", "From: MAILER-DAEMON@d0.example\r\nSubject: failure notice\r\n\r\nIt did not arrive.\r\n"
			switch i % 3 {
			case 1:
				from, content = "vacation@d0.example", "From: vacation@d0.example\r\nSubject: Out of office\r\n\r\nBack on Monday.\r\n"
			case 2: // the address writes to itself
				from, content = path, "From: "+path+"\r\nSubject: loop\r\n"+strings.Repeat("Received: from us by us; Mon, 1 Jan 2026 00:00:00 +0000\r\n", i)+"\r\nAgain.\r\n"
			}
			if err := deposit(x.p.bounce, from, path, content); err != nil && !strings.HasPrefix(err.Error(), "5") && !strings.HasPrefix(err.Error(), "4") {
				t.Error(err)
			}
		})
	}
	clients.Wait()
	x.mail(1) // and all is well
	if _, err := x.mx.WaitFor(2, 30*time.Second); err != nil {
		t.Error(err)
	}
	x.settle(30 * time.Second)
	var rows int
	x.query(&rows, "SELECT count(*) FROM deliveries")
	if rows != 2 || len(x.mx.Messages()) != 2 {
		t.Errorf("%d deliveries and %d messages that left, want the two that were sent", rows, len(x.mx.Messages()))
	}
}

// deposit gives one message to the bounce receiver.
func deposit(addr, from, to, content string) error {
	c, err := smtp.Dial(addr)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	_, _, err = data(c, content)
	return err
}

// hand gives one message to the submission door, and asks to be told of failures.
func (x *exchangers) hand(to, content string) error {
	c, err := smtp.Dial(x.smtp.smtp)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		return err
	}
	if err := c.Auth(plainAuth{x.tenant.Username, x.tenant.Password}); err != nil {
		return err
	}
	if err := c.Mail(x.tenant.From); err != nil {
		return err
	}
	if err := c.Text.PrintfLine("RCPT TO:<%s> NOTIFY=FAILURE", to); err != nil {
		return err
	}
	if _, _, err := c.Text.ReadResponse(250); err != nil {
		return err
	}
	_, _, err = data(c, content)
	return err
}

// F-49 through both doors: each message that cannot be delivered is reported once to the
// sender who asked; machines that answer the reports, and senders whose own server refuses
// them, cause nothing more. A forwarder that hands in again what it receives is stopped.
func TestF49ThroughBothDoors(t *testing.T) {
	t.Parallel()
	const originals = 20
	x := newExchangers(t, nil, 1)
	x.try(x.dns.Set("d0.example. MX 10 mx.d0.example.\nmx.d0.example. A 127.0.0.4\nfaults.test. MX 10 mx.faults.test.\nmx.faults.test. A 127.0.0.4\n"))
	var refusing atomic.Bool // the sender's own server
	x.mx.SetScript(func(p fakemx.Phase, arg string) fakemx.Action {
		if p == fakemx.Rcpt && (strings.Contains(arg, "gone") || refusing.Load() && strings.Contains(arg, "@faults.test")) {
			return fakemx.Action{Reply: "550 5.1.1 no such user here"}
		}
		return fakemx.Action{}
	})
	x.start()
	reports := func() (all []fakemx.Message) {
		for _, m := range x.mx.Messages() {
			if strings.Contains(m.From, "<>") {
				all = append(all, m)
			}
		}
		return all
	}
	content := func(i int) string {
		return fmt.Sprintf("From: %s\r\nSubject: Order %d\r\n\r\nHello\r\n", x.tenant.From, i)
	}
	for i := range originals {
		x.try(x.hand(fmt.Sprintf("gone%d@d0.example", i), content(i)))
	}
	x.until("each failure is reported", 40*time.Second, func() bool { return len(reports()) >= originals })
	answered := 0
	for _, m := range reports() { // by a machine that answers anything, to whatever address it finds
		parsed, err := mail.ReadMessage(strings.NewReader(m.Content))
		x.try(err)
		from, err := mail.ParseAddress(parsed.Header.Get("From"))
		x.try(err)
		if deposit(x.p.bounce, "robot@faults.test", from.Address, "From: robot@faults.test\r\nSubject: Re: "+parsed.Header.Get("Subject")+"\r\n\r\nThank you.\r\n") == nil {
			answered++
		}
	}
	refusing.Store(true)
	x.try(x.hand("gone@d0.example", content(originals)))
	x.settle(40 * time.Second)
	time.Sleep(6 * time.Second) // reports are sent every five seconds
	x.settle(40 * time.Second)
	var rows int
	x.query(&rows, "SELECT count(*) FROM deliveries")
	if n := len(reports()); n != originals || rows != 2*(originals+1) {
		t.Errorf("%d reports of %d failures arrived, and %d deliveries in all, want %d; %d answers were taken", n, originals, rows, 2*(originals+1), answered)
	}

	x.try(x.hand("forwarder@d0.example", content(99)))
	hops := 0
	for ; hops < 70; hops++ {
		want := originals + hops + 1
		all, err := x.mx.WaitFor(want, 30*time.Second)
		x.try(err)
		if err := x.hand("forwarder@d0.example", all[want-1].Content); err != nil {
			if !strings.HasPrefix(err.Error(), "554") {
				t.Errorf("the loop ended with %v", err)
			}
			break
		}
	}
	if hops < 40 || hops > 50 {
		t.Errorf("the loop was cut after %d rounds", hops)
	}
}
