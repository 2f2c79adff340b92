// Package oidc is an OpenID Connect provider on loopback: discovery, keys, the
// authorization code flow with PKCE, and userinfo. A test says who is signed in there
// and, by Twist, how the provider lies or breaks. It also speaks GitHub's dialect.
package oidc
