package stripe_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"smtpserver/app/billing"
	"smtpserver/app/billing/stripe"
	"smtpserver/app/clock"
	"smtpserver/app/testkit/stripefake"
)

const (
	secret = "whsec_new"
	old    = "whsec_old"
)

var now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func provider(t *testing.T, key string, secrets ...string) *stripe.Provider {
	t.Helper()
	p, err := stripe.New(stripe.Options{Key: key, Secrets: secrets, Server: "mail.example.com", Clock: clock.NewFake(now)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const body = `{"id": "evt_1", "object": "event", "type": "payment_intent.succeeded", "livemode": false, "data": {"object": {"id": "pi_1", "object": "payment_intent", "customer": "cus_1"}}}`

// W-01: what is not Stripe's, not for this endpoint, not of now or of the other mode is
// refused; what is, is read from the octets as they came.
func TestW01Signatures(t *testing.T) {
	sign := func(body string, at time.Time, secret string) string {
		return stripefake.Sign([]byte(body), at, secret)
	}
	good := sign(body, now, secret)
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(body), "", "  "); err != nil {
		t.Fatal(err)
	}
	v1 := good[strings.Index(good, "v1="):]
	for _, c := range []struct {
		name, body, signature string
		good                  bool
	}{
		{"good", body, good, true},
		{"signed by the secret that is on its way out", body, sign(body, now, old), true},
		{"299 s old", body, sign(body, now.Add(-299*time.Second), secret), true},
		{"a second signature of a scheme we do not know", body, good + ",v0=00", true},
		{"no signature", body, "", false},
		{"no time", body, v1, false},
		{"no time that is one", body, "t=soon," + v1, false},
		{"another time", body, "t=1804075199," + v1, false},
		{"two times, the fresh one first", body, strings.Replace(good, "t=", "t=1804075200,t=", 1), false},
		{"two times of a replayed one", body, "t=1804075200," + sign(body, now.Add(-time.Hour), secret), false},
		{"no hex", body, "t=1804075200,v1=zz", false},
		{"the older scheme alone", body, strings.Replace(good, "v1=", "v0=", 1), false},
		{"301 s old", body, sign(body, now.Add(-301*time.Second), secret), false},
		{"301 s ahead", body, sign(body, now.Add(301*time.Second), secret), false},
		{"another endpoint's secret", body, sign(body, now, "whsec_other"), false},
		{"an empty secret", body, sign(body, now, ""), false},
		{"encoded anew", indented.String(), good, false},
		{"a blank more", body + " ", good, false},
		{"another body", strings.Replace(body, "pi_1", "pi_2", 1), good, false},
		{"signed, and no JSON", "x", sign("x", now, secret), false},
		{"signed, and no event", "{}", sign("{}", now, secret), false},
		{"signed, of the other mode", strings.Replace(body, "false", "true", 1), sign(strings.Replace(body, "false", "true", 1), now, secret), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := provider(t, "sk_test_x", secret, old).Event([]byte(c.body), c.signature)
			if c.good != (err == nil) || !c.good && !errors.Is(err, billing.ErrForged) {
				t.Fatalf("%+v, %v", e, err)
			}
			if c.good && (e.ID != "evt_1" || e.Reference != "pi_1") {
				t.Errorf("%+v", e)
			}
		})
	}
	if _, err := provider(t, "sk_live_x", secret).Event([]byte(body), good); !errors.Is(err, billing.ErrForged) {
		t.Errorf("a test event with a live key: %v", err)
	}
	if _, err := provider(t, "sk_test_x").Event([]byte(body), sign(body, now, "")); !errors.Is(err, billing.ErrForged) {
		t.Errorf("without a secret: %v", err)
	}
	if _, err := stripe.New(stripe.Options{Key: "pk_test_x"}); err == nil {
		t.Error("a publishable key is taken")
	}
}

// What an event is about, for each kind of thing, whole or by name.
func TestWhatAnEventIsAbout(t *testing.T) {
	for _, c := range []struct {
		kind, object string
		want         billing.Event
	}{
		{"charge.refunded", `{"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}`, billing.Event{Reference: "pi_1"}},
		{"refund.failed", `{"id": "re_1", "object": "refund", "payment_intent": {"id": "pi_1"}}`, billing.Event{Reference: "pi_1"}},
		{"charge.dispute.created", `{"id": "dp_1", "object": "dispute", "payment_intent": null}`, billing.Event{}},
		{"checkout.session.completed", `{"id": "cs_1", "object": "checkout.session", "mode": "setup", "payment_intent": null}`, billing.Event{Session: "cs_1", Keeps: true}},
		{"checkout.session.expired", `{"id": "cs_1", "object": "checkout.session", "mode": "payment", "payment_intent": "pi_1"}`, billing.Event{Session: "cs_1", Reference: "pi_1"}},
		{"customer.deleted", `{"id": "cus_1", "object": "customer"}`, billing.Event{Customer: "cus_1"}},
		{"payment_method.attached", `{"id": "pm_1", "object": "payment_method", "customer": "cus_1"}`, billing.Event{Customer: "cus_1"}},
		{"payment_method.detached", `{"id": "pm_1", "object": "payment_method", "customer": null}`, billing.Event{Customer: "cus_9"}},
		{"invoice.paid", `{"id": "in_1", "object": "invoice", "payment_intent": "pi_1"}`, billing.Event{}},
		{"of.tomorrow", `{"id": "x_1", "object": "charge", "payment_intent": "pi_1"}`, billing.Event{}},
	} {
		text := `{"id": "evt_1", "type": "` + c.kind + `", "livemode": false, "data": {"object": ` + c.object + `, "previous_attributes": {"customer": "cus_9"}}}`
		e, err := provider(t, "sk_test_x", secret).Event([]byte(text), stripefake.Sign([]byte(text), now, secret))
		if c.want.ID, c.want.Kind = "evt_1", c.kind; err != nil || e != c.want {
			t.Errorf("%s: %+v, %v", c.kind, e, err)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(body), "t=1804075200,v1=00")
	f.Add([]byte(`{"id":"e","livemode":false,"type":"charge.refunded","data":{"object":{"object":"charge","payment_intent":{"id":1}}}}`), "t=1,t=2")
	p, err := stripe.New(stripe.Options{Key: "sk_test_x", Secrets: []string{secret}, Clock: clock.NewFake(now)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, signature string) {
		if _, err := p.Event(body, signature); err == nil {
			t.Error("a signature was guessed")
		}
		_, _ = p.Event(body, stripefake.Sign(body, now, secret)) // must not panic
	})
}
