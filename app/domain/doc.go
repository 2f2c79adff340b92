// Package domain is the sending domain: a name that an account proved to control,
// by DNS records that only its holder can publish.
//
// Its life:
//
//	pending  → verified   every required record was seen: DKIM key and return path
//	verified → warning    a required record is definitely wrong or missing
//	warning  → verified   it is back
//	warning  → lost       it stayed wrong for 24 hours; nothing is sent any more
//	lost     → verified   it is back, and no other account has proven the domain since
//
// The rules it keeps:
//
//   - Nothing is sent from a domain that is pending or lost.
//   - One account per domain. The table of claims has the name as its primary key,
//     so that of any number of accounts that prove a name at once exactly one wins.
//     Adding tells nothing about other accounts; only who has shown the records in
//     DNS learns that the name is taken. A claim is held until its domain is lost
//     and another account proves the name.
//   - A proven domain covers its sub-domains: DKIM with d=example.com is aligned
//     with From: news.example.com (relaxed alignment, RFC 9989 §4.4). It does so up
//     to the organisational domain, never across a public suffix.
//   - Another account may prove a sub-domain of a proven domain, for it needs the
//     records of that sub-domain in DNS, which only the holder of the parent zone
//     can allow. From then on the most specific claim decides: the holder of
//     example.com no longer sends as news.example.com.
//   - Silence is not an answer. A name server that cannot be asked changes nothing;
//     after 72 hours without one good look, silence counts as a wrong record.
//   - Names under the reserved top-level domains (RFC 2606, RFC 6761) cannot exist
//     in DNS. They are accepted unseen only while nothing leaves the machine.
//
// Each domain has two DKIM keys (RSA-2048, RFC 6376, RFC 8301), sealed at rest: one
// signs, the other's record is already published, so that keys rotate without a gap.
//
// Names are lower-case A-labels (RFC 5890) everywhere inside.
package domain
