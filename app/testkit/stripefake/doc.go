// Package stripefake is a Stripe that keeps state: customers, cards, pages, payments,
// refunds, disputes and tax ids, with the semantics of idempotency keys, and events that
// tests deliver signed, in any order and as often as they like.
//
// What it holds is what a test compares our ledger with. It answers as Stripe's API of
// 2026-03-25 does, in the fields that we read; app/billing/stripe also runs against
// Stripe's own stateless mock, which knows every field.
package stripefake
