package boot

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/store"
	"smtpserver/jobs"
)

// Colour says how serious a finding is.
type Colour string

// The colours.
const (
	Green  Colour = "green"
	Yellow Colour = "yellow"
	Red    Colour = "red"
)

// Finding is one line of the doctor.
type Finding struct {
	Colour Colour `json:"colour"`
	Name   string `json:"name"`
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
}

// Examine checks what can be checked from here.
func Examine(ctx context.Context, c *config.Config) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	all := []Finding{{Green, "settings", "understood", ""}}
	all = append(all, examineDatabase(ctx, c)...)
	all = append(all, examineRedis(ctx, c), examineTLS(c), examineDisk(c), examineDelivery(c))
	all = append(all, examineAddresses(ctx, c)...)
	all = append(all, examinePorts(ctx, c)...)
	return append(all, examineDNS(ctx, c)...)
}

func examineDatabase(ctx context.Context, c *config.Config) []Finding {
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, MaxConns: 2})
	if err != nil {
		return []Finding{{Red, "database", err.Error(), "check DATABASE_URL, that the server runs, and the settings it names"}}
	}
	defer func() { _ = s.Close() }()
	found := []Finding{{Green, "database", string(s.Engine()) + " answers, and a commit there survives a crash", ""}}
	if v, err := s.Schema(ctx); err != nil || v.Current != v.Known {
		found = append(found, Finding{Yellow, "schema", fmt.Sprintf("at version %d, this program brings %d", v.Current, v.Known), "run `smtpserver migrate up` (serve does it for the embedded database)"})
	} else {
		found = append(found, Finding{Green, "schema", fmt.Sprintf("at version %d", v.Current), ""})
	}
	if bypass, err := s.BypassesRowSecurity(ctx); err == nil && bypass {
		found = append(found, Finding{Yellow, "row-level security", "the database role bypasses it, so only one wall stands between accounts", "use a role without SUPERUSER and BYPASSRLS"})
	}
	return found
}

func examineRedis(ctx context.Context, c *config.Config) Finding {
	if c.Embedded() {
		return Finding{Green, "redis", "embedded: one process, rebuilt from the database at start", ""}
	}
	q, err := jobs.Connect(c.RedisURL, 2)
	if err != nil {
		return Finding{Red, "redis", err.Error(), "correct REDIS_URL"}
	}
	defer func() { _ = q.Close() }()
	known, err := q.CheckPolicy(ctx)
	switch {
	case err != nil:
		return Finding{Red, "redis", err.Error(), "start Redis, or set it so in its configuration"}
	case !known:
		return Finding{Yellow, "redis", "answers, but hides its settings", "make sure of maxmemory-policy noeviction and appendonly yes"}
	}
	return Finding{Green, "redis", "answers, drops nothing and keeps an append-only file", ""}
}

func examineTLS(c *config.Config) Finding {
	if c.TLSCert == "" {
		return Finding{Yellow, "tls", "SMTP uses a self-signed certificate, which mail programs warn about", "set SMTPSERVER_TLS_CERT and SMTPSERVER_TLS_KEY for " + c.MailHostname}
	}
	t, err := serverTLS(c)
	if err != nil {
		return Finding{Red, "tls", err.Error(), "give a PEM chain and its key, readable by this user"}
	}
	leaf, err := x509.ParseCertificate(t.Certificates[0].Certificate[0])
	switch {
	case err != nil:
		return Finding{Red, "tls", err.Error(), "give a PEM chain"}
	case time.Now().After(leaf.NotAfter):
		return Finding{Red, "tls", "the certificate expired on " + leaf.NotAfter.Format(time.DateOnly), "renew it"}
	case time.Until(leaf.NotAfter) < renewBefore:
		return Finding{Yellow, "tls", "the certificate expires on " + leaf.NotAfter.Format(time.DateOnly), "renew it"}
	case leaf.VerifyHostname(c.MailHostname) != nil:
		return Finding{Red, "tls", "the certificate is not for " + c.MailHostname, "get one for that name, or set SMTPSERVER_MAIL_HOSTNAME"}
	}
	return Finding{Green, "tls", "certificate for " + c.MailHostname + " until " + leaf.NotAfter.Format(time.DateOnly), ""}
}

// renewBefore is when a certificate should have been renewed.
const renewBefore = 14 * 24 * time.Hour

func examineDelivery(c *config.Config) Finding {
	if c.Delivery == config.Capture {
		return Finding{Yellow, "delivery", "capture: nothing leaves this machine; everything is shown at " + c.PublicURL + "/dev/inbox", "set SMTPSERVER_DELIVERY to mx or smarthost to really send"}
	}
	return Finding{Green, "delivery", c.Delivery, ""}
}

// examineDNS looks at what receivers look at: the EHLO name's address, its reverse
// and the return-path zone.
func examineDNS(ctx context.Context, c *config.Config) []Finding {
	if c.Delivery != config.MX {
		return nil
	}
	r, err := resolver.New(resolver.Options{Server: c.DNSServer, NoCache: true})
	if err != nil {
		return []Finding{{Red, "dns", err.Error(), "set SMTPSERVER_DNS_SERVER"}}
	}
	addrs, err := r.Addr(ctx, c.MailHostname)
	if err != nil {
		return []Finding{{Red, "dns", c.MailHostname + ": " + err.Error(), "publish an A record for " + c.MailHostname}}
	}
	found := []Finding{{Green, "dns", c.MailHostname + " has an address", ""}}
	for _, a := range addrs {
		names, err := r.PTR(ctx, a)
		if err != nil || !containsFold(names, c.MailHostname) {
			found = append(found, Finding{Red, "ptr", "the reverse name of " + a.String() + " is not " + c.MailHostname, "ask your network provider to set it; Gmail and Outlook refuse mail without it"})
		} else {
			found = append(found, Finding{Green, "ptr", a.String() + " names " + c.MailHostname, ""})
		}
		if !smtpclient.Public(a) {
			found = append(found, Finding{Yellow, "dns", a.String() + " is a private address", "publish the public one"})
		}
	}
	zone := "rp." + c.MailHostname
	found = append(found, examineReturnPath(ctx, c, r, zone)...)
	if texts, err := r.TXT(ctx, zone); err != nil || !strings.HasPrefix(strings.Join(texts, " "), "v=spf1") {
		found = append(found, Finding{Red, "spf", zone + " has no SPF record, so your customers' mail fails SPF", "publish: " + zone + `. TXT "v=spf1 a:` + c.MailHostname + ` -all"`})
	}
	return found
}

func containsFold(all []string, name string) bool {
	for _, s := range all {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
