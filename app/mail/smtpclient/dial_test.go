package smtpclient_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/testkit/fakemx"
)

// F-38: opportunistic TLS takes what it gets and notes what it was worth; a failed
// handshake is told apart, so that the caller may come again in the clear; the modes
// that must encrypt let no octet of mail out before they have.
func TestF38TLS(t *testing.T) {
	t.Parallel()
	good, pool := fakemx.Certificate(t, time.Hour, "mx.test")
	expired, expiredPool := fakemx.Certificate(t, -time.Minute, "mx.test")
	wrong, wrongPool := fakemx.Certificate(t, time.Hour, "other.test")
	inject := fakemx.At(fakemx.StartTLS, fakemx.Action{Raw: "220 go\r\n250 injected\r\n"})
	garbage := fakemx.At(fakemx.Handshake, fakemx.Action{Raw: "this is not TLS\r\n"})
	unwilling := fakemx.At(fakemx.StartTLS, fakemx.Action{Reply: "454 4.7.0 TLS not available"})
	const opportunistic, required, implicit = smtpclient.Opportunistic, smtpclient.Required, smtpclient.Implicit
	roots := map[*tls.Config]*tls.Config{good: {RootCAs: pool}, expired: {RootCAs: expiredPool}, wrong: {RootCAs: wrongPool}}
	for _, c := range []struct {
		name    string
		server  *tls.Config
		trusted bool
		script  fakemx.Script
		mode    smtpclient.TLSMode
		want    string // of TLS(); "!" means ErrTLS
	}{
		{"valid", good, true, nil, opportunistic, "TLS 1.3 TLS_AES_128_GCM_SHA256, certificate valid"},
		{"unknown issuer", good, false, nil, opportunistic, "not valid: its issuer is not known"},
		{"expired", expired, true, nil, opportunistic, "not valid: it is not within its dates"},
		{"wrong name", wrong, true, nil, opportunistic, "not valid: it is for another name"},
		{"TLS 1.1 only", fakemx.OldTLS(good), true, nil, opportunistic, "!"},
		{"not TLS", good, true, garbage, opportunistic, "!"},
		{"454", good, true, unwilling, opportunistic, "!"},
		{"injection behind 220", good, true, inject, opportunistic, "!"},
		{"none offered", nil, true, nil, opportunistic, "none"},
		{"clear by choice", good, true, nil, smtpclient.Clear, "none"},
		{"required, valid", good, true, nil, required, "certificate valid"},
		{"required, unknown issuer", good, false, nil, required, "!"},
		{"required, expired", expired, true, nil, required, "!"},
		{"required, wrong name", wrong, true, nil, required, "!"},
		{"required, stripped", nil, true, nil, required, "!"},
		{"implicit, valid", good, true, nil, implicit, "certificate valid"},
		{"implicit, unknown issuer", good, false, nil, implicit, "!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, fakemx.Options{TLS: c.server, Implicit: c.mode == implicit, Script: c.script})
			d := smtpclient.Dialer{TLS: &tls.Config{RootCAs: pool}}
			if known := roots[c.server]; known != nil {
				d.TLS = known
			}
			if !c.trusted {
				d.TLS = nil
			}
			conn, tr, err := dial(t, s, d, c.mode)
			if c.want == "!" {
				if !errors.Is(err, smtpclient.ErrTLS) {
					t.Errorf("error %v\n%v", err, tr.Lines)
				}
				if slices.ContainsFunc(s.Commands(), func(line string) bool { return strings.HasPrefix(line, "MAIL") }) {
					t.Error("mail in the clear")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if !strings.HasSuffix(conn.TLS(), c.want) && !strings.Contains(conn.TLS(), c.want) || conn.TLSInfo().Verified != strings.HasSuffix(c.want, "certificate valid") {
				t.Errorf("TLS() = %q", conn.TLS())
			}
			if res := conn.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || s.Messages()[0].TLS != (c.want != "none") {
				t.Errorf("%+v", res)
			}
		})
	}
}

// W-02: nothing connects to addresses that are not of the open internet.
func TestW02PrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, a := range []string{
		"127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "0.0.0.0", "0.1.2.3", "100.64.0.1", "100.127.255.255",
		"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", // where clouds give secrets to their machines
		"192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "fe80::1", "fe80::1%eth0", "2600::1%eth0", "fc00::1", "fdff::1", "fec0::1", "ff02::1", "100::1", "2001:db8::1", "3fff::1", "5f00::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "::7f00:1", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::1", "2001:20::1",
	} {
		if smtpclient.Public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as public", a)
		}
	}
	for _, a := range []string{"8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "168.63.129.17", "::ffff:8.8.8.8", "2600::1", "2a00:1450:4001::1b", "2001:4860:4860::8888"} {
		if !smtpclient.Public(netip.MustParseAddr(a)) {
			t.Errorf("%s counts as private", a)
		}
	}
	d := smtpclient.Dialer{Name: "out.test", Timeouts: quick}
	s := fakemx.New(t, fakemx.Options{})
	for _, a := range []string{"127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::"} {
		if _, _, err := d.Dial(t.Context(), "mx.test", netip.MustParseAddr(a), s.Port(), smtpclient.Opportunistic); !errors.Is(err, smtpclient.ErrPrivate) {
			t.Errorf("Dial %s: %v", a, err)
		}
	}
	if s.Connections() != 0 {
		t.Error("a connection was made")
	}
}

