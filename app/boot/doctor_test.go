package boot

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/sending"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/services"
)

// speaker greets everybody with a line.
func speaker(t *testing.T, greeting string) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, greeting)
			_ = conn.Close()
		}
	}()
	return ln.Addr().String()
}

const soundZone = `
mail.host.example. A 127.0.0.1
1.0.0.127.in-addr.arpa. PTR mail.host.example.
rp.mail.host.example. MX 10 mail.host.example.
rp.mail.host.example. TXT "v=spf1 a:mail.host.example -all"
gmail.com. MX 5 mx.gmail.com.
mx.gmail.com. A 127.0.0.1
`

// Each fault that one machine can see is red or yellow, by its name, with a remedy.
func TestTheDoctorSeesFaults(t *testing.T) {
	ours, other := speaker(t, "220 mail.host.example ESMTP\r\n"), speaker(t, "HTTP/1.1 400 Bad Request\r\n")
	_, oursPort, _ := net.SplitHostPort(ours)
	_, otherPort, _ := net.SplitHostPort(other)
	for name, c := range map[string]struct {
		zone     string
		settings []string
		want     string // the findings that are not green
	}{
		"sound":             {soundZone, nil, "yellow tls, yellow dns"}, // a self-signed certificate, and a private address in this test
		"no zone":           {"", nil, "yellow tls, yellow way out, red dns"},
		"no PTR":            {strings.Replace(soundZone, "PTR mail.host", "PTR other.host", 1), nil, "yellow tls, red ptr, yellow dns"},
		"no return path":    {strings.Replace(soundZone, "MX 10", "A 127.0.0.1\nx. MX 10", 1), nil, "yellow tls, yellow dns, red return path"},
		"no SPF":            {strings.Replace(soundZone, "v=spf1", "spf", 1), nil, "yellow tls, yellow dns, red spf"},
		"SPF of others":     {strings.Replace(soundZone, "a:mail.host.example", "ip4:192.0.2.1", 1), nil, "yellow tls, yellow dns, red spf"},
		"a broken SPF":      {strings.Replace(soundZone, "a:mail.host.example", "include:rp.mail.host.example", 1), nil, "yellow tls, yellow dns, red spf"},
		"bounces elsewhere": {strings.Replace(soundZone, "MX 5 mx", "A 127.0.0.1\nyahoo.com. MX 5 mx2", 1), []string{"SMTPSERVER_MX_PORT=" + otherPort}, "yellow tls, yellow way out, yellow dns, yellow return path"},
		"no way out":        {strings.Replace(soundZone, "mx.gmail.com. A 127.0.0.1", "mx.gmail.com. A 127.0.0.99", 1), nil, "yellow tls, red way out, yellow dns"},
		"no DNSSEC":         {soundZone, []string{"SMTPSERVER_DNS_VALIDATES=true"}, "yellow tls, yellow dns, red dnssec"},
		"a taken port":      {soundZone, []string{"SMTPSERVER_BOUNCE_ADDR=" + other}, "yellow tls, red port " + other + ", yellow dns"},
		"a full disk":       {soundZone, []string{"SMTPSERVER_MIN_FREE_DISK=9000000000000000000"}, "yellow tls, red disk, yellow dns"},
		"no database":       {soundZone, []string{"DATABASE_URL=mysql://x"}, "red database, yellow tls, yellow dns"},
		"no proxy named":    {soundZone, []string{"SMTPSERVER_PUBLIC_URL=https://mail.host.example", "SMTPSERVER_SECRET_KEY=" + strings.Repeat("k", 40)}, "yellow tls, yellow proxies, yellow dns"},
		"a bad proxy":       {soundZone, []string{"SMTPSERVER_SMTP_PROXIES=proxy.example"}, "yellow tls, red proxies, yellow dns"},
		"capture":           {soundZone, []string{"SMTPSERVER_DELIVERY=capture"}, "yellow tls, yellow delivery"},
		"strangers send":    {soundZone, []string{"SMTPSERVER_NEW_ACCOUNT_LIMITS=false"}, "yellow tls, yellow sign-up, yellow dns"},
		"no strangers":      {soundZone, []string{"SMTPSERVER_NEW_ACCOUNT_LIMITS=false", "SMTPSERVER_SIGNUP=invite"}, "yellow tls, yellow dns"},
		"strangers play":    {soundZone, []string{"SMTPSERVER_NEW_ACCOUNT_LIMITS=false", "SMTPSERVER_DELIVERY=capture"}, "yellow tls, yellow delivery"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			environ := []string{
				"SMTPSERVER_DATA_DIR=" + dir, "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_MAIL_HOSTNAME=mail.host.example", "SMTPSERVER_DNS_SERVER=" + fakedns.New(t, c.zone).Addr(),
				"SMTPSERVER_MX_PORT=" + oursPort, "SMTPSERVER_SMTP_ADDR=" + ours, "SMTPSERVER_SMTPS_ADDR=127.0.0.1:0", "SMTPSERVER_WEB_ADDR=127.0.0.1:0",
				"SMTPSERVER_BOUNCE_ADDR=" + ours, "SMTPSERVER_METRICS_ADDR=127.0.0.1:0", "SMTPSERVER_MIN_FREE_DISK=1", "SMTPSERVER_NEW_ACCOUNT_LIMITS=true",
			}
			settings, err := config.Load(append(environ, c.settings...))
			if err != nil {
				t.Skip(err) // refused before any doctor is asked
			}
			if !strings.HasPrefix(c.want, "red database") {
				s, err := OpenStore(t.Context(), settings)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for _, f := range Examine(t.Context(), settings) {
				if f.Colour == Green {
					continue
				}
				got = append(got, string(f.Colour)+" "+f.Name)
				if f.Remedy == "" || f.Text == "" {
					t.Errorf("%s: %q without a remedy", f.Name, f.Text)
				}
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("got %q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

// The doctor looks at each sending address as receivers do.
func TestTheDoctorLooksAtSendingAddresses(t *testing.T) {
	ours := speaker(t, "220 mail.host.example ESMTP\r\n")
	_, port, _ := net.SplitHostPort(ours)
	zone := strings.Replace(soundZone, " -all", " ip4:127.0.0.21 ip4:127.0.0.23 -all", 1) + `
21.0.0.127.in-addr.arpa. PTR out1.host.example.
out1.host.example. A 127.0.0.21
22.0.0.127.in-addr.arpa. PTR out2.host.example.
out2.host.example. A 127.0.0.22
23.0.0.127.in-addr.arpa. PTR customer-23.isp.example.
24.0.0.127.in-addr.arpa. PTR out4.host.example.
out4.host.example. A 127.0.0.24
24.0.0.127.bl.example. A 127.0.0.2
`
	server := fakedns.New(t, zone)
	server.Secure("org")
	c, err := config.Load([]string{
		"SMTPSERVER_DATA_DIR=" + t.TempDir(), "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_MAIL_HOSTNAME=mail.host.example", "SMTPSERVER_DNS_SERVER=" + server.Addr(),
		"SMTPSERVER_MX_PORT=" + port, "SMTPSERVER_SMTP_ADDR=" + ours, "SMTPSERVER_SMTPS_ADDR=127.0.0.1:0", "SMTPSERVER_WEB_ADDR=127.0.0.1:0",
		"SMTPSERVER_BOUNCE_ADDR=" + ours, "SMTPSERVER_METRICS_ADDR=127.0.0.1:0", "SMTPSERVER_MIN_FREE_DISK=1", "SMTPSERVER_DNSBL_ZONES=bl.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenStore(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	pools := sending.New(s)
	for _, n := range []string{"1", "2", "3", "4"} {
		if err := pools.Add(t.Context(), "127.0.0.2"+n, "out"+n+".host.example", "", true); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(pools.Pause(t.Context(), "127.0.0.22", true), s.Close()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range Examine(t.Context(), c) {
		if strings.HasPrefix(f.Name, "sending address") || f.Name == "spf" || f.Name == "dnssec" {
			got[string(f.Colour)+" "+f.Text] = f.Remedy
			if (f.Remedy == "") != (f.Colour == Green) {
				t.Errorf("%s %s: remedy %q", f.Colour, f.Text, f.Remedy)
			}
		}
	}
	for _, want := range []string{
		"green names itself out1.host.example, in the pool default",
		"yellow does not send: paused by hand",
		"red does not send: its reverse name is not right",
		"red does not send: it is listed by bl.example",
		"green the SPF record of rp.mail.host.example allows 127.0.0.21",
		"red the SPF record of rp.mail.host.example does not allow 127.0.0.22, so your customers' mail from there fails SPF",
		"green the SPF record of rp.mail.host.example allows 127.0.0.23",
		"green the SPF record of rp.mail.host.example allows 127.0.0.1",
		"yellow the resolver validates, but nobody may rely on it: DANE is not applied",
	} {
		if _, found := got[want]; !found {
			t.Errorf("no %q in %q", want, slices.Sorted(maps.Keys(got)))
		}
	}
}

// Clocks that differ are told before they do harm.
func TestTheDoctorComparesClocks(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for told, want := range map[time.Duration]Colour{time.Second: Green, -time.Second: Green, 5 * time.Second: Yellow, -time.Minute: Red, 24 * time.Hour: Red} {
		f := examineClock("the database's clock", between(now, now.Add(200*time.Millisecond), now.Add(100*time.Millisecond+told)))
		if f.Colour != want || (f.Remedy == "") != (want == Green) || !strings.Contains(f.Text, told.Abs().String()) {
			t.Errorf("%s: %+v", told, f)
		}
	}
}

// A database or a Redis that may lose what was promised is red, by the setting's name; and
// their clocks are looked at.
func TestTheDoctorJudgesTheEngines(t *testing.T) {
	t.Parallel()
	lossy := services.OwnPostgres(t, services.PostgresOptions{Settings: map[string]string{"fsync": "off"}})
	database, err := lossy.CreateDatabase(t.Context(), "lossy")
	if err != nil {
		t.Fatal(err)
	}
	evicting := services.OwnRedis(t, services.RedisOptions{Settings: map[string]string{"maxmemory-policy": "allkeys-lru"}})
	forgetful := services.OwnRedis(t, services.RedisOptions{Settings: map[string]string{"appendonly": "no"}})
	for _, c := range []struct{ database, redis, want, names string }{
		{services.Postgres(t), services.Redis(t), "", ""},
		{database, services.Redis(t), "database", "fsync"},
		{services.Postgres(t), evicting.URL(), "redis", "maxmemory-policy"},
		{services.Postgres(t), forgetful.URL(), "redis", "appendonly"},
	} {
		settings, err := config.Load([]string{
			"SMTPSERVER_DATA_DIR=" + t.TempDir(), "DATABASE_URL=" + c.database, "REDIS_URL=" + c.redis, "SMTPSERVER_WEB_ADDR=127.0.0.1:0",
			"SMTPSERVER_SMTP_ADDR=127.0.0.1:0", "SMTPSERVER_SMTPS_ADDR=127.0.0.1:0", "SMTPSERVER_BOUNCE_ADDR=127.0.0.1:0", "SMTPSERVER_METRICS_ADDR=127.0.0.1:0",
		})
		if err != nil {
			t.Fatal(err)
		}
		red, clocks := "", 0
		for _, f := range Examine(t.Context(), settings) {
			if f.Colour == Red {
				red += f.Name
				if !strings.Contains(f.Text, c.names) || f.Remedy == "" {
					t.Errorf("%s: %q, %q", f.Name, f.Text, f.Remedy)
				}
			}
			if f.Name == "clock" && f.Colour == Green {
				clocks++
			}
		}
		if red != c.want || c.want == "" && clocks != 2 {
			t.Errorf("red is %q, want %q; %d clocks", red, c.want, clocks)
		}
	}
}
