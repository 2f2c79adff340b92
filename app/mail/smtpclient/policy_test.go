package smtpclient_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/testkit/fakemx"
)

var (
	encrypted = tlspolicy.Requirement{Mode: tlspolicy.Encrypted, Applied: tlspolicy.Applied{Domain: "y.test", Kind: tlspolicy.KindTLSA}}
	verified  = tlspolicy.Requirement{Mode: tlspolicy.Verified, Names: []string{"mx.test"}, Applied: tlspolicy.Applied{Domain: "y.test", Kind: tlspolicy.KindSTS}}
)

// daneOf asks for the key of a server's certificate.
func daneOf(t *testing.T, config *tls.Config) tlspolicy.Requirement {
	t.Helper()
	c, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	record := resolver.TLSA{Usage: 3, Selector: 1, Matching: 1, Data: sum[:]}
	return tlspolicy.Requirement{Mode: tlspolicy.DANE, SNI: "base.test", TLSA: []resolver.TLSA{record}}
}

func dialPolicy(t *testing.T, s *fakemx.Server, d smtpclient.Dialer, r tlspolicy.Requirement) (*smtpclient.Conn, *smtpclient.Transcript, error) {
	t.Helper()
	d.Name, d.AllowPrivate, d.Timeouts = "out.test", true, quick
	c, tr, err := d.DialPolicy(t.Context(), "mx.test", loopback, s.Port(), r)
	if err == nil {
		t.Cleanup(c.Close)
	}
	return c, tr, err
}

// F-38: a policy's refusal says so in its own type, in the transcript and in the
// report, and is never one that allows to come again in the clear. That the policy
// itself is not named, as by a caller of their own, changes nothing.
func TestF38Policy(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	good, other := a.Issue(t, fakemx.NoFlaw, "mx.test"), a.Issue(t, fakemx.OtherName, "mx.test")
	trial := verified
	trial.Mode, trial.Trial = tlspolicy.Opportunistic, true
	unnamed := tlspolicy.Requirement{Mode: tlspolicy.Encrypted}
	for name, c := range map[string]struct {
		server *tls.Config
		r      tlspolicy.Requirement
		want   string           // of TLS(), "" when refused
		reason tlspolicy.Reason // reported
	}{
		"nothing asked":         {other, tlspolicy.Requirement{}, "it is for another name", ""},
		"nothing asked, no TLS": {nil, tlspolicy.Requirement{}, "none", tlspolicy.NoSTARTTLS},
		"encrypted":             {other, encrypted, "it is for another name", ""},
		"encrypted, no TLS":     {nil, encrypted, "", tlspolicy.NoSTARTTLS},
		"unnamed, no TLS":       {nil, unnamed, "", tlspolicy.NoSTARTTLS},
		"verified":              {good, verified, "certificate valid", ""},
		"verified, other name":  {other, verified, "", tlspolicy.WrongName},
		"DANE":                  {other, daneOf(t, other), "certificate valid by DANE", ""},
		"DANE, other key":       {good, daneOf(t, other), "", tlspolicy.TLSAInvalid},
		"tested":                {good, trial, "certificate valid", ""},
		"tested, other name":    {other, trial, "it is for another name", tlspolicy.WrongName},
		"tested, no TLS":        {nil, trial, "none", tlspolicy.NoSTARTTLS},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, fakemx.Options{TLS: c.server})
			var got []tlspolicy.Result
			d := smtpclient.Dialer{TLS: &tls.Config{RootCAs: a.Pool}, Report: func(r tlspolicy.Result) { got = append(got, r) }}
			conn, tr, err := dialPolicy(t, s, d, c.r)
			if len(got) != 1 || got[0].Reason != c.reason || (got[0].Detail == "") != (c.reason == "") ||
				got[0].Host != "mx.test" || got[0].Domain != c.r.Applied.Domain || got[0].From != loopback || got[0].To != loopback {
				t.Errorf("reported %+v", got)
			}
			if c.want != "" {
				if err != nil || !strings.HasSuffix(conn.TLS(), c.want) {
					t.Errorf("%v, %v", conn, err)
				}
				return
			}
			var refused *tlspolicy.Error
			if !errors.As(err, &refused) || refused.Reason != c.reason || refused.Kind != c.r.Applied.Kind || errors.Is(err, smtpclient.ErrTLS) {
				t.Fatalf("error %v", err)
			}
			if !slices.ContainsFunc(tr.Lines, func(l smtpclient.Line) bool { return l.Text == refused.Error() }) {
				t.Errorf("transcript %v", tr.Lines)
			}
			if said := s.InClear(); slices.ContainsFunc(said, func(line string) bool { return strings.HasPrefix(line, "MAIL") }) {
				t.Errorf("said in the clear: %q", said)
			}
		})
	}
}

// RFC 7672 §8.1: the server is asked for the TLSA base domain, else for its own name.
func TestServerName(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	config := a.Issue(t, fakemx.NoFlaw, "mx.test")
	dane := daneOf(t, config)
	asked := make(chan string, 1)
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		asked <- hello.ServerName
		return nil, nil
	}
	s := fakemx.New(t, fakemx.Options{TLS: config})
	for want, r := range map[string]tlspolicy.Requirement{"mx.test": verified, "base.test": dane} {
		if _, _, err := dialPolicy(t, s, smtpclient.Dialer{TLS: &tls.Config{RootCAs: a.Pool}}, r); err != nil {
			t.Error(err)
		}
		if got := <-asked; got != want {
			t.Errorf("asked for %q, want %q", got, want)
		}
	}
}

