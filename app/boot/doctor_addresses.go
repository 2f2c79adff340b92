package boot

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"smtpserver/app/config"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/sending"
	"smtpserver/app/store"
)

// examineAddresses checks each sending address as the worker does.
func examineAddresses(ctx context.Context, c *config.Config) []Finding {
	if c.Delivery != config.MX {
		return nil
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, MaxConns: 2})
	if err != nil {
		return nil // examineDatabase says so
	}
	defer func() { _ = s.Close() }()
	if s.CheckSchema(ctx) != nil {
		return nil
	}
	all, err := sending.New(s).All(ctx)
	if err != nil {
		return []Finding{{Red, "sending address", err.Error(), "see that the database answers"}}
	}
	r, err := resolver.New(resolver.Options{Server: c.DNSServer, NoCache: true})
	if err != nil {
		return nil // examineDNS says so
	}
	var found []Finding
	for _, a := range all {
		found = append(found, examineAddress(ctx, r, a, c.DNSBLZones), examineSPF(ctx, r, "rp."+c.MailHostname, a.Source(), spfTerm(a.Source())))
	}
	return found
}

func spfTerm(a netip.Addr) string {
	if a.Is4() {
		return "ip4:" + a.String()
	}
	return "ip6:" + a.String()
}

// anyMailer are domains that all the world can reach.
var anyMailer = []string{"gmail.com", "outlook.com", "yahoo.com"}

// examineWayOut connects to a large provider as deliveries do: many networks close port 25
// to the outside until they are asked.
func examineWayOut(ctx context.Context, c *config.Config) []Finding {
	if c.Delivery != config.MX {
		return nil
	}
	r, err := resolver.New(resolver.Options{Server: c.DNSServer, NoCache: true})
	if err != nil {
		return nil // examineDNS says so
	}
	const name = "way out"
	for _, domain := range anyMailer {
		hosts, err := r.MX(ctx, domain)
		if err != nil || len(hosts) == 0 {
			continue
		}
		at := net.JoinHostPort(hosts[0].Host, strconv.Itoa(c.MXPort))
		addrs, err := r.Addr(ctx, hosts[0].Host)
		if err != nil {
			continue
		}
		for _, a := range addrs {
			if greets(ctx, netip.AddrPortFrom(a, uint16(c.MXPort))) {
				return []Finding{{Green, name, at + " greets us", ""}}
			}
		}
		return []Finding{{Red, name, at + " cannot be reached, so nothing is delivered", "ask your network provider to open port 25 to the outside, or deliver through one with SMTPSERVER_DELIVERY=smarthost"}}
	}
	return []Finding{{Yellow, name, "no large provider's servers are known to DNS", "see that SMTPSERVER_DNS_SERVER resolves names of the internet"}}
}

func greets(ctx context.Context, addr netip.AddrPort) bool {
	conn, err := (&net.Dialer{Timeout: lookTime}).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	greeting, err := greeted(conn)
	return err == nil && strings.HasPrefix(greeting, "220")
}

func examineAddress(ctx context.Context, r sending.Resolver, a sending.Address, zones []string) Finding {
	name := "sending address " + a.Address
	v, problem, err := sending.Judge(ctx, r, a)
	if err != nil {
		return Finding{Yellow, name, "DNS does not answer: " + err.Error(), "see that SMTPSERVER_DNS_SERVER answers"}
	}
	if v == sending.Wrong {
		return Finding{Red, name, "does not send: its reverse name is not right", problem}
	}
	switch by, err := sending.ListedBy(ctx, r, a, zones); {
	case err != nil:
		return Finding{Yellow, name, err.Error(), "see that the blocklist answers this resolver"}
	case by != "":
		return Finding{Red, name, "does not send: it is listed by " + by, "see why there, end the cause and ask to be removed"}
	case a.Paused:
		return Finding{Yellow, name, "does not send: paused by hand", "smtpserver address resume --address " + a.Address}
	}
	return Finding{Green, name, "names itself " + a.Name + ", in the pool " + a.Pool, ""}
}
