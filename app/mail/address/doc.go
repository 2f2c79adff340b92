// Package address parses and prints the addresses of mail: mailboxes of the
// envelope (RFC 5321 §4.1.2, RFC 6531) and mailbox lists of header fields
// (RFC 5322 §3.4). It is strict: what it returns can be written into an SMTP
// command without further thought, and what could be read two ways is refused.
package address
