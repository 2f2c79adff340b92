package boot

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/disk"
	"smtpserver/app/mail/resolver"
)

// examineDisk looks at the room that is left for mail (F-23).
func examineDisk(c *config.Config) Finding {
	free, err := disk.FreeIn(c.DataDir)()
	text := fmt.Sprintf("%d MiB are free in %s", free>>20, c.DataDir)
	switch {
	case err != nil:
		return Finding{Yellow, "disk", "nobody knows how much is free in " + c.DataDir, "start serve once, which makes the folder, or correct SMTPSERVER_DATA_DIR"}
	case free < c.MinFreeDisk:
		return Finding{Red, "disk", text + ", so mail is answered 452", "make room, or lower SMTPSERVER_MIN_FREE_DISK; it is over by itself"}
	case free < 4*c.MinFreeDisk:
		return Finding{Yellow, "disk", text, "make room, or keep contents for fewer days (SMTPSERVER_CONTENT_DAYS)"}
	}
	return Finding{Green, "disk", text, ""}
}

// examineProxies looks whether the addresses of clients can be known. https ends at a proxy,
// for the pages themselves have no certificate.
func examineProxies(c *config.Config) Finding {
	for _, names := range []struct {
		setting string
		values  []string
	}{{"SMTPSERVER_TRUSTED_PROXIES", c.TrustedProxy}, {"SMTPSERVER_SMTP_PROXIES", c.SMTPProxies}} {
		if _, err := parseNetworks(names.setting, names.values); err != nil {
			return Finding{Red, "proxies", err.Error(), "give addresses or networks, like 192.0.2.1 or 192.0.2.0/24"}
		}
	}
	if c.HTTPS() && len(c.TrustedProxy) == 0 {
		return Finding{Yellow, "proxies", "no proxy is named, so all visitors seem to have the address of the one that ends https, and share its limits", "name it in SMTPSERVER_TRUSTED_PROXIES"}
	}
	return Finding{Green, "proxies", fmt.Sprintf("%d before the pages and %d before SMTP are believed", len(c.TrustedProxy), len(c.SMTPProxies)), ""}
}

// lookTime bounds each connection that the doctor makes.
const lookTime = 3 * time.Second

// examinePorts looks whether the addresses are served, or could be.
func examinePorts(ctx context.Context, c *config.Config) (found []Finding) {
	door := func(setting string, speaks bool, addrs ...string) {
		for _, addr := range addrs {
			if addr != "" {
				found = append(found, examinePort(ctx, setting, addr, speaks))
			}
		}
	}
	door("SMTPSERVER_WEB_ADDR", false, c.WebAddr)
	door("SMTPSERVER_SMTP_ADDR", true, c.SMTPAddr...)
	door("SMTPSERVER_SMTPS_ADDR", false, c.SMTPSAddr...)
	door("SMTPSERVER_BOUNCE_ADDR", true, c.BounceAddr)
	door("SMTPSERVER_METRICS_ADDR", false, c.MetricsAddr)
	return found
}

func examinePort(ctx context.Context, setting, addr string, speaks bool) Finding {
	name := "port " + addr
	conn, err := (&net.Dialer{Timeout: lookTime}).DialContext(ctx, "tcp", reachable(addr))
	if err != nil {
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			return Finding{Red, name, "nothing answers there, and it cannot be opened: " + err.Error(), "choose another in " + setting + ", or allow this user to open it"}
		}
		return Finding{Green, name, "free to be opened", closeText(ln.Close())}
	}
	defer func() { _ = conn.Close() }()
	if !speaks {
		return Finding{Green, name, "answers", ""}
	}
	if greeting, err := greeted(conn); err != nil || !strings.HasPrefix(greeting, "220") {
		return Finding{Red, name, "something that is no SMTP server has it", "stop it, or choose another in " + setting}
	}
	return Finding{Green, name, "an SMTP server answers", ""}
}

func closeText(err error) string {
	if err != nil {
		return "it could not be closed again: " + err.Error()
	}
	return ""
}

// reachable is where a listener's address is dialled from the same machine.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip, parse := netip.ParseAddr(host); err == nil && (host == "" || parse == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

func greeted(conn net.Conn) (string, error) {
	if err := conn.SetReadDeadline(time.Now().Add(lookTime)); err != nil {
		return "", err
	}
	return bufio.NewReaderSize(conn, 1024).ReadString('\n')
}

// examineReturnPath asks, as a recipient's server would, whether bounces find their way
// to us. It is one machine's view: a firewall may let others in and not us.
func examineReturnPath(ctx context.Context, c *config.Config, r *resolver.Client, zone string) []Finding {
	hosts, err := r.MX(ctx, zone)
	if err != nil || len(hosts) == 0 {
		return []Finding{{Red, "return path", zone + " has no MX record, so bounces do not come back", "publish: " + zone + ". MX 10 " + c.MailHostname + "."}}
	}
	host := hosts[0].Host
	addrs, err := r.Addr(ctx, host)
	if err != nil || len(addrs) == 0 {
		return []Finding{{Red, "return path", host + ", the MX of " + zone + ", has no address", "publish an A record for " + host}}
	}
	at := net.JoinHostPort(addrs[0].String(), strconv.Itoa(c.MXPort))
	conn, err := (&net.Dialer{Timeout: lookTime}).DialContext(ctx, "tcp", at)
	if err != nil {
		return []Finding{{Yellow, "return path", "nothing answers at " + at + ", seen from here, so bounces may not come back", "lead port 25 of " + host + " to SMTPSERVER_BOUNCE_ADDR (" + c.BounceAddr + "); look from another network, too"}}
	}
	defer func() { _ = conn.Close() }()
	if greeting, err := greeted(conn); err != nil || !strings.HasPrefix(greeting, "220") || !strings.Contains(greeting, c.MailHostname) {
		return []Finding{{Yellow, "return path", "another server than this one answers at " + at, "lead port 25 of " + host + " to SMTPSERVER_BOUNCE_ADDR (" + c.BounceAddr + ")"}}
	}
	return []Finding{{Green, "return path", "bounces to " + zone + " come to " + at + ", where we answer", ""}}
}
