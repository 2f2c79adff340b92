package domain_test

import (
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Every class of verdict, on each kind of record.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.add(w.a, "shop.test")
		key, standby := record(d, domain.DKIMActive), record(d, domain.DKIMStandby)
		txt := func(name, value string) string {
			return domain.ZoneText(d.Domain, []domain.Record{{Type: "TXT", Name: name, Value: value}})
		}
		cases := []struct {
			name    string
			zone    string
			fails   string
			purpose domain.Purpose
			want    domain.Verdict
			says    string
		}{
			{"key", txt(key.Name, key.Value), "", domain.DKIMActive, domain.Good, "Found"},
			{"key with spaces", txt(key.Name, strings.ReplaceAll(key.Value, "; p=", " ;  p = ")), "", domain.DKIMActive, domain.Good, "Found"},
			{"key behind a CNAME", line("%s. IN CNAME k.other.test.", key.Name) + txt("k.other.test", key.Value), "", domain.DKIMActive, domain.Good, "Found"},
			{"no key", "", "", domain.DKIMActive, domain.Missing, key.Host},
			{"another key", txt(key.Name, standby.Value), "", domain.DKIMActive, domain.Wrong, "older value"},
			{"two keys", txt(key.Name, key.Value) + txt(key.Name, standby.Value), "", domain.DKIMActive, domain.Wrong, "several"},
			{"key cut off", txt(key.Name, key.Value[:255]), "", domain.DKIMActive, domain.Wrong, "cut off"},
			{"key marked as a test", txt(key.Name, key.Value+"; t=y"), "", domain.DKIMActive, domain.Wrong, "t=y"},
			{"revoked key", txt(key.Name, "v=DKIM1; p="), "", domain.DKIMActive, domain.Wrong, "withdrawn"},
			{"other text", txt(key.Name, "hello"), "", domain.DKIMActive, domain.Wrong, ""},
			{"key unanswered", "", key.Name, domain.DKIMActive, domain.Unreachable, "did not answer"},
			{"return path", line("bounces.shop.test. IN CNAME RP.Mail.Host.Example."), "", domain.ReturnPath, domain.Good, "Found"},
			{"no return path", "", "", domain.ReturnPath, domain.Missing, "bounces"},
			{"return path elsewhere", line("bounces.shop.test. IN CNAME other.example."), "", domain.ReturnPath, domain.Wrong, "somewhere else"},
			{"zone appended twice", line("bounces.shop.test.shop.test. IN CNAME rp.mail.host.example."), "", domain.ReturnPath, domain.Missing, `"bounces"`},
			{"return path proxied", line("bounces.shop.test. IN A 192.0.2.1"), "", domain.ReturnPath, domain.Wrong, "proxy"},
			{"return path unanswered", "", "bounces.shop.test", domain.ReturnPath, domain.Unreachable, "did not answer"},
			{"no SPF", "", "", domain.SPF, domain.Good, "Nothing to do"},
			{"SPF", txt("shop.test", "v=spf1 mx -all"), "", domain.SPF, domain.Good, "Nothing to change"},
			{"two SPF", txt("shop.test", "v=spf1 mx -all") + txt("shop.test", "v=spf1 a -all"), "", domain.SPF, domain.Wrong, "several"},
			{"SPF of 8 look-ups", txt("shop.test", "v=spf1 a mx include:i.test -all") + txt("i.test", "v=spf1 a a:b.test mx ptr exists:e.test -all"), "", domain.SPF, domain.Good, "8 of the 10"},
			{"SPF that includes itself", txt("shop.test", "v=spf1 include:shop.test -all"), "", domain.SPF, domain.Wrong, "give up after 10"},
			{"SPF unanswered", "", "shop.test", domain.SPF, domain.Unreachable, "did not answer"},
		}
		for _, c := range cases {
			w.zone(c.zone)
			if c.fails != "" {
				w.fail(c.fails)
			}
			got := record(w.check(w.a, d.ID), c.purpose)
			if got.Verdict != c.want || !strings.Contains(got.Explanation, c.says) || got.CheckedAt == nil {
				w.t.Errorf("%s: %s, %q, seen %q; want %s, %q", c.name, got.Verdict, got.Explanation, got.Seen, c.want, c.says)
			}
		}
	})
}

