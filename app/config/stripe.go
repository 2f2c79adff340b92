package config

import (
	"net/url"
	"slices"
	"strings"
)

// StripeSecrets are the signing secrets of the webhook endpoint.
func (c *Config) StripeSecrets() []string {
	return slices.DeleteFunc(strings.Split(strings.ReplaceAll(c.StripeWebhook, " ", ""), ","), func(s string) bool { return s == "" })
}

func (c *Config) checkStripe(fail func(string, ...any)) {
	if c.StripeKey == "" && (c.StripeWebhook != "" || c.StripeURL != "") {
		fail("SMTPSERVER_STRIPE_WEBHOOK_SECRET and SMTPSERVER_STRIPE_API_URL need SMTPSERVER_STRIPE_SECRET_KEY")
		return
	}
	if c.StripeKey == "" {
		return
	}
	kind, rest, _ := strings.Cut(c.StripeKey, "_") // the value is a secret: it is not shown
	if kind != "sk" && kind != "rk" || !strings.HasPrefix(rest, "live_") && !strings.HasPrefix(rest, "test_") {
		fail("SMTPSERVER_STRIPE_SECRET_KEY must begin with sk_live_, rk_live_, sk_test_ or rk_test_")
	}
	secrets := c.StripeSecrets()
	if len(secrets) == 0 || len(secrets) > 2 || slices.ContainsFunc(secrets, func(s string) bool { return !strings.HasPrefix(s, "whsec_") }) {
		fail("SMTPSERVER_STRIPE_WEBHOOK_SECRET must be the whsec_… of the endpoint %s/hooks/stripe, or two of them, comma-separated", c.PublicURL)
	}
	if u, err := url.Parse(c.StripeURL); c.StripeURL != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		fail("SMTPSERVER_STRIPE_API_URL is %q: give the whole address, like http://127.0.0.1:12111, or leave it out", c.StripeURL)
	}
}
