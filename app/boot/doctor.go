package boot

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/sending"
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
	all = append(all, examineRedis(ctx, c)...)
	all = append(all, examineTLS(c), examineDisk(c), examineDelivery(c), examineSignUp(c), examineLinks(c), examineProxies(c))
	all = append(all, examineStripe(ctx, c)...)
	all = append(all, examineFilter(ctx, c)...)
	all = append(all, examineAddresses(ctx, c)...)
	all = append(all, examineWayOut(ctx, c)...)
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
	if before := time.Now(); s.Engine() == store.Postgres {
		if told, err := s.ServerTime(ctx); err == nil {
			found = append(found, examineClock("the database's clock", between(before, time.Now(), told)))
		}
	}
	if bypass, err := s.BypassesRowSecurity(ctx); err == nil && bypass {
		found = append(found, Finding{Yellow, "row-level security", "the database role bypasses it, so only one wall stands between accounts", "use a role without SUPERUSER and BYPASSRLS"})
	}
	return found
}

func examineRedis(ctx context.Context, c *config.Config) []Finding {
	if c.Embedded() {
		return []Finding{{Green, "redis", "embedded: one process, rebuilt from the database at start", ""}}
	}
	q, err := jobs.Connect(c.RedisURL, 2)
	if err != nil {
		return []Finding{{Red, "redis", err.Error(), "correct REDIS_URL"}}
	}
	defer func() { _ = q.Close() }()
	found := []Finding{examineQueue(ctx, q)}
	before := time.Now()
	if told, err := q.Time(ctx); err == nil {
		found = append(found, examineClock("the clock of Redis", between(before, time.Now(), told)))
	}
	return found
}

func examineQueue(ctx context.Context, q *jobs.Connection) Finding {
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

// examineSignUp looks whether a stranger could spend the reputation of all in an hour.
func examineSignUp(c *config.Config) Finding {
	const name = "sign-up"
	switch {
	case c.Signup != "open":
		return Finding{Green, name, c.Signup + ": no stranger makes an account", ""}
	case c.NewLimits:
		return Finding{Green, name, "open to all; new accounts send little at first", ""}
	case c.Delivery == config.Capture:
		return Finding{Green, name, "open to all; nothing leaves this machine", ""}
	}
	return Finding{
		Yellow, name, "open to all, and new accounts may send at once whatever their plan lets them: one spammer costs all your customers their reputation",
		"set SMTPSERVER_NEW_ACCOUNT_LIMITS=true, or SMTPSERVER_SIGNUP to invite or closed if you know everybody who sends",
	}
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
	for _, a := range addrs {
		found = append(found, examineSPF(ctx, r, zone, a, "a:"+c.MailHostname))
	}
	return append(found, examineValidation(ctx, c)...)
}

// examineSPF asks, as a receiver does, whether what leaves from an address passes SPF.
func examineSPF(ctx context.Context, r sending.SPFResolver, zone string, addr netip.Addr, term string) Finding {
	remedy := "publish: " + zone + `. TXT "v=spf1 ` + term + ` … -all", with all addresses that mail leaves from`
	switch allowed, err := sending.AllowedBySPF(ctx, r, zone, addr); {
	case errors.Is(err, sending.ErrSPF):
		return Finding{Red, "spf", zone + ": " + err.Error() + ", so your customers' mail fails SPF", remedy}
	case err != nil:
		return Finding{Yellow, "spf", zone + ": DNS does not answer: " + err.Error(), "see that SMTPSERVER_DNS_SERVER answers"}
	case !allowed:
		return Finding{Red, "spf", "the SPF record of " + zone + " does not allow " + addr.String() + ", so your customers' mail from there fails SPF", remedy}
	}
	return Finding{Green, "spf", "the SPF record of " + zone + " allows " + addr.String(), ""}
}

// signedName is proven by every resolver that validates.
const signedName = "org"

// examineValidation looks whether the resolver proves what it says, without which DANE is
// not applied (RFC 7672).
func examineValidation(ctx context.Context, c *config.Config) []Finding {
	r, err := resolver.New(resolver.Options{Server: c.DNSServer, Validates: true, NoCache: true})
	if err != nil {
		return nil // examineDNS says so
	}
	proof, err := r.ProveAlias(ctx, signedName)
	const name = "dnssec"
	switch {
	case err != nil:
		return []Finding{{Yellow, name, "the resolver does not answer for " + signedName + ": " + err.Error(), "see that SMTPSERVER_DNS_SERVER answers"}}
	case c.DNSValidates && !proof.Secure:
		return []Finding{{Red, name, "SMTPSERVER_DNS_VALIDATES says that the resolver validates, and it does not: DANE is not applied", "set SMTPSERVER_DNS_SERVER to a validating resolver on this machine, such as unbound"}}
	case c.DNSValidates:
		return []Finding{{Green, name, "the resolver validates: DANE is applied", ""}}
	case proof.Secure:
		return []Finding{{Yellow, name, "the resolver validates, but nobody may rely on it: DANE is not applied", "if nobody can change its answers on their way here, set SMTPSERVER_DNS_VALIDATES=true"}}
	}
	return []Finding{{Green, name, "the resolver does not validate: MTA-STS is applied, DANE is not", ""}}
}

func containsFold(all []string, name string) bool {
	for _, s := range all {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}
