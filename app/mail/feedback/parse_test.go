package feedback_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/mail/feedback"
	"smtpserver/app/mail/verdict"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
}

type to struct {
	address string
	action  feedback.Action
	key     verdict.Key // what the verdict on it is
}

// TestParse reads the fixtures, each with CRLF and with bare LF.
func TestParse(t *testing.T) {
	t.Parallel()
	const ours = "<m42@shop.example>"
	for _, tt := range []struct {
		file string
		kind feedback.Kind
		form string
		id   string // Message-ID of the returned message
		to   []to
	}{
		{"dsn-failed", feedback.Status, "rfc3464", ours, []to{{"bob@small.example", feedback.Failed, verdict.NoSuchMailbox}, {"eve@small.example", feedback.Delayed, verdict.MailboxFull}}},
		{"dsn-mixed-actions", feedback.Status, "rfc3464", "", []to{
			{"a@one.example", feedback.Relayed, verdict.Accepted}, {"b@one.example", feedback.Expanded, verdict.Accepted}, {"c@one.example", feedback.Delivered, verdict.Accepted},
			{"d", feedback.Failed, verdict.RecipientRefused}, {"e@one.example", feedback.Delayed, verdict.PolicyRefused},
		}},
		{"dsn-global", feedback.Status, "rfc3464", "<g1@shop.example>", []to{{"jörg@bücher.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"dsn-broken-base64", feedback.Status, "rfc3464", "", []to{{"bob@one.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"wrapped-dsn", feedback.Status, "rfc3464", ours, []to{{"bob@pf.example", feedback.Failed, verdict.MailboxFull}}},
		{"qmail", feedback.Status, "qmail", ours, []to{{"bob@old.example", feedback.Failed, verdict.NoSuchMailbox}, {"eve@far.example", feedback.Failed, verdict.MailboxFull}}},
		{"exim", feedback.Status, "exim", ours, []to{{"bob@exim.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"exim-warning", feedback.Status, "exim-warning", "", []to{{"bob@exim.example", feedback.Delayed, verdict.ServerTrouble}}},
		{"postfix-plain", feedback.Status, "postfix", "", []to{{"bob@pf.example", feedback.Failed, verdict.PolicyRefused}}},
		{"sendmail", feedback.Status, "sendmail", ours, []to{{"bob@sm.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"exchange-365", feedback.Status, "exchange-365", ours, []to{{"bob@corp.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"exchange-2003", feedback.Status, "exchange-2003", "", []to{{"bob@corp.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"domino", feedback.Status, "domino", "", []to{{"bob@notes.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"gmail", feedback.Status, "gmail", "", []to{{"bob@gmail.com", feedback.Failed, verdict.NoSuchMailbox}}},
		{"yahoo", feedback.Status, "yahoo", ours, []to{{"bob@yahoo.com", feedback.Failed, verdict.NoSuchMailbox}}},
		{"gmx", feedback.Status, "exim", ours, []to{{"bob@gmx.de", feedback.Failed, verdict.MailboxFull}}},
		{"mailru", feedback.Status, "mailru", "", []to{{"bob@mail.ru", feedback.Failed, verdict.NoSuchMailbox}}},
		{"barracuda", feedback.Status, "barracuda", "", []to{{"bob@cuda.example", feedback.Failed, verdict.SpamContent}}},
		{"groupwise", feedback.Status, "groupwise", "", []to{{"bob@gw.example", feedback.Failed, verdict.NoSuchMailbox}}},
		{"iis", feedback.Status, "iis", "", []to{{"bob@iis.example", feedback.Failed, verdict.Unknown}}},
		{"unknown-daemon", feedback.Status, "daemon", "", []to{{"bob@odd.example", feedback.Failed, verdict.NoSuchMailbox}}},

		{"arf-full", feedback.Complaint, "rfc5965", ours, nil},
		{"arf-yahoo", feedback.Complaint, "rfc5965", ours, nil},
		{"arf-not-spam", feedback.Complaint, "rfc5965", "", nil},
		{"jmrp", feedback.Complaint, "jmrp", ours, nil},

		{"receipt", feedback.Receipt, "rfc8098", "", nil},
		{"vacation", feedback.AutoReply, "auto-submitted", "", nil},
		{"vacation-subject", feedback.AutoReply, "subject", "", nil},
		{"precedence", feedback.AutoReply, "precedence", "", nil},
		{"ticket", feedback.AutoReply, "x-autoreply", "", nil},
		{"challenge", feedback.Challenge, "challenge", "", nil},
		{"person", feedback.Unknown, "", "", nil},
		{"person-quoting", feedback.Unknown, "", "", nil},
		{"list-mail", feedback.Unknown, "", "", nil},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			raw := load(t, tt.file)
			for _, content := range [][]byte{raw, bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))} {
				r := feedback.Parse(content)
				if r.Kind != tt.kind || r.Form != tt.form || r.Truncated {
					t.Fatalf("%s by %q, truncated %v; want %s by %q\n%s", r.Kind, r.Form, r.Truncated, tt.kind, tt.form, r.Text)
				}
				if got := r.Original.Get("message-id"); got != tt.id {
					t.Errorf("Message-ID %q, want %q", got, tt.id)
				}
				if len(r.Recipients) != len(tt.to) {
					t.Fatalf("recipients: %+v\n%s", r.Recipients, r.Text)
				}
				for i, want := range tt.to {
					got := r.Recipients[i]
					v := verdict.OfStatus(got.Status, got.Diagnostic, got.RemoteMTA)
					if got.Final != want.address || got.Action != want.action || v.Key != want.key {
						t.Errorf("got %+v, a %s; want %+v", got, v.Key, want)
					}
				}
			}
		})
	}
}

func TestStatusFields(t *testing.T) {
	t.Parallel()
	r := feedback.Parse(load(t, "dsn-failed"))
	if r.EnvelopeID != "msg-0042" || r.ReportingMTA != "mx.small.example" || r.ArrivalDate.Format("2006-01-02T15:04Z07:00") != "2026-03-02T09:00Z" ||
		r.From != "MAILER-DAEMON@mx.small.example" {
		t.Errorf("%+v", r)
	}
	bob, eve := r.Recipients[0], r.Recipients[1]
	if bob.Address() != "Bob@small.example" || bob.RemoteMTA != "store.small.example" || bob.Status.String() != "5.1.1" ||
		bob.Diagnostic != "smtp; 550 5.1.1 <bob@small.example>: Recipient address rejected: User unknown in virtual mailbox table" {
		t.Errorf("%+v", bob)
	}
	if eve.Address() != "eve@small.example" || eve.RetryUntil.Day() != 7 {
		t.Errorf("%+v", eve)
	}
	if r.Original.Get("x-our-id") != "0042" || len(r.Original["Subject"]) != 2 {
		t.Errorf("%v", r.Original)
	}
	if r := feedback.Parse(load(t, "dsn-global")); r.Recipients[0].Original != "jörg@bücher.example" || !strings.Contains(r.Text, "Niemand hier.") {
		t.Errorf("%+v", r)
	}
	if r := feedback.Parse(load(t, "exim")); r.Recipients[0].RemoteMTA != "mx.exim.example" {
		t.Errorf("%+v", r.Recipients)
	}
}

func TestFeedbackFields(t *testing.T) {
	t.Parallel()
	full := feedback.Parse(load(t, "arf-full"))
	f := full.Feedback
	if f.Type != feedback.Abuse || f.UserAgent != "SomeGenerator/1.0" || f.MailFrom != "r+token@bounce.ours.example" ||
		len(f.Recipients) != 1 || f.Recipients[0] != "bob@isp.example" || f.Redacted || f.SourceIP.String() != "192.0.2.1" ||
		f.Incidents != 3 || f.Domains[0] != "shop.example" || f.ReportedURIs[0] != "http://shop.example/earn" || f.ArrivalDate.IsZero() ||
		!f.ByPerson() || full.ReportingMTA != "mail.isp.example" {
		t.Errorf("%+v", f)
	}
	if f := feedback.Parse(load(t, "arf-yahoo")).Feedback; !f.Redacted || len(f.Recipients) != 0 || f.ArrivalDate.IsZero() || f.Incidents != 1 {
		t.Errorf("%+v", f)
	}
	if f := feedback.Parse(load(t, "arf-not-spam")).Feedback; f.Type != feedback.NotSpam || f.ByPerson() || f.SourceIP.String() != "2001:db8::1" {
		t.Errorf("%+v", f)
	}
	if f := feedback.Parse(load(t, "jmrp")).Feedback; f.SourceIP.String() != "192.0.2.1" || f.Redacted || f.Recipients[0] != "bob@hotmail.com" {
		t.Errorf("%+v", f)
	}
}

// TestTypes: RFC 5965 §3.1, what is not known is "other".
func TestTypes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]feedback.FeedbackType{
		"ABUSE": feedback.Abuse, "fraud (sure)": feedback.Fraud, "opt-out-list": feedback.OptOut, "miscategorized": feedback.Other, "": feedback.Other,
		"auth-failure": feedback.AuthFailure, "virus": feedback.Virus,
	} {
		raw := strings.Replace(string(load(t, "arf-not-spam")), "Feedback-Type: not-spam", "Feedback-Type: "+in, 1)
		if got := feedback.Parse([]byte(raw)).Feedback.Type; got != want {
			t.Errorf("%q: %s", in, got)
		}
	}
	for _, hidden := range []string{"redacted@x.example", "xxxx@x.example", "undisclosed", "abc@redacted.example", "[removed]@x.example", "a@b.invalid", "****@x.example"} {
		raw := strings.Replace(string(load(t, "arf-yahoo")), "redacted@yahoo.com", hidden, 1)
		if f := feedback.Parse([]byte(raw)).Feedback; !f.Redacted {
			t.Errorf("%q is nobody: %+v", hidden, f.Recipients)
		}
	}
}
