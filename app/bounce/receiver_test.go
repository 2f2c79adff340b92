package bounce

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

type counted struct {
	mu   sync.Mutex
	seen []string
}

func (c *counted) Report(kind, outcome string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = append(c.seen, kind+" "+outcome)
}

func (c *counted) last() string { return c.seen[len(c.seen)-1] }

// ground is an account with a message that was delivered to two recipients.
type ground struct {
	*Receiver
	counted *counted
	box     *secret.Box
	account seed.Account
	message id.ID
}

func newGround(t *testing.T, s *store.Store, recipients ...string) *ground {
	t.Helper()
	box, err := secret.NewBox([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{}
	g := &ground{New(s, box, "mail.host.example", c, slog.New(slog.DiscardHandler)), c, box, seed.NewAccount(t, s, "Alpha"), ""}
	n := seed.NewMessage(s, g.account, message.Broadcast, recipients...)
	now := s.Now()
	for i := range n.Deliveries {
		n.Deliveries[i].State, n.Deliveries[i].FinalAt = message.Delivered, &now
	}
	if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	g.message = n.Message.ID
	return g
}

func (g *ground) returnPath(t *testing.T) address.Mailbox {
	t.Helper()
	local, err := message.ReturnPathLocal(g.box, g.message)
	if err != nil {
		t.Fatal(err)
	}
	return address.Mailbox{Local: local, Domain: "bounces." + g.account.Domain}
}

func (g *ground) receive(t *testing.T, to address.Mailbox, content string) {
	t.Helper()
	if err := g.Receive(t.Context(), address.Mailbox{}, []address.Mailbox{to}, []byte(strings.ReplaceAll(content, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
}

func (g *ground) state(t *testing.T, recipient string) message.State {
	t.Helper()
	rows, err := message.NewArchive(g.store).List(t.Context(), g.account.Scope, message.Filter{Recipient: recipient, Limit: 1})
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	return rows[0].State
}

func (g *ground) suppressed(t *testing.T) string {
	t.Helper()
	rows, err := message.NewArchive(g.store).Suppressions(t.Context(), g.account.Scope, message.SuppressionFilter{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, r := range rows {
		all = append(all, r.Address+" "+string(r.Stream))
	}
	return strings.Join(all, ", ")
}

func (g *ground) balances(t *testing.T) {
	t.Helper()
	ledger, err := message.Verify(t.Context(), g.store)
	if err != nil || !ledger.OK() {
		t.Errorf("ledger %+v, %v", ledger, err)
	}
}

func dsn(action, recipient, status, diagnostic string) string {
	return fmt.Sprintf(`From: MAILER-DAEMON@mx.customer.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example

Final-Recipient: rfc822; %s
Action: %s
Status: %s
Diagnostic-Code: smtp; %s
--b--
`, recipient, action, status, diagnostic)
}

// A failure ends the delivery it names, once, and suppresses who does not exist.
func TestAsynchronousBounce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newGround(t, s, "gone@customer.example", "here@customer.example")
		to := g.returnPath(t)
		for range 2 {
			g.receive(t, to, dsn("failed", "Gone@customer.example", "5.1.1", "550 5.1.1 <gone@customer.example>: user unknown"))
		}
		if g.state(t, "gone@") != message.Bounced || g.state(t, "here@") != message.Delivered {
			t.Errorf("states %s, %s", g.state(t, "gone@"), g.state(t, "here@"))
		}
		if got := g.suppressed(t); got != "gone@customer.example broadcast" {
			t.Errorf("suppressed %q", got)
		}
		if got := strings.Join(g.counted.seen, ", "); got != "status changed, status nothing" {
			t.Errorf("counted %q", got)
		}
		days, err := message.NewArchive(s).Days(t.Context(), g.account.Scope, s.Now().AddDate(0, 0, -1))
		if err != nil || len(days) != 1 || days[0].Delivered != 1 || days[0].Bounced != 1 {
			t.Errorf("days %+v, %v", days, err)
		}
		g.balances(t)
	})
}

// What is about us, or no failure, suppresses nobody.
func TestReportsThatSuppressNobody(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	g := newGround(t, s, "here@customer.example")
	to := g.returnPath(t)
	g.receive(t, to, dsn("delayed", "here@customer.example", "4.4.1", "451 4.4.1 not yet"))
	if got := g.state(t, "here@"); got != message.Delivered || g.counted.last() != "status nothing" {
		t.Errorf("delayed: %s, %s", got, g.counted.last())
	}
	g.receive(t, to, "From: kim@customer.example\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nBack on Monday.\n")
	if g.counted.last() != "auto_reply nothing" {
		t.Error(g.counted.last())
	}
	g.receive(t, to, dsn("failed", "here@customer.example", "5.7.1", "550-5.7.1 our system has detected that this message is likely unsolicited mail"))
	if got := g.state(t, "here@"); got != message.Bounced {
		t.Errorf("policy: %s", got)
	}
	if got := g.suppressed(t); got != "" {
		t.Errorf("suppressed %q", got)
	}
	g.balances(t)
}

// W-04: who cannot make our return paths changes nothing.
func TestW04ForgedReportsChangeNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newGround(t, s, "here@customer.example")
		right := g.returnPath(t)
		forged := []address.Mailbox{
			{Local: right.Local[:len(right.Local)-1] + "x", Domain: right.Domain},
			{Local: "b+" + string(g.message) + "-00000000000000000000", Domain: right.Domain},
			{Local: "b+" + string(g.message), Domain: right.Domain},
			{Local: string(g.message), Domain: right.Domain},
			{Local: "shop", Domain: g.account.Domain},
		}
		for _, to := range forged {
			if g.Knows(to) == nil {
				t.Errorf("%s is taken", to)
			}
			g.receive(t, to, dsn("failed", "here@customer.example", "5.1.1", "550 5.1.1 user unknown"))
		}
		if g.Knows(right) != nil || g.Knows(address.Mailbox{Local: "fbl", Domain: "mail.host.example"}) != nil {
			t.Error("our own addresses are refused")
		}
		// A right token under a foreign host finds no account.
		g.receive(t, address.Mailbox{Local: right.Local, Domain: "bounces.elsewhere.example"}, dsn("failed", "here@customer.example", "5.1.1", "550 5.1.1 user unknown"))
		if got := g.state(t, "here@"); got != message.Delivered || g.suppressed(t) != "" {
			t.Errorf("%s, suppressed %q", got, g.suppressed(t))
		}
		var keptRows int64
		err := s.GlobalRead(t.Context(), func(_ context.Context, tx *gorm.DB) error { return tx.Model(&Kept{}).Count(&keptRows).Error })
		if err != nil || keptRows != int64(len(forged)+1) {
			t.Errorf("%d kept for staff, %v", keptRows, err)
		}
	})
}

// A complaint through a feedback loop, quoting the return path, suppresses everywhere.
func TestComplaint(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newGround(t, s, "annoyed@customer.example")
		arf := `From: fbl@provider.example
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

A complaint.
--b
Content-Type: message/feedback-report

Feedback-Type: %s
User-Agent: Provider/1
Version: 1
Original-Mail-From: <` + g.returnPath(t).String() + `>
--b--
`
		to := address.Mailbox{Local: "fbl", Domain: "mail.host.example"}
		g.receive(t, to, fmt.Sprintf(arf, "not-spam"))
		if got := g.suppressed(t); got != "" {
			t.Errorf("not-spam suppressed %q", got)
		}
		for range 2 {
			g.receive(t, to, fmt.Sprintf(arf, "abuse"))
		}
		if got := g.suppressed(t); got != "annoyed@customer.example broadcast, annoyed@customer.example transactional" {
			t.Errorf("suppressed %q", got)
		}
		if got := strings.Join(g.counted.seen, ", "); got != "complaint nothing, complaint changed, complaint nothing" {
			t.Errorf("counted %q", got)
		}
		days, err := message.NewArchive(s).Days(t.Context(), g.account.Scope, s.Now().AddDate(0, 0, -1))
		if err != nil || len(days) != 1 || days[0].Complained != 1 || days[0].Delivered != 1 {
			t.Errorf("days %+v, %v", days, err)
		}
		g.balances(t)
	})
}

