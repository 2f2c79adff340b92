package pages

import (
	"testing"
	"time"
)

// The first sentence claims no more than the counts hold.
func TestDashboardSentences(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name             string
		today            Counts
		unknown          int64
		waiting          time.Duration
		headline, detail string
	}{
		{"all arrived", Counts{Accepted: 10, Delivered: 10}, 0, 0, "Everything sent today arrived.", "10 of 10 delivered. Nothing is waiting."},
		{
			"unknown users only", Counts{Accepted: 4310, Delivered: 4298, Bounced: 12}, 12, 0,
			"Everything sent to existing mailboxes arrived.", "4,298 of 4,310 delivered. 12 bounced, all unknown users. Nothing is waiting.",
		},
		{
			"a few refused", Counts{Accepted: 100, Delivered: 97, Bounced: 3}, 1, 0,
			"Nearly everything sent today arrived.", "97 of 100 delivered. 3 bounced, 1 of them unknown users. Nothing is waiting.",
		},
		{"many refused", Counts{Accepted: 10, Delivered: 5, Bounced: 5}, 0, 0, "5 messages did not arrive today.", "5 of 10 delivered. 5 bounced. Nothing is waiting."},
		{
			"on its way", Counts{Accepted: 10, Delivered: 7}, 0, time.Minute,
			"Mail is on its way; nothing has failed.", "7 of 10 delivered. Nothing is waiting longer than two minutes.",
		},
		{
			"stuck", Counts{Accepted: 10, Delivered: 7}, 0, 3 * time.Hour,
			"Some mail waits longer than usual.", "7 of 10 delivered. 3 are waiting, the longest for 3 h.",
		},
		{
			"only suppressed", Counts{Accepted: 2, Suppressed: 2}, 0, 0,
			"Nothing sent today was delivered.", "0 of 2 delivered. 2 not attempted, because the address is suppressed. Nothing is waiting.",
		},
		{"nothing today", Counts{}, 0, 0, "Nothing was sent today.", "Nothing is waiting."},
	}
	for _, c := range cases {
		v := DashboardShow{Today: c.today, Period: c.today, UnknownUsers: c.unknown, OldestWaiting: c.waiting, Latest: []MessageRow{{}}}
		if got := v.headline(); got != c.headline {
			t.Errorf("%s: headline %q, want %q", c.name, got, c.headline)
		}
		if got := v.detail(); got != c.detail {
			t.Errorf("%s: detail %q, want %q", c.name, got, c.detail)
		}
	}
}

// Exactly one step is open, the first that is not done.
func TestNextStepsOpenTheFirst(t *testing.T) {
	t.Parallel()
	cases := []struct {
		next     NextSteps
		open     string
		leads    string
		progress string
	}{
		{NextSteps{}, "Prove a domain", "/a/x/domains", "0 of 3"},
		{NextSteps{DomainID: "d", DomainName: "a.test", DomainState: "pending"}, "Prove a.test", "/a/x/domains/d", "0 of 3"},
		{NextSteps{DomainID: "d", DomainState: "warning"}, "Create a credential", "/a/x/credentials/new", "1 of 3"},
		{NextSteps{DomainID: "d", DomainState: "verified", Credential: true, CredentialID: "c"}, "Send your first message", "/a/x/credentials/c#test", "2 of 3"},
		{NextSteps{DomainID: "d", DomainState: "verified", Credential: true, Sent: true}, "Your first message is on its way", "/a/x/messages", "2 of 3"},
	}
	for _, c := range cases {
		open := 0
		for _, s := range c.next.steps("x") {
			if !s.Open {
				continue
			}
			open++
			if s.Title != c.open || s.URL != c.leads {
				t.Errorf("%+v opens %q at %s, want %q at %s", c.next, s.Title, s.URL, c.open, c.leads)
			}
		}
		if got := c.next.progress(); open != 1 || got != c.progress {
			t.Errorf("%+v: %d open, %s", c.next, open, got)
		}
	}
}
