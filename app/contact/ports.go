package contact

import (
	"context"

	"smtpserver/app/account"
)

// Auditor keeps the account's own log of who did what. It must write in the
// transaction of ctx, if there is one.
type Auditor interface {
	Audit(ctx context.Context, scope account.Scope, action, detail string) error
}

// noAudit is used until an Auditor is given.
type noAudit struct{}

func (noAudit) Audit(context.Context, account.Scope, string, string) error { return nil }