// What a server reports of a message that was sent with NOTIFY comes to our return path;
// the sender is told, of what it asked for, once. What we send ourselves and that comes
// back to us is the end of it (F-49).
func TestReportsArePassedOnToSendersWhoAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		g := newGround(t, s, "both@customer.example", "failure@customer.example", "never@customer.example", "none@customer.example")
		for recipient, notify := range map[string]string{"both@customer.example": "SUCCESS,FAILURE", "failure@customer.example": "FAILURE", "never@customer.example": "NEVER"} {
			err := s.SystemWrite(t.Context(), "ask for notifications in a test", func(_ context.Context, tx *gorm.DB) error {
				return tx.Exec("UPDATE deliveries SET notify = ? WHERE recipient = ?", notify, recipient).Error
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		to := g.returnPath(t)
		for _, recipient := range []string{"both", "failure", "never", "none"} {
			for range 2 {
				g.receive(t, to, dsn("delayed", recipient+"@customer.example", "4.4.1", "451 4.4.1 later"))
				g.receive(t, to, dsn("delivered", recipient+"@customer.example", "2.0.0", "250 2.0.0 ok"))
			}
		}
		if got := g.duties(t); got != "delivered both@customer.example" {
			t.Errorf("of successes %q", got)
		}
		for _, recipient := range []string{"both", "failure", "never", "none"} {
			for range 2 {
				g.receive(t, to, dsn("failed", recipient+"@customer.example", "5.1.1", "550 5.1.1 user unknown"))
			}
		}
		if got := g.duties(t); got != "delivered both@customer.example, failed both@customer.example, failed failure@customer.example" {
			t.Errorf("of all %q", got)
		}
		g.balances(t)
	})
}

func (g *ground) duties(t *testing.T) string {
	t.Helper()
	var all []string
	err := g.store.SystemRead(t.Context(), "read duties in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT n.action || ' ' || d.recipient FROM notifications n JOIN deliveries d ON d.account_id = n.account_id AND d.delivery_id = n.delivery_id ORDER BY 1").Scan(&all).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}
