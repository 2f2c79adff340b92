package verdict_test

import (
	"bufio"
	"strings"
	"testing"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/verdict"
)

const (
	google    = "gmail-smtp-in.l.google.com"
	outlook   = "hotmail-com.olc.protection.outlook.com"
	office    = "example-com.mail.protection.outlook.com"
	yahoo     = "mta7.am0.yahoodns.net"
	apple     = "mx01.mail.icloud.com"
	gmx       = "mx00.gmx.net"
	telekom   = "mx00.t-online.de"
	orange    = "smtp-in.orange.fr"
	laposte   = "smtpz4.laposte.net"
	free      = "mx1.free.fr"
	mailru    = "mxs.mail.ru"
	yandex    = "mx.yandex.ru"
	comcast   = "mx1h1.comcast.net"
	cox       = "cxr.mx.a.cloudfilter.cox.net"
	spectrum  = "mx0.charter.net"
	att       = "ff-ip4-mx-vip1.prodigy.net"
	pp        = "mxa-001.gslb.pphosted.com"
	mimecast  = "eu-smtp-inbound-1.mimecast.com"
	barracuda = "d1.ess.barracudanetworks.com"
	cisco     = "mx1.hc1.iphmx.com"
	qq        = "mx3.qq.com"
	small     = "mx.small.example"
)

// suppressing are the keys that may end an address.
var suppressing = map[verdict.Key]bool{
	verdict.NoSuchMailbox: true, verdict.DisabledMailbox: true, verdict.MailboxMoved: true,
	verdict.DomainGone: true, verdict.NullMX: true,
}

func read(t *testing.T, wire string) *reply.Reply {
	t.Helper()
	r, err := reply.Read(bufio.NewReader(strings.NewReader(strings.ReplaceAll(wire, "\n", "\r\n") + "\r\n")))
	if err != nil {
		t.Fatalf("%q: %v", wire, err)
	}
	return r
}

// classes says what the keys of the table below must be.
func classes(key verdict.Key) verdict.Class {
	switch key {
	case verdict.NoSuchMailbox, verdict.DisabledMailbox, verdict.MailboxMoved, verdict.DomainGone, verdict.NullMX,
		verdict.MailboxFull, verdict.MailboxBusy, verdict.RecipientRefused, verdict.BadAddress, verdict.RelayDenied,
		verdict.MailLoop, verdict.RecipientBlocks, verdict.NeedsUTF8:
		return verdict.Recipient
	case verdict.SpamContent, verdict.BadLink, verdict.Virus, verdict.TooLarge, verdict.Unauthenticated,
		verdict.DomainReputation, verdict.SenderRejected, verdict.MembersOnly, verdict.BadMessage, verdict.Greylisted,
		verdict.PolicyRefused, verdict.Unknown:
		return verdict.Policy
	}
	return verdict.Ours
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, tt := range known {
		t.Run(tt.host+"/"+tt.wire[:min(len(tt.wire), 40)], func(t *testing.T) {
			t.Parallel()
			r := read(t, tt.wire)
			v := verdict.Of(r, tt.host)
			if v.Key != tt.key {
				t.Fatalf("key %s, want %s\n%s", v.Key, tt.key, r)
			}
			if want := classes(tt.key); v.Class != want {
				t.Errorf("class %s, want %s", v.Class, want)
			}
			flags := ""
			for _, f := range []struct {
				on   bool
				name string
			}{{v.Suppress, "S"}, {v.Throttle, "T"}, {v.Greylist, "G"}, {v.Reputation, "R"}} {
				if f.on {
					flags += f.name
				}
			}
			if flags != tt.flags {
				t.Errorf("flags %q, want %q", flags, tt.flags)
			}
			if v.Permanent != r.Permanent() || v.Suppress && !suppressing[v.Key] {
				t.Errorf("permanent %v, suppress %v", v.Permanent, v.Suppress)
			}
			for _, s := range []string{v.Reason, v.Next} {
				if s == "" || strings.Contains(s, "{") || !strings.HasSuffix(s, ".") {
					t.Errorf("no sentence: %q", s)
				}
			}
			// The same words in a report about the recipient mean the same.
			if again := verdict.OfStatus(r.Enhanced, "smtp; "+r.Error(), "dns; "+tt.host); again != v {
				t.Errorf("as a report %+v\nas a reply %+v", again, v)
			}
		})
	}
}
