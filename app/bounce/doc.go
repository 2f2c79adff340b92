// Package bounce takes what comes back for a message: delivery status notifications
// (RFC 3464) and bounces in prose, complaints (RFC 5965), auto-replies.
//
// The life of a report: RCPT names a return path that we signed, or one of the
// operator's own mailboxes; anything else is refused, so a forged report changes nothing
// (W-04) → the content is stored no further than it is read → a failure turns the
// delivery it is about from delivered to bounced, once, and suppresses the address when
// its class is the recipient's → a complaint suppresses in every stream → auto-replies
// and delays change nothing → what names no delivery of ours is kept for staff.
package bounce
