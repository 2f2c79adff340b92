package delivery

import (
	"context"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// RFC 3461 §5.2: a server that offers DSN is asked to report and given what the sender
// gave; for one that does not, we say ourselves that the message was passed on.
func TestServersThatOfferItAreAskedToReport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		in := newInternet(t, `
able.example. MX 10 mx.able.example.
mx.able.example. A 127.0.0.5
plain.example. MX 10 mx.plain.example.
mx.plain.example. A 127.0.0.6
`, map[string]fakemx.Options{"127.0.0.5": {}})
		in.servers["127.0.0.6"] = fakemx.New(t, fakemx.Options{Addr: withPort("127.0.0.6", in.Port), Without: []string{"DSN"}})
		a := seed.NewAccount(t, s, "Alpha")
		n := seed.NewMessage(s, a, message.Transactional, "anna@able.example", "bob@plain.example")
		n.Message.DSNRet, n.Message.DSNEnvID = "HDRS", "QQ314"
		for i := range n.Deliveries {
			n.Deliveries[i].Notify, n.Deliveries[i].ORCPT = "SUCCESS,FAILURE", "rfc822;first@old.example"
		}
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
		drain(t, s, in, "able.example")
		drain(t, s, in, "plain.example")

		able, plain := in.servers["127.0.0.5"].Messages(), in.servers["127.0.0.6"].Messages()
		if len(able) != 1 || len(plain) != 1 {
			t.Fatalf("%d and %d messages arrived", len(able), len(plain))
		}
		if !strings.Contains(able[0].From, "RET=HDRS ENVID=QQ314") || !strings.Contains(able[0].Recipients[0], "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;first@old.example") {
			t.Errorf("asked %q, %q", able[0].From, able[0].Recipients)
		}
		if strings.Contains(plain[0].From+plain[0].Recipients[0], "NOTIFY") || strings.Contains(plain[0].From, "ENVID") {
			t.Errorf("a server without DSN was given %q, %q", plain[0].From, plain[0].Recipients)
		}
		var duties []message.Notification
		err := s.SystemRead(t.Context(), "read duties in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Find(&duties).Error })
		if err != nil || len(duties) != 1 || duties[0].Action != message.ActionRelayed || duties[0].DeliveryID != n.Deliveries[1].ID {
			t.Errorf("duties %+v, %v", duties, err)
		}
	})
}

// Class, verdict and next step of an outcome are stored with its event.
func TestEventsSayWhoseTroubleAndWhatNext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		in := newInternet(t, "one.example. MX 10 mx.one.example.\nmx.one.example. A 127.0.0.5", map[string]fakemx.Options{"127.0.0.5": {
			Script: func(p fakemx.Phase, arg string) fakemx.Action {
				for name, reply := range map[string]string{
					"<gone@": "550 5.1.1 no such user", "<spam@": "550 5.7.1 message content rejected as spam", "<busy@": "451 4.7.650 the mail server has been temporarily rate limited",
				} {
					if p == fakemx.Rcpt && strings.Contains(arg, name) {
						return fakemx.Action{Reply: reply}
					}
				}
				return fakemx.Action{}
			},
		}})
		a := seed.NewAccount(t, s, "Alpha")
		n := seed.NewMessage(s, a, message.Transactional, "gone@one.example", "spam@one.example", "busy@one.example", "nobody@nowhere.example")
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
		drain(t, s, in, "one.example")
		drain(t, s, in, "nowhere.example")
		d, err := message.NewArchive(s).Show(t.Context(), a.Scope, n.Message.ID)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range d.Events {
			if e.DeliveryID == nil {
				continue
			}
			if e.NextStep == "" || e.Reason == "" {
				t.Errorf("%s of class %q: reason %q, next step %q", e.Kind, e.Class, e.Reason, e.NextStep)
			}
			got = append(got, string(e.Kind)+" "+string(e.Class)+" "+e.Verdict)
		}
		slices.Sort(got)
		want := "bounced policy spam_content, bounced recipient domain_gone, bounced recipient no_such_mailbox, deferred ours rate_limited"
		if strings.Join(got, ", ") != want {
			t.Errorf("events %q", got)
		}
	})
}
