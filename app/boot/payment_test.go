package boot

import (
	"net/http"
	"testing"

	"smtpserver/app/config"
	"smtpserver/app/testkit/stripefake"
)

// The doctor tells a key that answers from one that does not, and the modes apart.
func TestTheDoctorLooksAtStripe(t *testing.T) {
	fake := stripefake.New(t, nil)
	live := stripefake.New(t, nil)
	live.Live = true
	down := stripefake.New(t, nil)
	down.Fail(func(*http.Request) stripefake.Fault { return stripefake.Lost })
	const https = "SMTPSERVER_PUBLIC_URL=https://mail.example.com"
	for name, c := range map[string]struct {
		key, url, public string
		want             Colour
	}{
		"not used":                    {"", "", "", Green},
		"a test key":                  {stripefake.Key, fake.URL, "", Green},
		"a test key in production":    {stripefake.Key, fake.URL, https, Yellow},
		"a live key":                  {"sk_live_x", live.URL, https, Green},
		"a live key without https":    {"sk_live_x", live.URL, "", Red},
		"a live key in the test mode": {"sk_live_x", fake.URL, https, Red},
		"a wrong key":                 {"sk_test_wrong", fake.URL, "", Red},
		"no answer":                   {stripefake.Key, down.URL, "", Red},
	} {
		env := []string{"SMTPSERVER_SECRET_KEY=" + "0123456789012345678901234567890123456789"}
		if c.key != "" {
			env = append(env, "SMTPSERVER_STRIPE_SECRET_KEY="+c.key, "SMTPSERVER_STRIPE_WEBHOOK_SECRET=whsec_x, whsec_y", "SMTPSERVER_STRIPE_API_URL="+c.url)
		}
		if c.public != "" {
			env = append(env, c.public)
		}
		settings, err := config.Load(env)
		if err != nil {
			t.Fatal(err)
		}
		found := examineStripe(t.Context(), settings)
		if len(found) != 1 || found[0].Colour != c.want || c.want != Green && found[0].Remedy == "" {
			t.Errorf("%s: %+v", name, found)
		}
		if c.key != "" && len(settings.StripeSecrets()) != 2 {
			t.Errorf("%s: %d secrets", name, len(settings.StripeSecrets()))
		}
	}
}
