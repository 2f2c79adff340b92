package precheck

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"smtpserver/app/mail/outbound"
)

// Addresses finds the addresses of a host.
type Addresses interface {
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
}

// ClientOptions shape the client that looks at links.
type ClientOptions struct {
	Resolver Addresses
	Allowed  func(netip.Addr) bool // whether an address may be connected to; nil allows none
	AnyPort  bool                  // else only 80 and 443: the check is no scanner of ports
	Roots    *x509.CertPool        // nil means the system's
}

var (
	errInward    = errors.New("an address inside of a network")
	errPort      = errors.New("a port where no web page is")
	errScheme    = errors.New("no web address")
	errRedirects = errors.New("too many redirects")
)

const mostRedirects = 5

// NewClient returns a client for addresses that strangers chose: it asks our own DNS, uses
// no proxy, sends no cookies, and connects to no address that is not allowed.
func NewClient(o ClientOptions) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            o.dial,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  5 * time.Second,
			MaxResponseHeaderBytes: 32 << 10,
			DisableKeepAlives:      true,
			DisableCompression:     true, // no bombs
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) >= mostRedirects {
				return errRedirects
			}
			return judge(r.URL)
		},
		Timeout: 8 * time.Second,
	}
}

// judge refuses what is no address of the web.
func judge(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return errScheme
	}
	return nil
}

// mostTried is how many addresses of a host are tried.
const mostTried = 3

func (o ClientOptions) dial(ctx context.Context, network, target string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(target)
	if err != nil {
		return nil, fmt.Errorf("precheck: %w", err)
	}
	if !o.AnyPort && port != "80" && port != "443" {
		return nil, errPort
	}
	addrs, err := o.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	return outbound.Dial(ctx, net.Dialer{Timeout: 5 * time.Second}, network, addrs[:min(len(addrs), mostTried)], port, o.Allowed, errInward)
}

// addresses asks DNS, unless the host is an address itself.
func (o ClientOptions) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	return o.Resolver.Addr(ctx, host)
}
