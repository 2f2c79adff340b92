package oauth

import (
	"io"
	"net/http"
)

// maxAnswer is the most that is read of what a provider says.
const maxAnswer = 1 << 20

// limited returns the client with a bound on what it reads, and without redirects:
// what a provider says comes from where its discovery says.
func limited(c *http.Client) *http.Client {
	bounded := *c
	base := bounded.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	bounded.Transport = boundedTransport{base}
	bounded.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &bounded
}

type boundedTransport struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t boundedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := t.base.RoundTrip(req)
	if err == nil {
		resp.Body = boundedBody{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type boundedBody struct {
	io.Reader
	io.Closer
}
