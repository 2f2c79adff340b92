// Package departure is how an account leaves with its data.
//
// Export: asked for → made in the background, part by part, into chunks in the
// database → ready for seven days, with a mail to who asked → removed. The rows are the
// truth: a worker that dies is replaced when its lease ends, and begins anew.
//
// Closing: sending stops at once, and what waits is held → fourteen days in which the
// owner can export and reopen → erasure. Erasure follows one list (tables.go) that has
// an answer for every table with an account_id; a test reads the schema and fails for a
// table without one. What stays is what the law asks for (acceptances, invoices), and
// suppressions as keyed hashes.
package departure
