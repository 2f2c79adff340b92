package balance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
)

// maxBody is how much of a request is kept so that it can go to another backend.
const maxBody = 1 << 20

// HTTP starts a balancer of requests.
func HTTP(o Options) (*Balancer, error) {
	b, err := start(o)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{DialContext: b.dialer.DialContext, MaxIdleConnsPerHost: 16}
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	b.server = &http.Server{ErrorLog: quiet, Handler: &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetXForwarded(); r.Out.Host = r.In.Host },
		Transport: turns{b, transport}, ErrorLog: quiet, FlushInterval: -1,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, "balance: "+err.Error(), http.StatusBadGateway)
		},
	}}
	b.work.Go(func() { _ = b.server.Serve(b.ln) }) // ends with Close
	return b, nil
}

// turns gives each request to the next backend.
type turns struct {
	*Balancer
	transport *http.Transport
}

// RoundTrip implements http.RoundTripper. A request that may have reached a backend is
// repeated only if it changes nothing.
func (t turns) RoundTrip(in *http.Request) (response *http.Response, err error) {
	var body []byte
	if in.Body != nil {
		if body, err = io.ReadAll(io.LimitReader(in.Body, maxBody+1)); err != nil || len(body) > maxBody {
			return nil, errors.Join(err, fmt.Errorf("%d octets", len(body)))
		}
	}
	t.passed.Add(1)
	for n, i := range t.order() {
		if n > 0 {
			t.repeated.Add(1)
		}
		out := in.Clone(in.Context())
		out.URL.Scheme, out.URL.Host, out.Body = "http", t.o.Backends[i].Addr, io.NopCloser(bytes.NewReader(body))
		if len(body) == 0 {
			out.Body = http.NoBody
		}
		if response, err = t.transport.RoundTrip(out); err == nil || errors.Is(err, context.Canceled) {
			return response, err
		}
		var op *net.OpError
		unsent := errors.As(err, &op) && op.Op == "dial"
		if !unsent && in.Method != http.MethodGet && in.Method != http.MethodHead {
			return nil, err
		}
	}
	return nil, err
}
