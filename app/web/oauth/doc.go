// Package oauth signs people in by Google, GitHub, Microsoft or any OpenID Connect
// provider. It is our own adaptor around goth, whose providers are called directly:
// goth's own session handling and registry are not used.
//
// Rules it keeps (reliability.md H-04):
//   - Each round has a state, a nonce and a PKCE verifier of its own, kept on the
//     server and taken once. Nothing of the callback's query reaches goth but the code:
//     goth would let a query set redirect_uri and code_verifier.
//   - ID tokens are verified by go-oidc (signature, issuer, audience, expiry, nonce,
//     access token hash) before goth, which checks no signature, reads them.
//   - Who somebody is: issuer and subject. An address counts as theirs only when the
//     provider vouches for it; Microsoft's "email" alone is what a tenant's admin typed.
//   - Each provider has a callback of its own, and an iss parameter that names another
//     issuer ends the round (RFC 9207): no mix-up.
package oauth
