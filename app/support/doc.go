// Package support is how people of the operator may look at a customer's content:
// only by a grant of the account's owner, with a reason, for a time.
//
// The life of a grant: asked for by staff, or given unasked → granted for 1, 24 or 72
// hours → expired, or ended by the owner. While it lasts, staff may begin a view: in
// one browser session, at most an hour, they see the account's pages as a viewer and
// change nothing. Each page they open is an event in the account's own audit log,
// under their name and the name of whose pages they see.
//
// Without a grant staff see an account's state and figures, and nothing it wrote.
package support
