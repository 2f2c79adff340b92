package notification_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/mail/feedback"
	"smtpserver/app/message"
	"smtpserver/app/notification"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// each runs a test on both engines, with a clock that stands.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(start)
			fn(t, newWorld(t, c, open(t, c)))
		})
	}
}

// world is an engine whose servers answer by the recipient's name.
type world struct {
	clock   *clock.Fake
	store   *store.Store
	account seed.Account
	ours    seed.Account // the operator
	engine  *delivery.Engine
	sender  *notification.Sender
}

func newWorld(t *testing.T, c *clock.Fake, s *store.Store) *world {
	t.Helper()
	w := &world{clock: c, store: s, account: seed.NewAccount(t, s, "Alpha"), ours: seed.NewAccount(t, s, "Operator")}
	engine, err := delivery.New(delivery.Options{
		Store: s, Transport: servers{}, Signer: signer{}, Metrics: silent{}, Log: slog.New(slog.DiscardHandler), DataDir: t.TempDir(), Wake: func(string, bool) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.engine = engine
	mailer := submission.NewSystemSender(s, queue{}, domain.Operator{AccountID: w.ours.ID, DomainID: w.ours.DomainID}, "mail.host.example", "Brand")
	w.sender = notification.New(s, mailer, "mail.host.example", slog.New(slog.DiscardHandler))
	return w
}

type queue struct{}

func (queue) Destination(_ context.Context, domain string) string { return domain }
func (queue) Wake(string, bool)                                   {}

type silent struct{}

func (silent) Outcome(_, _, _, _, _ string) {}
func (silent) Ambiguous(int)                {}
func (silent) LostLease(int)                {}
func (silent) AttemptTook(time.Duration)    {}

type signer struct{}

func (signer) Sign(context.Context, id.ID, id.ID, []byte) ([]byte, string, error) {
	return nil, "s1", nil
}
func (signer) ReturnPath(_ context.Context, m *message.Message) (string, error) {
	return m.MailFrom, nil
}

// servers take, refuse or defer by the recipient's name.
type servers struct{}

func (servers) Courier(string, delivery.Profile, func() int) delivery.Courier { return servers{} }
func (servers) Narrow(string, int) int                                        { return 0 }
func (servers) Close()                                                        {}
func (servers) Profile(string) delivery.Profile {
	return delivery.Profile{Connections: 1, Start: 1, PerConnection: 100}
}
func (servers) Destination(_ context.Context, domain string) (string, error) { return domain, nil }

func (servers) Deliver(_ context.Context, p *delivery.Parcel) delivery.Report {
	if err := p.BeforeDot(); err != nil {
		return delivery.Report{Untried: true}
	}
	r := delivery.Report{Attempt: message.Attempt{Host: "mx.there.example", StartedAt: start}}
	for _, d := range p.Recipients {
		o := delivery.Outcome{State: message.Delivered, Reason: "Accepted.", Reply: "250 2.0.0 ok"}
		switch name, _, _ := strings.Cut(d.Recipient, "@"); {
		case strings.HasPrefix(name, "gone"):
			o = delivery.Outcome{State: message.Bounced, Class: message.ClassRecipient, Reason: "There is no such mailbox.", NextStep: "Ask for the right one.", Reply: "550 5.1.1 no such user"}
		case strings.HasPrefix(name, "later"):
			o = delivery.Outcome{State: message.Deferred, Class: message.ClassPolicy, Reason: "Come again later.", Reply: "451 4.7.1 later"}
		case strings.HasPrefix(name, "reports"):
			o.Reports = true
		}
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

// send stores a message from the address to recipients, each "name@host NOTIFY".
func (w *world) send(t *testing.T, change func(*message.New), recipients ...string) *message.New {
	t.Helper()
	var addresses, notify []string
	for _, r := range recipients {
		address, wish, _ := strings.Cut(r, " ")
		addresses, notify = append(addresses, address), append(notify, wish)
	}
	n := seed.NewMessage(w.store, w.account, message.Transactional, addresses...)
	for i := range n.Deliveries {
		n.Deliveries[i].Notify = notify[i]
	}
	if change != nil {
		change(n)
	}
	if err := message.Insert(t.Context(), w.store, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) run(t *testing.T, destination string) {
	t.Helper()
	if _, err := w.engine.Run(t.Context(), destination); err != nil {
		t.Fatal(err)
	}
}

// reports sends what is due and returns all notifications there are, each as
// "recipient action status".
func (w *world) reports(t *testing.T) (all []string, contents []string) {
	t.Helper()
	if _, err := w.sender.SendDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	var bodies []message.Body
	err := w.store.SystemRead(t.Context(), "read notifications in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ?", w.ours.ID).Order("message_id").Find(&bodies).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range bodies {
		report := feedback.Parse(b.Content)
		if report.Kind != feedback.Status {
			t.Errorf("a notification is read as %s", report.Kind)
		}
		for _, r := range report.Recipients {
			all = append(all, r.Final+" "+string(r.Action)+" "+r.Status.String())
		}
		contents = append(contents, string(b.Content))
	}
	return all, contents
}

// Who asked is told what they asked for, once; nobody else is.
func TestSendersWhoAskedAreTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.send(t, nil,
			"gone1@there.example FAILURE", "gone2@there.example SUCCESS,FAILURE,DELAY", "gone3@there.example NEVER", "gone4@there.example", "gone5@there.example SUCCESS",
			"ok1@there.example SUCCESS", "ok2@there.example FAILURE", "ok3@there.example NEVER", "ok4@there.example", "reports@there.example SUCCESS,FAILURE")
		w.send(t, func(n *message.New) { n.Message.MailFrom = "" }, "gone6@there.example FAILURE", "ok5@there.example SUCCESS")
		w.run(t, "there.example")
		want := "gone1@there.example failed 5.1.1, gone2@there.example failed 5.1.1, ok1@there.example relayed 2.0.0"
		for range 2 {
			got, contents := w.reports(t)
			if strings.Join(got, ", ") != want || len(contents) != 1 {
				t.Errorf("told %q in %d mails", got, len(contents))
			}
		}
		// They go out from the null path, and what becomes of them is told to nobody.
		w.run(t, "alpha.example")
		if got, _ := w.reports(t); len(got) != 3 {
			t.Errorf("a notification was answered: %q", got)
		}
		var m message.Message
		err := w.store.SystemRead(t.Context(), "read a notification in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Take(&m, "account_id = ?", w.ours.ID).Error
		})
		if err != nil || m.MailFrom != "" || m.Stream != message.Broadcast {
			t.Errorf("sent as %+v, %v", m, err)
		}
		ledger, err := message.Verify(t.Context(), w.store)
		if err != nil || !ledger.OK() {
			t.Errorf("ledger %+v, %v", ledger, err)
		}
	})
}

// A suppressed recipient is a failure that is known at acceptance.
func TestASuppressedRecipientIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rows := []message.Suppression{{Stream: message.Transactional, Address: "out@there.example", Reason: "They asked."}}
		if _, err := message.NewArchive(w.store).Suppress(t.Context(), w.account.Scope, rows); err != nil {
			t.Fatal(err)
		}
		w.send(t, nil, "out@there.example FAILURE")
		if got, _ := w.reports(t); len(got) != 1 || got[0] != "out@there.example failed 5.7.1" {
			t.Errorf("told %q", got)
		}
	})
}

