package boot

import (
	"context"
	"errors"
	"sync"
	"time"

	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/departure"
	"smtpserver/app/limit"
	"smtpserver/app/listimport"
	"smtpserver/app/mail/mx"
)

// wireContacts makes the services of an account's audience.
func (v *Services) wireContacts() {
	v.Contacts = contact.New(v.Store)
	v.Imports = listimport.New(v.Store, v.Contacts, func() { v.importer.Wake() })
	v.importer = listimport.NewRunner(v.Imports, listimport.RunnerOptions{Domains: v.mailDomains(), Log: v.Log})
}

// formLimits counts forms that strangers send in.
type formLimits struct{ *limit.Limiter }

// Allow implements contact.Limits.
func (l formLimits) Allow(ctx context.Context, bucket string, most int, window time.Duration) (bool, error) {
	d, err := l.Hit(ctx, bucket, most, window)
	return d.Allowed, err
}

// mailDomains asks DNS, but where nothing leaves the machine there may be none to ask.
func (v *Services) mailDomains() listimport.MailDomains {
	if v.Config.Delivery == config.Capture && v.Config.DNSServer == "" {
		return nil
	}
	return mailDomains{v}
}

type mailDomains struct{ *Services }

// Dead implements listimport.MailDomains.
func (m mailDomains) Dead(ctx context.Context, domain string) (bool, error) {
	_, err := mx.Lookup(ctx, m.Resolver, domain)
	var failure *mx.Failure
	if errors.As(err, &failure) && !failure.Temporary {
		return true, nil
	}
	return false, err
}

// startImporter works on imports until ctx ends.
func (v *Services) startImporter(ctx context.Context, loops *sync.WaitGroup) error {
	if v.Config.Embedded() {
		if err := v.importer.Recover(ctx); err != nil {
			return err
		}
	}
	loops.Go(func() { v.importer.Run(ctx) })
	return nil
}

// audience is what an account's export holds of its contacts.
func audience() (tables []departure.Table) {
	for _, t := range contact.OwnTables() {
		tables = append(tables, departure.Table(t))
	}
	return tables
}
