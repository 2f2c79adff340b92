// Package store opens the database, runs its transactions and keeps accounts apart.
//
// Two engines behave alike behind it: SQLite (modernc, one writer, many readers)
// and PostgreSQL. Nothing is read or written but through one of three doors:
//
//	Read, Write              rows of one account; the Guard adds the account to
//	                         every statement and refuses what it cannot judge
//	GlobalRead, GlobalWrite  tables that belong to no account (users, sessions)
//	SystemRead, SystemWrite  across accounts, each call with its purpose; only in
//	                         files named system_*.go, which are the security review
//
// On PostgreSQL row-level security stands behind the Guard: every table with an
// account_id is forced through a policy that reads settings made with SET LOCAL.
//
// A transaction travels in the context: a Write inside a Write joins it, so that
// packages compose one business step from several without knowing each other.
package store
