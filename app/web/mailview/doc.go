// Package mailview writes the system mails of identity: it gives each its words,
// builds its link from the public URL, draws it from views/emails and hands it to
// the Mailer, which stores it in the caller's transaction.
package mailview
