// Package smtpd is the submission server (RFC 6409, RFC 5321).
//
// It is our own because no library could be made strict by wrapping it: the usual
// one accepts truncated BDAT, re-emits unquoted addresses, lets bare CR through,
// has one deadline for a whole upload and answers our faults with permanent
// errors (reliability.md K7–K10).
//
// A session: connect (limits.go) → EHLO, STARTTLS, AUTH (session.go, auth.go) →
// MAIL, RCPT judged by the Sender (envelope.go) → DATA read strictly (data.go) →
// Sender.Accept stores → 250. Three rules hold everywhere: 250 is said only after
// Accept has returned; a fault of ours is 4yz and tells nothing about us
// (replies.go); and only CRLF.CRLF ends a message.
package smtpd
