package boot

import (
	"context"

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
		found = append(found, examineAddress(ctx, r, a, c.DNSBLZones))
	}
	return found
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
