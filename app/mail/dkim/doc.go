// Package dkim signs mail (RFC 6376) and judges the DNS records of keys.
//
// Signatures are rsa-sha256 (RFC 8301), with relaxed canonicalization on both sides,
// over the whole body (never l=, which lets text be added). From is named once more
// than it occurs, so that a second one added on the way breaks the signature.
// Ed25519 (RFC 8463) comes as a second signature only: many receivers ignore it.
//
// Sign last, after all rewriting. Canonicalization is our own, one pass without a
// copy: what an RSA signature costs is then the RSA operation.
package dkim
