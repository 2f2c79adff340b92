package tlspolicy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"smtpserver/app/mail/outbound"
	"smtpserver/app/mail/resolver"
)

// ErrAddress reports a policy server whose addresses nothing may connect to.
var ErrAddress = errors.New("the policy server has no address that may be connected to")

// ClientOptions shape the HTTPS client that fetches policies.
type ClientOptions struct {
	Resolver Addresses
	Allowed  func(netip.Addr) bool // whether an address may be connected to, as smtpclient.Public; nil allows none
	Roots    *x509.CertPool        // nil means the system's
	Port     int                   // 0 means 443
}

// Addresses finds the addresses of a host.
type Addresses interface {
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
}

// NewClient returns an HTTPS client that asks our own DNS, uses no proxy, and
// connects to no address that is not allowed: strangers choose where it goes (W-02).
func NewClient(o ClientOptions) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:            o.dial,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    20 * time.Second,
		MaxResponseHeaderBytes: maxFile,
		DisableKeepAlives:      true, // one file of each server
		DisableCompression:     true,
	}}
}

// maxTried is how many addresses of a policy server are tried.
const maxTried = 4

func (o ClientOptions) dial(ctx context.Context, network, target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, fmt.Errorf("tlspolicy: %w", err)
	}
	if o.Port != 0 {
		port = strconv.Itoa(o.Port)
	}
	addrs, err := o.Resolver.Addr(ctx, host)
	if err != nil {
		return nil, err
	}
	return outbound.Dial(ctx, net.Dialer{Timeout: 15 * time.Second}, network, addrs[:min(len(addrs), maxTried)], port, o.Allowed, ErrAddress)
}

var _ Addresses = (*resolver.Client)(nil)
