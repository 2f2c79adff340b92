// Package tlspolicy decides how a connection to a recipient's mail server must be
// encrypted, from what the recipient published: DANE (RFC 7672) or MTA-STS (RFC 8461).
//
// For one host of a domain, Finder.Host goes:
//
//	MX, addresses, TLSA proven by DNSSEC?  usable TLSA → DANE: TLS that fits a record
//	                                       unusable    → Encrypted, any certificate
//	                                       no answer   → an error: defer
//	MTA-STS policy of the domain           enforce     → Verified: the web's PKI, and the
//	                                                     host must be in the policy
//	                                       testing     → Opportunistic, faults reported
//	neither                                            → Opportunistic
//
// DANE comes first and MTA-STS never overrides it (RFC 8461 §2). A policy that is
// cached and alive counts, whatever DNS and the web say at the moment: an attacker who
// blocks them must not win clear text. Errors are *Error, always temporary, and carry
// the words of SMTP TLS reporting (RFC 8460 §4.3).
//
// The Requirement judges certificates itself (Verify); app/mail/smtpclient holds
// connections to it.
package tlspolicy
