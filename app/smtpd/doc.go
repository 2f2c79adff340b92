// Package smtpd is the submission server (RFC 6409, RFC 5321).
//
// It is our own because no library could be made strict by wrapping it: the usual
// one accepts truncated BDAT, re-emits unquoted addresses, lets bare CR through,
// has one deadline for a whole upload and answers our faults with permanent
// errors (reliability.md K7–K10).
//
// The life of a session:
//
//   - A connection takes a place, or is turned away: server.go, limits.go.
//   - Commands are read, whole lines in CRLF and nothing else, and their replies
//     leave together: wire.go, command.go.
//   - EHLO and STARTTLS, which forgets what was said in the clear: hello.go.
//   - AUTH asks the Authenticator and gets a Sender: auth.go, credentials.go.
//   - MAIL and RCPT are parsed strictly and judged by the Sender: envelope.go, params.go.
//   - DATA is read up to the true end: body.go. The Sender stores, in bounded time: data.go.
//   - Meanwhile one goroutine looks at all sessions, for credentials that were revoked
//     and for idle ones when places are rare: watch.go. Shutdown ends them: shutdown.go.
//
// Rules that hold everywhere: 250 is said only after Accept has returned, in time;
// a fault of ours is 4yz and tells nothing about us (replies.go); only CRLF.CRLF
// ends a message, and a message with any other CR, LF or NUL is refused whole;
// where the framing of what follows is in doubt, the session ends.
//
// What a message holds is not judged here: header rules, loops and who may be in
// From belong to package submission. CHUNKING, BINARYMIME and waiting before the
// greeting (a trap for bots, who have no credential) are left out on purpose.
package smtpd
