package e2e

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/template"
)

// A campaign that rspamd itself refuses (here the test spam that every filter knows) is held
// by the running program before anybody gets it, with the filter's words; a clean one leaves.
func TestRspamdHoldsWhatItRefuses(t *testing.T) {
	rspamd := optional(t, "rspamd", "rspamd")
	o := newOutside(t)
	filter := (&correspondent{outside: o, T: t}).startRspamd(rspamd)
	c := newShopIn(t, o, "SMTPSERVER_RSPAMD_URL=http://"+filter.addr)
	audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: c.people("Letter", 1)}}}.JSON()
	c.try(err)
	start := func(source content.Source) broadcast.Campaign {
		made, err := c.v.Campaigns.Create(t.Context(), c.scope, broadcast.Brief{
			Kind: broadcast.ToContacts, Name: source.Subject, Audience: audience, DomainID: c.from.ID, FromName: "Hofladen Brandt", FromLocal: "news", Content: []broadcast.Variant{{Source: source}},
		})
		c.try(err)
		c.try(c.v.Campaigns.Start(t.Context(), c.scope, made.ID))
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			made, err = c.v.Campaigns.Get(t.Context(), c.scope, made.ID)
			if c.try(err); made.State == broadcast.Paused || made.Ended() {
				return made
			}
		}
		t.Fatalf("%s: %s %q", source.Subject, made.State, made.Reason)
		return made
	}
	spam := start(content.Source{Kind: content.HTML, Subject: "Test", Body: "<p>XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X</p><p><a href=\"{{ unsubscribe_url }}\">Leave</a></p>"})
	if spam.State != broadcast.Paused || !strings.Contains(spam.Reason, "spam filter") {
		t.Errorf("the test spam: %s %q", spam.State, spam.Reason)
	}
	if clean := start(template.Starters()[0].Source); clean.State != broadcast.Done {
		t.Errorf("a clean one: %s %q", clean.State, clean.Reason)
	}
	if got := c.mx.Messages(); len(got) != 1 {
		t.Errorf("%d messages left", len(got))
	}
}
