package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
	"smtpserver/app/clock"
)

// Options say how Stripe is reached.
type Options struct {
	Key     string   // secret or restricted; its prefix says the mode
	Secrets []string // of the webhook endpoint; two while one replaces the other
	URL     string   // "" is Stripe's own; tests have another
	Server  string   // our public host: one Stripe account may serve several instances
	Clock   clock.Clock
	Timeout time.Duration // of a call; 0 is 30 s
}

// Provider talks to Stripe. Safe for concurrent use.
type Provider struct {
	Options
	api *api.Client
}

var _ billing.Provider = (*Provider)(nil)

// Names of the metadata by which we know our own things again.
const (
	ofServer  = "server"
	ofAccount = "account"
	ofCharge  = "charge"
	ofRefund  = "refund"
	ofLabel   = "invoice"
)

// New returns a provider.
func New(o Options) (*Provider, error) {
	if _, err := Live(o.Key); err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	backend := &api.BackendConfig{
		HTTPClient: &http.Client{Timeout: o.Timeout},
		// Whether to ask again is decided where it is known what was asked before.
		MaxNetworkRetries: api.Int64(0), EnableTelemetry: api.Bool(false), LeveledLogger: &api.LeveledLogger{Level: api.LevelNull},
	}
	if o.URL != "" {
		backend.URL = api.String(strings.TrimRight(o.URL, "/"))
	}
	return &Provider{Options: o, api: api.NewClient(o.Key, api.WithBackends(api.NewBackendsWithConfig(backend)))}, nil
}

// Live reports whether a key moves real money.
func Live(key string) (bool, error) {
	for _, kind := range []string{"sk_", "rk_"} {
		switch {
		case strings.HasPrefix(key, kind+"live_"):
			return true, nil
		case strings.HasPrefix(key, kind+"test_"):
			return false, nil
		}
	}
	return false, errors.New("stripe: the key begins with neither sk_live_, sk_test_, rk_live_ nor rk_test_")
}

// Name implements billing.Provider.
func (p *Provider) Name() string { return "stripe" }

// Check asks whether the key is good, and whether Stripe thinks of its mode as we do.
func (p *Provider) Check(ctx context.Context) error {
	balance, err := p.api.V1Balance.Retrieve(ctx, &api.BalanceRetrieveParams{})
	if err != nil {
		return explain(err)
	}
	if live, err := Live(p.Key); err != nil || balance.Livemode != live {
		return errors.Join(err, fmt.Errorf("stripe: the key is of one mode, its answers of the other"))
	}
	return nil
}

// explain keeps what can be acted on of Stripe's errors, and none of their content, which
// may name people.
func explain(err error) error {
	var e *api.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("stripe: no answer: %w", err)
	}
	said := fmt.Errorf("stripe: %d %s %s %s", e.HTTPStatusCode, e.Type, e.Code, e.RequestID)
	switch e.HTTPStatusCode {
	case http.StatusBadRequest, http.StatusPaymentRequired, http.StatusNotFound:
		if e.Type != api.ErrorTypeIdempotency {
			return errors.Join(billing.ErrRefused, said)
		}
	}
	return said // 401, 403, 409, 429 and 5xx: not this time, or not known
}

// ours is the metadata of what belongs to an account here.
func (p *Provider) ours(more ...string) map[string]string {
	m := map[string]string{ofServer: p.Server}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

func key(prefix, id string) api.Params {
	return api.Params{IdempotencyKey: api.String(prefix + "-" + id)}
}
