package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/tenant"
)

// exchangers is a ground whose far end is a scripted mail exchanger with many domains,
// each a destination of its own. The program runs whole, or as three processes.
type exchangers struct {
	*field
	dns     *fakedns.Server
	mx      *fakemx.Server
	domains []string
	smtp    *program // f.p when the program runs whole
	worker  *program
}

func newExchangers(t *testing.T, env []string, domains int) *exchangers {
	t.Helper()
	certificate, _ := fakemx.Certificate(t, time.Hour, "mx.d0.example")
	x := &exchangers{mx: fakemx.New(t, fakemx.Options{Addr: "127.0.0.4:0", TLS: certificate})}
	var zone strings.Builder
	for i := range domains {
		x.domains = append(x.domains, fmt.Sprintf("d%d.example", i))
		fmt.Fprintf(&zone, "d%d.example. MX 10 mx.d%d.example.\nmx.d%d.example. A 127.0.0.4\n", i, i, i)
	}
	x.dns = fakedns.New(t, zone.String())
	f := &field{t: t, ledger: filepath.Join(t.TempDir(), "ledger"), domains: x.domains}
	f.p = newProgram(t, append(env, "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER="+x.dns.Addr(),
		"SMTPSERVER_MX_PORT="+strconv.Itoa(x.mx.Port()), "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true")...)
	f.p.mustCommand("migrate", "up")
	var err error
	if f.tenant, err = tenant.Create(t.Context(), f.p.env, "faults.test"); err != nil {
		t.Fatal(err)
	}
	x.field, x.smtp, x.worker = f, f.p, f.p
	f.arrived = x.copies
	return x
}

// apart makes the doors and the worker processes of their own.
func (x *exchangers) apart() {
	x.smtp, x.worker = x.p.part("smtp"), x.p.part("worker")
}

// start starts what is not running.
func (x *exchangers) start() {
	x.t.Helper()
	x.smtp.start()
	if x.worker != x.smtp {
		x.worker.start()
	}
}

// mail offers n messages, one to each domain in turn; all must be taken.
func (x *exchangers) mail(n int) {
	x.t.Helper()
	before := len(x.entries())
	x.send(x.t.Context(), n, 0)
	entries := x.entries()[before:]
	for _, e := range entries {
		if e.Code != 250 {
			x.t.Fatalf("%s was answered %d %s", e.ID, e.Code, e.Text)
		}
	}
	if len(entries) != n {
		x.t.Fatalf("%d of %d messages were offered", len(entries), n)
	}
}

func (f *field) entries() []load.Entry {
	f.t.Helper()
	entries, err := load.ReadLedger(f.ledger)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return entries
}

var testID = regexp.MustCompile(`(?mi)^X-Test-Id: (\S+)\r$`)

// copies counts what the exchanger took, by the id of the client's ledger.
func (x *exchangers) copies() map[string]int {
	copies := map[string]int{}
	for _, m := range x.mx.Messages() {
		if found := testID.FindStringSubmatch(m.Content); found != nil {
			copies[found[1]]++
		}
	}
	return copies
}

// blockade holds every session that reaches a phase, until lifted.
type blockade struct {
	reached chan struct{}
	lift    func()
}

func (x *exchangers) block(phase fakemx.Phase) blockade {
	ctx, lift := context.WithCancel(context.Background())
	b := blockade{make(chan struct{}, 10_000), lift}
	x.t.Cleanup(lift)
	x.mx.SetScript(func(p fakemx.Phase, _ string) fakemx.Action {
		if p == phase && ctx.Err() == nil {
			b.reached <- struct{}{}
			<-ctx.Done()
		}
		return fakemx.Action{}
	})
	return b
}

// wait returns when n sessions are held.
func (b blockade) wait(t *testing.T, n int) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	for i := range n {
		select {
		case <-b.reached:
		case <-deadline:
			t.Fatalf("%d of %d sessions came to the phase", i, n)
		}
	}
}
