// Package contact keeps an account's people: contacts with their custom fields, the
// lists they are on, the topics they chose, and the ledger of their consents.
//
// Rules it keeps:
//
//	one person per address      the canonical address (lower case, domain in A-labels)
//	                            is unique in its account; plus-tags and dots stay apart,
//	                            because only the mailbox's host knows what they mean
//	opt-outs are by address     topic choices and suppressions outlive the contact, so
//	                            that no import, form or hand brings anybody back
//	the ledger only grows       a consent is added, never changed; the schema holds it
//	counters run                contact_totals and lists.members change in the
//	                            transaction of what they count; nothing counts rows
//	                            in a request but a segment asked for
//	theirs alone                no package of the operator's own mailings, statistics or
//	                            exports reaches this one (promise 6; wall_test.go)
//
// A contact lives: added by hand, form or import → changed (revision grows) → joined to
// and taken from lists → removed; its consents and choices stay as evidence.
package contact
