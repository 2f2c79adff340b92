// Package resolver is DNS as mail needs it. Go's own resolver hides what delivery
// must tell apart: that a name does not exist, that it has no such record, and that
// the server failed; it also returns a null MX as an ordinary host.
//
// A question goes: cache → the same question under way → each server over UDP,
// over TCP when the answer was cut → judged → cached for the records' own TTL
// within bounds, a "no" for the zone's (RFC 2308). Answers that belong to another
// question are ignored (RFC 5452 §4), and only records at the end of the chain of
// aliases that starts at the name asked for are believed.
package resolver
