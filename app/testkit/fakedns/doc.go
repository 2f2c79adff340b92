// Package fakedns is a real DNS server on loopback whose zone is text, changeable
// while it runs. It answers as a recursive server does: it follows aliases, tells
// NXDOMAIN from NODATA and cuts what does not fit into a UDP packet.
//
// A name can be made to fail in the ways that resolvers meet (F-41): an error code,
// silence, a truncated answer, an answer with a wrong id. Tests use New; programs
// that need a private DNS, such as a benchmark, use Start.
package fakedns
