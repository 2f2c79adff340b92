// Package audit remembers who did what, in an account and in the back office.
//
// The rules it keeps:
//
//   - An event is stored in the transaction of the step it tells about: both are
//     committed, or neither is.
//   - Nothing is ever changed, and an account's events go only with the account:
//     triggers of the database refuse the rest (migrations, "keep audit events").
//   - Old and new values are short texts for people. What names a secret is refused
//     by Record, so that a mistake shows in a test rather than in an export.
//   - Names are stored as they were: an event reads the same after its user has left.
//
// Who acted is told by the scope; from where, and under which name, by the Source
// that the edge put into the context.
package audit
