// Package proxied tells who is behind a connection that a TCP proxy opened for somebody:
// the PROXY protocol, versions 1 and 2, as HAProxy defines it. Without it every client of
// an SMTP server behind a proxy had the proxy's address, and they shared its limits.
package proxied
