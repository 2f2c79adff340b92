// Package resolver is DNS as mail needs it. Go's own resolver hides what delivery
// must tell apart: that a name does not exist, that it has no such record, and that
// the server failed; it also returns a null MX as an ordinary host.
package resolver