// ENVID and ORCPT come back as they were given, and RET decides how much of the message.
func TestWhatSendersGaveComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, ret := range []string{"FULL", "HDRS", ""} {
			w.send(t, func(n *message.New) {
				n.Message.DSNRet, n.Message.DSNEnvID = ret, "QQ+20314"
				n.Deliveries[0].ORCPT = "rfc822;Gone+2Bnews@old.example"
			}, "gone@there.example FAILURE")
		}
		w.run(t, "there.example")
		_, contents := w.reports(t)
		if len(contents) != 3 {
			t.Fatalf("%d notifications", len(contents))
		}
		whole := 0
		for _, c := range contents {
			for _, want := range []string{
				"Original-Envelope-Id: QQ 314\r\n", "Original-Recipient: rfc822; Gone+news@old.example\r\n", "Remote-MTA: dns; mx.there.example\r\n",
				"Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n", "Ask for the right one.", "There is no such mailbox.", "To: <shop@alpha.example>\r\n",
			} {
				if !strings.Contains(c, want) {
					t.Errorf("%q is missing in\n%s", want, c)
				}
			}
			if strings.Contains(c, "\r\n\r\nHello\r\n") {
				whole++
			}
		}
		if whole != 1 {
			t.Errorf("%d of 3 return the whole message; only RET=FULL asks for it", whole)
		}
	})
}

