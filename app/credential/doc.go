// Package credential is what a program signs in with: an SMTP user name and a
// password of 160 random bits.
//
// The rules it keeps:
//
//   - The secret is shown once and stored as SHA-256. A fast hash is right for
//     random bits that nobody can guess, and AUTH stays far below 0.1 ms.
//   - A user name is unique among the live credentials of its account. Other
//     accounts may use the same one: the secret finds the row, and the name is
//     then compared in constant time.
//   - A restriction (domain, networks, stream) only ever narrows what the account
//     may do.
//   - A revocation counts within 5 seconds in every process, open sessions
//     included, and nothing needs to be notified: no answer is remembered longer
//     than [Staleness].
//   - Unknown, wrong and revoked look alike from outside.
//
// Its life: issued → used → revoked. There is no way back, and the row stays, for
// the messages that came in through it.
package credential
