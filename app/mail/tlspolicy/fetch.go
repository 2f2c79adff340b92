package tlspolicy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// maxFile is how large a policy file may be (RFC 8461 §3.3 suggests 64 KiB).
const maxFile = 64 << 10

// fetch gets a domain's policy file and reads it (RFC 8461 §3.3).
func (f *Finder) fetch(ctx context.Context, domain string) (Policy, *Error) {
	fail := func(reason Reason, detail string, cause error) (Policy, *Error) {
		return Policy{}, &Error{Applied: Applied{Domain: domain, Kind: KindSTS}, Reason: reason, Detail: detail, Cause: cause}
	}
	ctx, cancel := context.WithTimeout(ctx, f.o.Timeout)
	defer cancel()
	text, err := f.get(ctx, "https://mta-sts."+domain+"/.well-known/mta-sts.txt")
	var answer unfitError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &certificate):
		return fail(STSWebPKI, "the policy server's certificate is not valid", err)
	case errors.As(err, &answer):
		return fail(STSFetch, string(answer), nil)
	case err != nil:
		return fail(STSFetch, "the policy server could not be asked", err)
	}
	p, err := ParsePolicy(text)
	if err != nil {
		return fail(STSInvalid, err.Error(), nil)
	}
	return p, nil
}

// unfitError is an answer that is not a policy file.
type unfitError string

func (e unfitError) Error() string { return string(e) }

func (f *Finder) get(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", fmt.Errorf("tlspolicy: %w", err)
	}
	client := *f.o.HTTP
	// A redirect is an answer other than 200, so no policy.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("tlspolicy: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", unfitError(fmt.Sprintf("the policy server answered %d", response.StatusCode))
	}
	if kind, _, err := mime.ParseMediaType(response.Header.Get("Content-Type")); err != nil || kind != "text/plain" {
		return "", unfitError("the policy server's answer is not text/plain")
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxFile+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("tlspolicy: %w", err)
	case len(body) > maxFile:
		return "", unfitError("the policy file is larger than 64 KiB")
	}
	return string(body), nil
}
