// Package message is what is sent: one accepted e-mail, its 1..n deliveries, and
// everything that happened to them.
//
// A delivery is one message × one recipient, the unit of state, retry and
// billing. Its life:
//
//	accepted ─→ queued ─→ delivered
//	              │  ↘ ↗     ↑
//	              │ deferred ┘   (temporary failure; due again later)
//	              ├─→ bounced    (permanent failure, or policy)
//	              ├─→ expired    (still deferred when its time was up)
//	              ├─→ cancelled  (by the customer)
//	              └─→ held       (waits for a person)
//	accepted ─→ suppressed       (never tried)
//
// Rules: every accepted recipient ends in exactly one final state, with a reason
// a person can read; a final state never changes; each step is an event; the
// counters of account_days change in the transaction of the step they count.
package message
