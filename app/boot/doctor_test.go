package boot

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"smtpserver/app/config"
	"smtpserver/app/testkit/fakedns"
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
		"no zone":           {"", nil, "yellow tls, red dns"},
		"no PTR":            {strings.Replace(soundZone, "PTR mail.host", "PTR other.host", 1), nil, "yellow tls, red ptr, yellow dns"},
		"no return path":    {strings.Replace(soundZone, "MX 10", "A 127.0.0.1\nx. MX 10", 1), nil, "yellow tls, yellow dns, red return path"},
		"no SPF":            {strings.Replace(soundZone, "v=spf1", "spf", 1), nil, "yellow tls, yellow dns, red spf"},
		"bounces elsewhere": {soundZone, []string{"SMTPSERVER_MX_PORT=" + otherPort}, "yellow tls, yellow dns, yellow return path"},
		"a taken port":      {soundZone, []string{"SMTPSERVER_BOUNCE_ADDR=" + other}, "yellow tls, red port " + other + ", yellow dns"},
		"a full disk":       {soundZone, []string{"SMTPSERVER_MIN_FREE_DISK=9000000000000000000"}, "yellow tls, red disk, yellow dns"},
		"no database":       {soundZone, []string{"DATABASE_URL=mysql://x"}, "red database, yellow tls, yellow dns"},
		"capture":           {soundZone, []string{"SMTPSERVER_DELIVERY=capture"}, "yellow tls, yellow delivery"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			environ := []string{
				"SMTPSERVER_DATA_DIR=" + dir, "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_MAIL_HOSTNAME=mail.host.example", "SMTPSERVER_DNS_SERVER=" + fakedns.New(t, c.zone).Addr(),
				"SMTPSERVER_MX_PORT=" + oursPort, "SMTPSERVER_SMTP_ADDR=" + ours, "SMTPSERVER_SMTPS_ADDR=127.0.0.1:0", "SMTPSERVER_WEB_ADDR=127.0.0.1:0",
				"SMTPSERVER_BOUNCE_ADDR=" + ours, "SMTPSERVER_METRICS_ADDR=127.0.0.1:0", "SMTPSERVER_MIN_FREE_DISK=1",
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
