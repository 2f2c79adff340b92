// Package smtpclient hands messages to other servers (RFC 5321, client side).
//
// A delivery goes: dial (never to a private address unless allowed) → greeting →
// EHLO → STARTTLS when offered, or as a policy asks → EHLO → MAIL, RCPT…, DATA in one
// write when the server takes pipelining (RFC 2920) → the content, dots stuffed →
// BeforeDot → the final dot → one reply per recipient. The connection is kept for the
// next message. Every line both sides said is in the transcript.
//
// What it holds on to:
//   - Nothing that could smuggle a second message leaves: content with a bare CR, a
//     bare LF or NUL, and paths that are not exactly one mailbox, are refused before
//     the first octet is written.
//   - A reply counts only where it was asked for. A server that speaks out of turn
//     could make us take its chatter for the acceptance of a message, so the
//     connection ends there and nothing counts as delivered.
//   - Result.Dotted is true only when an octet of the final dot may have left: then
//     nobody knows whether the server has the message.
//   - Where a policy makes TLS mandatory (DialPolicy), not an octet of mail leaves before
//     the server has proven what is asked, and the error never invites to try without.
//   - Every read and write has a deadline, and ends at once with the context.
package smtpclient
