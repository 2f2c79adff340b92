// Package broadcast sends one message to many, exactly once.
//
// It knows campaigns as rows, whoever they are for: a customer's campaign to its
// contacts, the operator's mailing, a step of an automation. Who belongs to an audience,
// and what is known of each person, an Audience says (ports.go); this package knows no
// contacts and no pages.
//
// The life of a campaign:
//
//		draft ─→ scheduled ─→ freezing ─→ sending ─→ done
//		  ↑ withdraw ┘ ↘         ↓ ↑         ↓ ↑
//		                └─────→ paused ←─────┘       each of them ─→ cancelled
//
//	  - draft: written, nothing is promised. Start judges it and makes it scheduled.
//	  - scheduled: waits for its time. Whose time is more than six hours past asks first.
//	  - freezing: the audience becomes rows, one per person, with the reason of each
//	    exclusion; slice by slice, each slice a transaction that also moves the position.
//	  - sending: rows are handed over. One transaction stores some hundred messages and
//	    writes their ids into the rows (hand_over); so a row has a message or waits, and
//	    nothing else can be, whatever is killed when. What is handed over and not yet
//	    delivered stays bounded, so that pauses and opt-outs act at once.
//	  - done: no recipient is left in a state that is not final.
//
// Rules: every step is a transaction under the campaign's claim and fence, so that two
// workers, a double click or a worker that wakes from a long sleep change nothing twice;
// resuming is a question to the rows, never a remembered offset; the counters change in
// the transaction of what they count, and at every moment
//
//	audience = sent + waiting + suppressed + opted out + invalid + duplicate + failed + skipped.
package broadcast
