// Package sending knows the addresses that mail leaves from. Without any, the system
// chooses, and nothing here has an effect.
//
// Addresses are in pools; a rule says which pool serves an account, a stream or both.
// Within a pool an account keeps to one address as long as that can be used, because
// receivers know it (and greylists wait for it). An address is used when
//
//   - nobody paused it, and no DNS blocklist that is asked lists it,
//   - its reverse name is its EHLO name and leads back to it,
//   - its allowance at the provider is not used up: a new address sends little on its first
//     day, and more on each day on which it really sent. Days without mail do not count.
//
// The allowance is taken in SQL before the attempt, so that many workers keep it together.
package sending
