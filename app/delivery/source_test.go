package delivery

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// Mail leaves from the address of its pool, under that address' name; connections of one
// address are not used for another. What may not leave today goes on tomorrow, which
// spends no attempt and slows no destination down.
func TestMailLeavesFromItsAddress(t *testing.T) {
	c := clock.NewFake(noon)
	s := storetest.SQLite(t, c)
	in := newInternet(t, `
one.example. MX 10 mx.one.example.
mx.one.example. A 127.0.0.5
21.0.0.127.in-addr.arpa. PTR out1.us.example.
out1.us.example. A 127.0.0.21
22.0.0.127.in-addr.arpa. PTR out2.us.example.
out2.us.example. A 127.0.0.22
`, map[string]fakemx.Options{"127.0.0.5": {}})
	pools := sending.New(s)
	for _, err := range []error{
		pools.Add(t.Context(), "127.0.0.21", "out1.us.example", "", false),
		pools.Add(t.Context(), "127.0.0.22", "out2.us.example", "bulk", true),
		pools.Route(t.Context(), sending.Rule{Stream: "broadcast", Pool: "bulk"}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	checker, ok := in.Router.Resolver.(sending.Resolver)
	if !ok {
		t.Fatal("the resolver asks for no reverse names")
	}
	if err := pools.Check(t.Context(), checker, nil); err != nil {
		t.Fatal(err)
	}
	in.Sources, in.Clock = pools, c
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Transactional, "one.example", 3)
	seed.Messages(t, s, a, message.Broadcast, "one.example", 205)
	drain(t, s, in, "one.example")
	drain(t, s, in, "via:one.example")
	from := map[string]int{}
	for _, m := range in.servers["127.0.0.5"].Messages() {
		host, _, _ := net.SplitHostPort(m.Peer) // always has a port
		from[host+" "+m.Helo]++
	}
	if from["127.0.0.21 out1.us.example"] != 3 || from["127.0.0.22 out2.us.example"] != 200 || len(from) != 2 {
		t.Errorf("seen from %v", from)
	}
	if got := states(t, s); got[message.Delivered] != 203 || got[message.Deferred] != 5 {
		t.Errorf("states %v", got)
	}
	found, err := message.NewArchive(s).Show(t.Context(), a.Scope, lastDeferred(t, s).MessageID)
	if err != nil {
		t.Fatal(err)
	}
	d := found.Deliveries[0]
	if wait := d.DueAt.Sub(c.Now()); d.Attempts != 0 || wait < 12*time.Hour || wait > 13*time.Hour || !strings.Contains(d.Reason, "tomorrow") {
		t.Errorf("attempts %d, due in %s: %s", d.Attempts, wait, d.Reason)
	}
	c.Advance(13*time.Hour + time.Minute)
	drain(t, s, in, "via:one.example")
	if got := states(t, s); got[message.Delivered] != 208 {
		t.Errorf("the next day: %v", got)
	}
}

func lastDeferred(t *testing.T, s *store.Store) (d message.Delivery) {
	t.Helper()
	err := s.SystemRead(t.Context(), "look in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("state = ?", message.Deferred).Order("delivery_id DESC").Take(&d).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
