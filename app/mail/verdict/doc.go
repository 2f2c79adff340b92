// Package verdict says what a server's refusal means: whose trouble it is, why in
// plain words, and what the sender should do next.
//
// It is three tables. [Of] reads a reply, or the diagnostic of a report, and looks in
//
//  1. texts: what providers and programs are known to write → a key. A row may
//     hold at one provider only, for some codes only, or both. First match wins;
//     the rows of reputation and policy stand before those of recipients, because
//     a text that speaks of both is about us (files texts_*.go);
//  2. statuses: RFC 3463 codes and, without any, basic codes → a key (statuses.go);
//  3. meanings: the key → class, words, and whether it suppresses (meanings*.go).
//
// To teach it a new text, add a row and the text to the test table.
//
// Only what says surely that nobody reads this mailbox suppresses, only when
// permanent, and never under a code of security or policy (x.7.x): providers use
// those to say that they dislike us, and the recipient is not to blame.
package verdict
