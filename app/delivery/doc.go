// Package delivery brings deliveries to their destinations.
//
// The deliveries table is the queue (architecture.md §6). A run serves one
// destination until nothing is due there, within its worker's share of the connections
// that the destination takes (share.go):
//
//  1. claim a fair batch under a lease — transactional before broadcast, then
//     accounts in turn (system_claim.go)
//  2. load the messages, group recipients of one message, sign (run.go)
//  3. hand each to a courier, which keeps its connection (courier.go)
//  4. note in the journal, just before the final dot, that a copy is about to be
//     in the peer's hands (journal.go)
//  5. commit the outcomes of many in one transaction, each under its fence
//     (system_commit.go), then strike them from the journal
//
// What a crash leaves behind heals without a person: leases expire and the
// deliveries are claimed again, and the journal tells exactly which of them may
// arrive twice. A crash spends no attempt; a worker that lost its lease writes
// nothing.
package delivery
