// Package tenant puts a whole customer into a database before the program starts:
// a person, an account, a proven domain with keys, and a credential. Tests of the
// sign-up way use the pages instead; load and fault tests start from here.
package tenant

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/boot"
	"smtpserver/app/config"
	"smtpserver/app/credential"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Tenant is what an SMTP client needs.
type Tenant struct {
	Account            account.Account
	Domain             string
	Username, Password string
	From               string // an address at the domain
}

// Create makes a customer with the domain. The domain is accepted unseen, as
// reserved names are while nothing leaves the machine; environ names the database.
func Create(ctx context.Context, environ []string, domain string) (t Tenant, err error) {
	c, err := config.Load(append(environ, "SMTPSERVER_DELIVERY=capture", "SMTPSERVER_DNS_SERVER=", "SMTPSERVER_SMARTHOST_URL="))
	if err != nil {
		return t, err
	}
	v, err := boot.OpenBeside(ctx, c, slog.New(slog.DiscardHandler))
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, v.Close(ctx)) }()
	userID, err := addUser(ctx, v.Store, "owner@"+domain)
	if err != nil {
		return t, err
	}
	if t.Account, err = v.Accounts.Create(ctx, userID, account.Profile{Name: domain, Kind: account.Business}); err != nil {
		return t, err
	}
	scope := account.NewScope(t.Account.ID, account.Actor{Kind: account.ActorUser, ID: userID, Role: account.Owner})
	d, err := v.Domains.Add(ctx, scope, domain)
	if err != nil {
		return t, err
	}
	detail, err := v.Domains.Check(ctx, scope, d.ID)
	if err != nil {
		return t, err
	}
	if detail.State != "verified" {
		return t, fmt.Errorf("tenant: %s is %s: %s", domain, detail.State, detail.Reason)
	}
	issued, err := v.Credential.Issue(ctx, scope, credential.Request{Name: "shop"})
	if err != nil {
		return t, err
	}
	t.Domain, t.Username, t.Password, t.From = domain, issued.Name, issued.Secret, "shop@"+domain
	return t, nil
}

func addUser(ctx context.Context, s *store.Store, email string) (id.ID, error) {
	userID, now := id.New(), s.Now()
	err := s.SystemWrite(ctx, "seed a user", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
			VALUES (?, ?, ?, 'Owner', 'none', false, 'system', ?, ?, ?)`, userID, email, email, now, now, now).Error
	})
	return userID, err
}
