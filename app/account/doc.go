// Package account is the tenant: the customer, individual or business, that owns
// domains, credentials, messages and everything else with an account_id.
//
// It keeps two rules. A row of one account is reached only with that account's
// Scope. And each account has exactly one owner, the member whose address gets
// legal notices.
package account
