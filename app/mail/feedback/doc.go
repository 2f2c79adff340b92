// Package feedback reads what comes back for mail that was sent: delivery status
// notifications (RFC 3464, RFC 6533), bounces in prose that follow no standard,
// complaints (ARF, RFC 5965, and the shapes of feedback loops), read receipts
// (RFC 8098), automatic replies (RFC 3834) and challenges.
//
// It is one package because it is one question, "what is this?", and one walk over
// the message answers it: a report's kind is known only after its parts were seen.
// [Parse] walks the parts (walk.go), then asks in this order:
//
//  1. dsn.go: is there a message/delivery-status part?
//  2. arf.go: is there a message/feedback-report, or the shape of a known loop?
//  3. receipt and prose: a disposition notification; a bounce in prose (forms.go has
//     a row per program, prose.go reads its recipients);
//  4. autoreply.go: a challenge, an automatic reply;
//  5. else it is [Unknown], for a person to look at.
//
// Whether a report may be believed is not asked here: anyone can write one. The
// caller finds the message by a signed token of its own, in the address that the
// report was sent to or in [Report.Original], never by the recipient it names.
//
// Reports come from strangers. Octets, depth, parts, fields and lengths are bounded,
// and what is malformed is read as far as it goes; Parse has no error.
package feedback
