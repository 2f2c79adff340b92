package delivery

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// asking is what domains ask of hosts.
type asking map[string]tlspolicy.Requirement

func (a asking) Host(_ context.Context, domain, host string) (tlspolicy.Requirement, error) {
	r := a[domain]
	r.Applied = tlspolicy.Applied{Domain: domain, Kind: tlspolicy.KindSTS}
	if r.Mode == tlspolicy.Verified && host == "unlisted.hoster.example" {
		return r, &tlspolicy.Error{Applied: r.Applied, Reason: tlspolicy.WrongName, Detail: "the policy does not list this server"}
	}
	return r, nil
}

// F-38: what a domain asks for is kept to, also over a connection that another domain
// of the same server opened; the rest goes as before.
func TestF38PoliciesHoldInTheEngine(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	certificate, _ := fakemx.Certificate(t, time.Hour, "mx.hoster.example") // of a CA that nobody knows
	in := newInternet(t, `
plain.example.  MX 10 mx.hoster.example.
strict.example. MX 10 mx.hoster.example.
moved.example.  MX 10 unlisted.hoster.example.
mx.hoster.example.       A 127.0.0.5
unlisted.hoster.example. A 127.0.0.5
`, map[string]fakemx.Options{"127.0.0.5": {TLS: certificate}})
	in.Clock = clock.System
	strict := tlspolicy.Requirement{Mode: tlspolicy.Verified, Names: []string{"mx.hoster.example"}}
	in.Policies = asking{"strict.example": strict, "moved.example": strict}
	kept := NewPolicyStore(s, testLog(t))
	in.Dialer.Report = kept.Report
	a := seed.NewAccount(t, s, "Alpha")
	for _, domain := range []string{"plain.example", "strict.example", "moved.example"} {
		seed.Messages(t, s, a, message.Transactional, domain, 3)
	}
	for _, domain := range []string{"plain.example", "strict.example", "moved.example"} {
		drain(t, s, in, domain)
	}
	for _, m := range in.servers["127.0.0.5"].Messages() {
		if len(m.Recipients) != 1 || m.Recipients[0] == "" || !m.TLS {
			t.Errorf("%v over TLS %v", m.Recipients, m.TLS)
		}
	}
	if n := len(in.servers["127.0.0.5"].Messages()); n != 3 {
		t.Errorf("%d messages arrived, want those of the domain without a policy", n)
	}
	if got := states(t, s); got[message.Delivered] != 3 || got[message.Deferred]+got[message.Queued] != 6 {
		t.Errorf("states %v", got)
	}
	if err := kept.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if results(t, s)["strict.example certificate-not-trusted"] == 0 {
		t.Errorf("results %v", results(t, s))
	}
}

func results(t *testing.T, s *store.Store) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := s.SystemRead(t.Context(), "read results in a test", func(_ context.Context, tx *gorm.DB) error {
		var rows []struct {
			Domain, Reason string
			Sessions       int64
		}
		if err := tx.Raw("SELECT domain, reason, sessions FROM tls_results").Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			all[r.Domain+" "+r.Reason] += r.Sessions
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Policies outlive a restart; results add up over flushes.
func TestPolicyStore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		p := NewPolicyStore(s, testLog(t))
		now := s.Now()
		if _, ok, err := p.Get(t.Context(), "x.example"); ok || err != nil {
			t.Error(ok, err)
		}
		for _, policyID := range []string{"1", "2"} {
			e := tlspolicy.Entry{Domain: "x.example", ID: policyID, Text: "version: STSv1", Fetched: now, Expires: now.Add(time.Hour)}
			if err := p.Put(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			got, ok, err := NewPolicyStore(s, testLog(t)).Get(t.Context(), "x.example")
			if err != nil || !ok || got.ID != policyID || got.Text != e.Text || !got.Expires.Equal(e.Expires) {
				t.Errorf("%+v, %v, %v", got, ok, err)
			}
		}
		for range 2 {
			for range 3 {
				p.Report(tlspolicy.Result{Applied: tlspolicy.Applied{Domain: "x.example", Kind: tlspolicy.KindSTS}, Host: "mx.x.example", To: netip.MustParseAddr("192.0.2.1")})
			}
			if err := p.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := results(t, s); got["x.example "] != 6 {
			t.Errorf("results %v", got)
		}
		if err := p.Trim(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