// What strangers publish reaches the database and the page as plain text.
func TestSeenIsPrintable(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.add(w.a, "shop.test")
		w.zone(line(`%s. IN TXT "a\000b\255\010<script>"`, record(d, domain.DKIMActive).Name))
		got := record(w.check(w.a, d.ID), domain.DKIMActive)
		if got.Verdict != domain.Wrong || strings.ContainsAny(got.Seen, "\x00\n") || !utf8.ValidString(got.Seen) || !strings.Contains(got.Seen, "<script>") {
			w.t.Errorf("%s, seen %q", got.Verdict, got.Seen)
		}
	})
}

func TestCheckProves(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.add(w.a, "shop.test")
		if d = w.check(w.a, d.ID); d.State != domain.Pending || !strings.Contains(d.Reason, "DKIM key record is missing") || !strings.Contains(d.Reason, "Return path record is missing") {
			w.t.Errorf("nothing published: %s, %q", d.State, d.Reason)
		}
		var required []domain.Record
		for _, r := range d.Records {
			if r.Required {
				required = append(required, r)
			}
		}
		w.zone(domain.ZoneText(d.Domain, required) + line("shop.test. IN NS ns1.awsdns-01.com."))
		d = w.check(w.a, d.ID)
		if d.State != domain.Verified || d.VerifiedAt == nil || d.DNSHost != "Amazon Route 53" {
			w.t.Errorf("required records published: %+v", d.Domain)
		}
		_, err := w.service.Check(w.t.Context(), w.a, d.ID)
		w.wantKind("a second look at once", err, fault.Limited)
	})
}

// The 24 hours to repair, by clock, and the way back.
func TestWarningLostAndBack(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.proven(w.a, "shop.test")
		steps := []struct {
			name      string
			wait      time.Duration
			published bool
			want      domain.State
			sends     bool
		}{
			{"the record goes", 67 * time.Minute, false, domain.Warning, true},
			{"still gone", 23*time.Hour + 40*time.Minute, false, domain.Warning, true},
			{"repaired in time", 12 * time.Minute, true, domain.Verified, true},
			{"goes again", 67 * time.Minute, false, domain.Warning, true},
			{"gone for a day", 24 * time.Hour, false, domain.Lost, false},
			{"back", 3 * time.Hour, true, domain.Verified, true},
		}
		for _, s := range steps {
			w.zone("")
			if s.published {
				w.publish(d)
			}
			w.clock.Advance(s.wait)
			if n, err := w.service.RecheckDue(w.t.Context(), 10); err != nil || n != 1 {
				w.t.Fatalf("%s: %d looks, %v", s.name, n, err)
			}
			got := w.show(w.a, d.ID)
			_, err := w.service.Sendable(w.t.Context(), w.a, "shop.test")
			if got.State != s.want || (err == nil) != s.sends {
				w.t.Errorf("%s: %s (%s), sendable %v; want %s", s.name, got.State, got.Reason, err, s.want)
			}
		}
	})
}

// A DNS outage changes nothing for 72 hours.
func TestOutageDoesNotUnprove(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := w.proven(w.a, "shop.test")
		for _, r := range d.Records {
			w.fail(r.Name)
		}
		for range 71 {
			w.clock.Advance(time.Hour)
			if _, err := w.service.RecheckDue(w.t.Context(), 10); err != nil {
				w.t.Fatal(err)
			}
		}
		got := w.show(w.a, d.ID)
		if got.State != domain.Verified || record(got, domain.DKIMActive).Verdict != domain.Unreachable {
			w.t.Errorf("after 71 h of outage: %s, %s", got.State, record(got, domain.DKIMActive).Verdict)
		}
		w.clock.Advance(2 * time.Hour)
		if got = w.check(w.a, d.ID); got.State != domain.Warning {
			w.t.Errorf("after 73 h of outage: %s", got.State)
		}
	})
}

