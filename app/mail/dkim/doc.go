// Package dkim signs mail (RFC 6376) and judges the DNS records of keys.
//
// Signatures are rsa-sha256 with relaxed canonicalization on both sides, over the
// whole body (never l=, which lets text be added). From is named once more than it
// occurs, so that a second one added on the way breaks the signature.
package dkim