func TestSource(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{})
	c, _, err := dial(t, s, smtpclient.Dialer{Source: netip.MustParseAddr("127.0.0.9")}, smtpclient.Opportunistic)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !strings.HasPrefix(c.Local(), "127.0.0.9:") || c.Remote() != s.Addr() || c.Host() != "mx.test" {
		t.Errorf("%s → %s", c.Local(), c.Remote())
	}
	if _, _, err := dial(t, s, smtpclient.Dialer{Source: netip.MustParseAddr("::1")}, smtpclient.Opportunistic); !errors.Is(err, smtpclient.ErrSource) {
		t.Errorf("another family: %v", err)
	}
}

// A server that does not want us says why, and the caller can tell.
func TestGreetingAndHelloRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		script fakemx.Script
		code   int
	}{
		{fakemx.At(fakemx.Connect, fakemx.Action{Reply: "554 5.7.1 go away"}), 554},
		{fakemx.At(fakemx.Connect, fakemx.Action{Reply: "421 4.3.2 busy", Close: true}), 421},
		{fakemx.At(fakemx.Connect, fakemx.Action{Reply: "250 what"}), 250},
		{fakemx.At(fakemx.Ehlo, fakemx.Action{Reply: "550 5.7.1 bad name"}), 550},
		{fakemx.At(fakemx.Ehlo, fakemx.Action{Reply: "451 4.3.0 later"}), 451},
	} {
		s := fakemx.New(t, fakemx.Options{Script: c.script})
		var refused *smtpclient.RefusedError
		if _, _, err := dial(t, s, smtpclient.Dialer{}, smtpclient.Opportunistic); !errors.As(err, &refused) || refused.Reply.Code != c.code {
			t.Errorf("%v, want %d", err, c.code)
		}
	}
}

// RFC 5321 §3.2: who does not know EHLO is greeted with HELO, and no extension is used.
func TestHeloFallback(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: func(p fakemx.Phase, arg string) fakemx.Action {
		if p == fakemx.Ehlo && strings.HasPrefix(arg, "EHLO") {
			return fakemx.Action{Reply: "502 5.5.1 what"}
		}
		return fakemx.Action{}
	}})
	c := mustDial(t, s)
	if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || s.Messages()[0].From != "MAIL FROM:<a@x.test>" {
		t.Errorf("%+v, %q", res, s.Commands())
	}
}

// Passwords go by PLAIN or LOGIN, only to a server that proved its name, and never
// into the transcript, even when the server repeats them.
func TestAuth(t *testing.T) {
	t.Parallel()
	good, pool := fakemx.Certificate(t, time.Hour, "mx.test")
	secrets := []string{"hunter2", "aHVudGVyMg==", "AHVzZXIAaHVudGVyMg=="}
	for _, c := range []struct {
		name, offer, reply string
		mode               smtpclient.TLSMode
		roots              *tls.Config
		code               int   // of a refusal
		err                error // or another error
	}{
		{"PLAIN", "AUTH PLAIN LOGIN", "", smtpclient.Required, &tls.Config{RootCAs: pool}, 0, nil},
		{"LOGIN", "AUTH LOGIN", "", smtpclient.Required, &tls.Config{RootCAs: pool}, 0, nil},
		{"refused", "AUTH PLAIN", "535 5.7.8 no user with hunter2 AHVzZXIAaHVudGVyMg==", smtpclient.Required, &tls.Config{RootCAs: pool}, 535, nil},
		{"not offered", "AUTH GSSAPI", "", smtpclient.Required, &tls.Config{RootCAs: pool}, 0, smtpclient.ErrNoAuth},
		{"in the clear", "AUTH PLAIN", "", smtpclient.Clear, nil, 0, smtpclient.ErrUnverified},
		{"certificate not valid", "AUTH PLAIN", "", smtpclient.Opportunistic, nil, 0, smtpclient.ErrUnverified},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, fakemx.Options{TLS: good, Extra: []string{c.offer}, Script: fakemx.At(fakemx.Auth, fakemx.Action{Reply: c.reply})})
			conn, tr, err := dial(t, s, smtpclient.Dialer{TLS: c.roots}, c.mode)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			err = conn.Auth("user", "hunter2")
			var refused *smtpclient.RefusedError
			switch {
			case c.code != 0:
				if !errors.As(err, &refused) || refused.Reply.Code != c.code {
					t.Errorf("error %v", err)
				}
			case !errors.Is(err, c.err):
				t.Errorf("error %v", err)
			}
			sent := strings.Join(s.Commands(), "\n")
			if asked := strings.Contains(sent, "AUTH"); asked != (c.err == nil) {
				t.Errorf("commands %q", sent)
			}
			for _, line := range tr.Lines {
				for _, secret := range secrets {
					if strings.Contains(line.Text, secret) {
						t.Errorf("the transcript shows %q", line.Text)
					}
				}
			}
		})
	}
}

func TestDialEndsWithTheContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := fakemx.New(t, fakemx.Options{})
	d := smtpclient.Dialer{Name: "out.test", AllowPrivate: true}
	if _, _, err := d.Dial(ctx, "mx.test", loopback, s.Port(), smtpclient.Opportunistic); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