// 20 goroutines of 2 accounts prove one domain at once: exactly one account wins.
func TestOneAccountPerDomain(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		scopes := []account.Scope{w.a, w.b}
		details := []domain.Detail{w.add(w.a, "shop.test"), w.add(w.b, "shop.test")}
		w.publish(details...)
		w.clock.Advance(time.Minute)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if i%4 >= 2 { // half of them as the periodic job does it
					if _, err := w.service.RecheckDue(w.t.Context(), 10); err != nil {
						w.t.Error(err)
					}
					return
				}
				_, err := w.service.Check(w.t.Context(), scopes[i%2], details[i%2].ID)
				if err != nil && !fault.Is(err, fault.Limited) {
					w.t.Error(err)
				}
			})
		}
		wg.Wait()
		states := map[domain.State]int{}
		var loser account.Scope
		var lost id.ID
		for i, scope := range scopes {
			d := w.check(scope, details[i].ID)
			states[d.State]++
			if d.State != domain.Verified {
				loser, lost = scope, d.ID
			}
		}
		if states[domain.Verified] != 1 || states[domain.Pending] != 1 {
			w.t.Fatalf("states %v", states)
		}
		if d := w.show(loser, lost); !strings.Contains(d.Reason, "another account has already proven") || record(d, domain.DKIMActive).Verdict != domain.Good {
			w.t.Errorf("the loser reads %q", d.Reason)
		}
	})
}

// A lost domain gives its claim to the account that proves it next, and only then.
func TestClaimPassesOn(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		old := w.proven(w.a, "shop.test")
		heir := w.add(w.b, "shop.test")
		w.publish(heir) // the domain has changed hands
		for _, wait := range []time.Duration{time.Hour, 25 * time.Hour} {
			if d := w.check(w.b, heir.ID); d.State != domain.Pending {
				w.t.Errorf("the heir is %s while the claim stands", d.State)
			}
			w.clock.Advance(wait)
			w.check(w.a, old.ID)
		}
		if d := w.check(w.b, heir.ID); d.State != domain.Verified {
			w.t.Errorf("the heir is %s: %s", d.State, d.Reason)
		}
		w.publish(old, heir)
		if d := w.check(w.a, old.ID); d.State != domain.Lost || !strings.Contains(d.Reason, "another account") {
			w.t.Errorf("the old holder is %s: %s", d.State, d.Reason)
		}
	})
}

// Several workers share the due domains: each is looked at once.
func TestWorkersShareTheLooks(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const domains = 4
		for i := range domains {
			w.add(w.a, string(rune('a'+i))+".shop.test")
		}
		w.clock.Advance(time.Minute)
		var wg sync.WaitGroup
		looks := make([]int, 5)
		for i := range looks {
			wg.Go(func() {
				n, err := w.service.RecheckDue(w.t.Context(), 100)
				if err != nil {
					w.t.Error(err)
				}
				looks[i] = n
			})
		}
		wg.Wait()
		sum := 0
		for _, n := range looks {
			sum += n
		}
		if sum != domains {
			w.t.Errorf("%d looks at %d domains: %v", sum, domains, looks)
		}
		if n, err := w.service.RecheckDue(w.t.Context(), 100); err != nil || n != 0 {
			w.t.Errorf("%d due again at once, %v", n, err)
		}
	})
}

func TestReservedNames(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.service = w.newService(domain.Options{TrustReserved: true})
		d := w.add(w.a, "shop.test")
		d = w.check(w.a, d.ID)
		if d.State != domain.Verified || !strings.Contains(record(d, domain.DKIMActive).Explanation, "nothing leaves this machine") {
			w.t.Errorf("a reserved name in capture mode: %s, %q", d.State, record(d, domain.DKIMActive).Explanation)
		}
		real := w.add(w.a, "example.com")
		if real = w.check(w.a, real.ID); real.State != domain.Pending {
			w.t.Errorf("a real name in capture mode: %s", real.State)
		}
		w.service = w.newService(domain.Options{}) // mail leaves the machine from now on
		if d = w.check(w.a, d.ID); d.State != domain.Warning {
			w.t.Errorf("a reserved name once mail leaves: %s", d.State)
		}
	})
}
