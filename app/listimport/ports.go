package listimport

import (
	"context"

	"smtpserver/app/account"
)

// MailDomains asks DNS whether a domain takes mail. Dead is for certain; trouble with DNS
// is an error and says nothing about the domain.
type MailDomains interface {
	Dead(ctx context.Context, domain string) (bool, error)
}

// Auditor keeps the account's own log of who did what. It must write in the transaction
// of ctx, if there is one.
type Auditor interface {
	Audit(ctx context.Context, scope account.Scope, action, detail string) error
}

type noAudit struct{}

func (noAudit) Audit(context.Context, account.Scope, string, string) error { return nil }
