// Package smtpclient hands messages to other servers (RFC 5321, client side).
//
// A delivery goes: dial (never to a private address unless allowed) → greeting →
// EHLO → STARTTLS when offered → EHLO → MAIL, RCPT…, DATA in one write when the
// server takes pipelining (RFC 2920) → the content, dots stuffed → BeforeDot → the
// final dot → one outcome per recipient. The connection is kept for the next
// message. Every line both sides said is in the transcript.
//
// Nothing that could smuggle a second message leaves: content with a bare CR, bare
// LF or NUL is refused before the first octet is written.
package smtpclient
