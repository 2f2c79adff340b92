package jobs

import (
	"smtpserver/app/account"
	"smtpserver/app/id"
)

// ScopeOf mints the scope of background work for an account that a row of ours names.
func ScopeOf(accountID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
}

// ScopeOfOwner mints the scope in which the demo's account is filled.
func ScopeOfOwner(accountID, userID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorUser, ID: userID, Role: account.Owner})
}