// A session that began when nothing was asked is judged again when it is resumed.
func TestResumedSessionIsJudged(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	config := a.Issue(t, fakemx.OtherName, "mx.test")
	var resumed atomic.Bool
	config.VerifyConnection = func(state tls.ConnectionState) error { resumed.Store(state.DidResume); return nil }
	s := fakemx.New(t, fakemx.Options{TLS: config})
	d := smtpclient.Dialer{TLS: &tls.Config{RootCAs: a.Pool, ClientSessionCache: tls.NewLRUClientSessionCache(1)}}
	if _, _, err := dialPolicy(t, s, d, tlspolicy.Requirement{}); err != nil {
		t.Fatal(err)
	}
	var refused *tlspolicy.Error
	if _, _, err := dialPolicy(t, s, d, verified); !errors.As(err, &refused) || refused.Reason != tlspolicy.WrongName {
		t.Errorf("error %v", err)
	}
	if !resumed.Load() {
		t.Error("the session was not resumed")
	}
}

// An open connection serves another domain only when it proves what that asks.
func TestMeets(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	good, other := a.Issue(t, fakemx.NoFlaw, "mx.test"), a.Issue(t, fakemx.OtherName, "mx.test")
	atBase := daneOf(t, good)
	atHost := atBase
	atHost.SNI = ""
	for name, c := range map[string]struct {
		server *tls.Config
		r      tlspolicy.Requirement
		reason tlspolicy.Reason
	}{
		"nothing, in the clear":   {nil, tlspolicy.Requirement{}, ""},
		"encrypted, in the clear": {nil, encrypted, tlspolicy.NoSTARTTLS},
		"encrypted":               {other, encrypted, ""},
		"verified":                {good, verified, ""},
		"verified, other name":    {other, verified, tlspolicy.WrongName},
		"DANE":                    {good, atHost, ""},
		"DANE, other key":         {other, atHost, tlspolicy.TLSAInvalid},
		"DANE, asked otherwise":   {good, atBase, tlspolicy.Failed},
	} {
		s := fakemx.New(t, fakemx.Options{TLS: c.server})
		conn, _, err := dialPolicy(t, s, smtpclient.Dialer{TLS: &tls.Config{RootCAs: a.Pool}}, tlspolicy.Requirement{})
		if err != nil {
			t.Fatal(err)
		}
		err = conn.Meets(c.r)
		var refused *tlspolicy.Error
		if errors.As(err, &refused); (err == nil) != (c.reason == "") || err != nil && refused.Reason != c.reason {
			t.Errorf("%s: %v", name, err)
		}
		if res := conn.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil {
			t.Errorf("%s: the connection was harmed: %v", name, res.Err)
		}
	}
}

// Certificates are judged by the dialer's clock, if it has one.
func TestPolicyClock(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	s := fakemx.New(t, fakemx.Options{TLS: a.Issue(t, fakemx.NoFlaw, "mx.test")})
	d := smtpclient.Dialer{TLS: &tls.Config{RootCAs: a.Pool, Time: func() time.Time { return time.Now().Add(48 * time.Hour) }}}
	var refused *tlspolicy.Error
	if _, _, err := dialPolicy(t, s, d, verified); !errors.As(err, &refused) || refused.Reason != tlspolicy.Expired {
		t.Errorf("error %v", err)
	}
}

// What is not about TLS is no policy's error, and nobody hears of it as such: a refused
// greeting, an address that nothing connects to, and that we gave up ourselves.
func TestPolicyErrorsAreAboutTLS(t *testing.T) {
	t.Parallel()
	report := func(r tlspolicy.Result) { t.Errorf("reported %+v", r) }
	refusing := fakemx.New(t, fakemx.Options{Script: fakemx.At(fakemx.Connect, fakemx.Action{Reply: "554 5.7.1 go away"})})
	var policy *tlspolicy.Error
	var refused *smtpclient.RefusedError
	if _, _, err := dialPolicy(t, refusing, smtpclient.Dialer{Report: report}, verified); !errors.As(err, &refused) || errors.As(err, &policy) {
		t.Errorf("refused greeting: %v", err)
	}
	d := smtpclient.Dialer{Name: "out.test", Report: report}
	if _, _, err := d.DialPolicy(t.Context(), "mx.test", netip.MustParseAddr("10.0.0.1"), 25, verified); !errors.Is(err, smtpclient.ErrPrivate) {
		t.Errorf("private: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	config := fakemx.NewAuthority(t).Issue(t, fakemx.NoFlaw, "mx.test")
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
		cancel() // in the middle of the handshake
		return nil, ctx.Err()
	}
	stuck := fakemx.New(t, fakemx.Options{TLS: config})
	d.AllowPrivate = true
	if _, _, err := d.DialPolicy(ctx, "mx.test", loopback, stuck.Port(), verified); err == nil || errors.Is(err, smtpclient.ErrTLS) {
		t.Errorf("given up: %v", err)
	}
}
