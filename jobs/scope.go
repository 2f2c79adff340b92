package jobs

import (
	"smtpserver/app/account"
	"smtpserver/app/id"
)

// ScopeOf mints the scope of background work for an account that a row of ours names.
func ScopeOf(accountID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
}
