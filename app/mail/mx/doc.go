// Package mx finds the servers of a recipient domain (RFC 5321 §5.1, RFC 7505).
//
// A route goes: the domain's MX records by preference, equal ones shuffled → without
// any the domain itself (the implicit MX) → cut where we stand ourselves, so that
// mail never circles → each host's addresses. What DNS could not say is temporary;
// what it denies is final.
package mx
