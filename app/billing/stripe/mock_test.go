package stripe_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"smtpserver/app/billing"
	"smtpserver/app/billing/stripe"
	"smtpserver/app/id"
	"smtpserver/app/testkit/services"
)

func freePort(t *testing.T) string {
	t.Helper()
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// Each of our requests is one that Stripe's own mock, which knows its API field by field,
// takes. It keeps no state: what comes of them is tested with our fake.
func TestRequestsAreStripes(t *testing.T) {
	path := os.Getenv(services.EnvStripeMock)
	if path == "" {
		t.Skip("stripe-mock is not here: `make test` builds it where it can")
	}
	port := freePort(t)
	mock := exec.CommandContext(t.Context(), path, "-http-addr", "127.0.0.1:"+port, "-https-addr", "127.0.0.1:"+freePort(t))
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Process.Kill(); _ = mock.Wait() })
	p, err := stripe.New(stripe.Options{Key: "sk_test_123", URL: "http://127.0.0.1:" + port, Server: "mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for range 100 { // until it listens
		if err = p.Check(ctx); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	must := func(what string, err error) {
		t.Helper()
		if err != nil && !strings.Contains(err.Error(), "the key is of one mode") {
			t.Errorf("%s: %v", what, err)
		}
	}
	must("balance", err)
	customer, err := p.Customer(ctx, "a-0", id.New())
	must("customer", err)
	must("describe", p.Describe(ctx, customer, billing.Details{Party: billing.Party{Name: "N", Email: "a@example.com", Street: "S", Country: "DE", TaxNumber: "DE136695976"}}))
	_, err = p.KeepPage(ctx, "k", customer, "EUR", "https://mail.example.com/back")
	must("keep page", err)
	_, err = p.ManagePage(ctx, customer, "https://mail.example.com/back")
	must("manage page", err)
	_, err = p.Card(ctx, customer)
	must("card", err)
	must("prefer", p.Prefer(ctx, customer, "pm_1"))
	_, err = p.Kept(ctx, "cs_test_1")
	must("kept", err)
	o := billing.Order{Account: id.New(), Charge: id.New(), Label: "R-000001", Amount: 1785, Currency: "EUR", Customer: customer, Method: "pm_1", Since: time.Now()}
	payment, err := p.Charge(ctx, o)
	must("charge", err)
	_, _, err = p.PayPage(ctx, o, "https://mail.example.com/back")
	must("pay page", err)
	_, err = p.Refund(ctx, id.New(), payment, 100, "EUR")
	must("refund", err)
	for _, l := range []billing.Lookup{{Reference: payment, Way: billing.ByCard}, {Session: "cs_test_1"}, {Reference: payment}, {Charge: o.Charge, Way: billing.ByCard, Customer: customer, Since: o.Since}, {Charge: o.Charge, Way: billing.ByPage, Customer: customer, Since: o.Since}} {
		_, _, err = p.Settlement(ctx, l)
		must("settlement", err)
	}
	for _, err := range p.All(ctx, o.Since) {
		must("all", err)
	}
	must("forget", p.Forget(ctx, customer))
	wrong, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:"+port+"/v1/customers", strings.NewReader("nonsense=1"))
	if err != nil {
		t.Fatal(err)
	}
	wrong.Header.Set("Authorization", "Bearer sk_test_123")
	wrong.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(wrong)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong request is answered %d: the mock checks nothing", answer.StatusCode)
	}
}
