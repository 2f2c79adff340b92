// Package person answers people who are in an account's lists and ask what is held about
// them, or want it erased (GDPR articles 15, 17 and 12).
//
// The operator keeps the lists for its customers, and does not answer in their place: a
// request is passed on to every account that it concerns, and each answers for itself.
//
//	typed an address → a link by mail proves the mailbox → used, once → passed on
//	to the accounts that hold the address → each sends, erases or declines in 30 days
//
// Rules it keeps:
//
//   - Nobody learns whether an address is known. The answer to a typed address, the page
//     behind the link, and the time of both are the same: who is concerned is looked up
//     later, in the background (PassOn).
//   - Which accounts those are the person learns from an account's own answer, never
//     before. An account learns of its own request only, and nothing of the others.
//   - What was sent can be opened for seven days by a link that only the mailbox has, and
//     is sealed meanwhile. An address is masked in a request as soon as it is not needed.
package person