// A delay is told once, after hours, and only while it lasts.
func TestDelaysAreToldOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.send(t, nil, "later1@there.example DELAY", "later2@there.example FAILURE", "later3@there.example DELAY,FAILURE")
		w.run(t, "there.example")
		if got, _ := w.reports(t); len(got) != 0 {
			t.Errorf("told at once: %q", got)
		}
		if _, err := message.NewArchive(w.store).Operate(t.Context(), w.account.Scope, message.Cancel, message.Filter{Recipient: "later3@"}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.clock.Advance(4*time.Hour + time.Minute)
			w.run(t, "there.example")
			if got, _ := w.reports(t); len(got) != 1 || got[0] != "later1@there.example delayed 4.7.1" {
				t.Errorf("told %q", got)
			}
		}
		w.clock.Advance(5 * 24 * time.Hour)
		w.run(t, "there.example")
		got, _ := w.reports(t)
		if len(got) != 2 || got[1] != "later2@there.example failed 4.4.7" {
			t.Errorf("at the end told %q", got)
		}
	})
}

// Many processes that look at once tell each sender once.
func TestManyProcessesTellOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 20 {
			w.send(t, nil, "gone1@there.example FAILURE", "gone2@there.example FAILURE")
		}
		w.run(t, "there.example")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := w.sender.SendDue(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got, contents := w.reports(t); len(got) != 40 || len(contents) != 20 {
			t.Errorf("%d recipients in %d mails", len(got), len(contents))
		}
	})
}

// A sender who does not want the operator's mailings is still told what became of their
// mail; an address that bounced is not mailed.
func TestReportsMindBouncesNotOptOuts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, tc := range []struct {
			optedOut bool
			want     message.State
		}{{true, message.Delivered}, {false, message.Suppressed}} {
			row := message.Suppression{AccountID: w.ours.ID, Stream: message.Broadcast, Address: "shop@alpha.example", Reason: "x", OptedOut: tc.optedOut, CreatedAt: w.store.Now()}
			err := w.store.SystemWrite(t.Context(), "suppress in a test", func(_ context.Context, tx *gorm.DB) error {
				if err := tx.Exec("DELETE FROM suppressions").Error; err != nil {
					return err
				}
				return tx.Create(&row).Error
			})
			if err != nil {
				t.Fatal(err)
			}
			w.send(t, nil, "gone1@there.example FAILURE")
			w.run(t, "there.example")
			if _, err := w.sender.SendDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.run(t, "alpha.example")
			var last message.Delivery
			err = w.store.SystemRead(t.Context(), "read a report in a test", func(_ context.Context, tx *gorm.DB) error {
				return tx.Order("delivery_id DESC").Take(&last, "account_id = ?", w.ours.ID).Error
			})
			if err != nil || last.State != tc.want {
				t.Errorf("opted out %v: the report is %s, want %s: %v", tc.optedOut, last.State, tc.want, err)
			}
		}
	})
}
