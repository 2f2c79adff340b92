package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"smtpserver/app/billing/stripe"
	"smtpserver/app/clock"
	"smtpserver/app/testkit/stripefake"
)

const hookSecret = "whsec_test"

// withCards has the site collect by Stripe's fake, which has a clock of its own: Stripe tells
// times in whole seconds, and people take longer than that.
func (s *site) withCards(t *testing.T) (*stripefake.Server, *clock.Fake) {
	t.Helper()
	c := clock.NewFake(time.Now())
	fake := stripefake.New(t, c)
	p, err := stripe.New(stripe.Options{Key: stripefake.Key, Secrets: []string{hookSecret}, URL: fake.URL, Server: "mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	s.Billing.CollectBy(p)
	return fake, c
}

// report posts what Stripe has to tell, as Stripe does: no cookie, no token.
func (s *site) report(t *testing.T, body, signature string) answer {
	t.Helper()
	return s.browser(t).do(http.MethodPost, "/hooks/stripe", body, header("Content-Type", "application/json"), header("Stripe-Signature", signature))
}

func (s *site) hear(t *testing.T, fake *stripefake.Server) {
	t.Helper()
	for _, e := range fake.Events() {
		s.report(t, string(e.Body), stripefake.Sign(e.Body, time.Now(), hookSecret)).want(t, http.StatusOK)
	}
}

var onward = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[A-Za-z0-9/_]+`)

// From adding a card to a bank that asks, a payment, a credit note that goes back to the
// card, and a dispute, through the pages alone.
func TestPaymentByCardPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fake, c := s.withCards(t)
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	here := "/a/" + ada.slug + "/billing"
	says := func(b *browser, path string, wants ...string) answer {
		t.Helper()
		got := b.get(path).want(t, http.StatusOK)
		for _, want := range wants {
			if !strings.Contains(text(got.body), want) {
				t.Errorf("%s does not say %q: %s", path, want, text(got.body))
			}
		}
		return got
	}
	says(ada, here, "No card is kept", "Add a card")
	if got := ada.post(here+"/automatic", url.Values{"on": {"1"}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "Add one first") {
		t.Error(text(got.body))
	}
	page := ada.post(here+"/card", nil).want(t, http.StatusOK)
	session := stripefake.SessionOf(onward.FindString(page.body))
	if err := fake.Complete(session, stripefake.AsksSCA); err != nil {
		t.Fatal(err, page.body)
	}
	ada.get(here+"/return").want(t, http.StatusSeeOther)
	ada.get(here+"/return?session="+session).want(t, http.StatusSeeOther)
	says(ada, here, "Visa ending in 3184 pays each invoice by itself", "Valid until April 2040", "Replace or remove the card")
	s.hear(t, fake)
	if got := ada.post(here+"/manage", nil).want(t, http.StatusOK); !strings.Contains(got.body, "/p/session/") {
		t.Error(text(got.body))
	}
	says(ada, "/a/"+ada.slug+"/settings/data", "Payment information held", "Last four digits3184", "Card numbernot held", "pm_fake")

	invoice := invoiceOf(t, ada)
	says(ada, here, "The card pays it within minutes")
	if err := s.Billing.Collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.hear(t, fake)
	says(ada, here, "To confirm", "The bank asks you to confirm this payment yourself", "Confirm and pay")
	if mail := s.mails.link(t, "card_refused", "ada@example.com"); mail != here {
		t.Errorf("the mail leads to %s", mail)
	}
	bob := s.member(t, "bob@example.com")
	bob.post("/a/"+bob.slug+"/billing/invoices/"+invoice.String()+"/pay", nil).want(t, http.StatusNotFound)
	c.Advance(time.Minute)
	page = ada.post(here+"/invoices/"+invoice.String()+"/pay", nil).want(t, http.StatusOK)
	session = stripefake.SessionOf(onward.FindString(page.body))
	says(ada, here, "A payment was begun and not finished", "Go on with it")
	if err := fake.Complete(session, stripefake.Good); err != nil {
		t.Fatal(err)
	}
	bob.get("/a/"+bob.slug+"/billing/return?session="+session).want(t, http.StatusNotFound)
	s.hear(t, fake) // they closed the window: the event alone does it
	got := says(ada, here, "Visa ending in 4242 pays each invoice by itself")
	if got.doc(t).Find(`[data-state="paid"]`).Length() != 1 {
		t.Error(text(got.body))
	}
	ada.post(here+"/automatic", url.Values{"on": {"0"}}).want(t, http.StatusSeeOther)
	says(ada, here, "is asked only when you say so")

	staffs := "/staff/invoices/" + invoice.String()
	says(sam, staffs, "At the payment provider", "Payment page", "Refused", "the bank asks you to confirm", "Pay back to the card")
	sam.post(staffs+"/credit", url.Values{"net": {"5"}, "reason": {"A bad week"}, "back": {"1"}}).want(t, http.StatusSeeOther)
	says(sam, staffs, "C-000001", "Paid back for C-000001", "Nothing is open")
	if got := sam.post(staffs+"/refund", url.Values{"refund": {"50"}, "refund_reason": {"x"}}).want(t, http.StatusUnprocessableEntity); got.doc(t).Find("#f-refund-error").Length() != 1 {
		t.Error(text(got.body))
	}
	if got := sam.post(staffs+"/refund", url.Values{"refund": {"1,50"}, "refund_reason": {"x"}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `value="1,50"`) {
		t.Error("what was typed is lost")
	}
	sam.post(staffs+"/refund", url.Values{"refund": {"1.50"}, "refund_reason": {"By mistake"}}).want(t, http.StatusSeeOther)
	says(sam, staffs, "1.50 EUR is open", "By mistake")
	dispute, err := fake.Dispute(fake.Find("payment_intent", func(o map[string]any) bool { return o["status"] == "succeeded" })[0])
	if err != nil {
		t.Fatal(err)
	}
	s.hear(t, fake)
	says(sam, staffs, "the card's owner contests", "Answer in Stripe's dashboard by")
	says(ada, here, "Contested")
	if err := fake.Decide(dispute, true); err != nil {
		t.Fatal(err)
	}
	s.hear(t, fake)
	says(sam, staffs, "was won")
	for _, want := range []string{"Payment refunded", "Invoice credited"} {
		says(sam, "/staff/audit", want)
	}

	fake.Fail(func(*http.Request) stripefake.Fault { return stripefake.Before })
	if got := ada.post(here+"/manage", nil); got.StatusCode != http.StatusServiceUnavailable || !strings.Contains(got.body, "Nothing was charged") {
		t.Errorf("%d %s", got.StatusCode, text(got.body))
	}
	ada.post(here+"/card", nil).want(t, http.StatusServiceUnavailable)
}

// W-01 at the door: what is not Stripe's has no effect and gets a 400, whoever sends it is
// soon sent away, and that never touches what is signed.
func TestW01TheDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	visitor := s.browser(t)
	visitor.do(http.MethodPost, "/hooks/stripe", "{}").want(t, http.StatusNotFound) // nobody collects
	s.withCards(t)
	visitor.get("/hooks/stripe").want(t, http.StatusMethodNotAllowed)
	const body = `{"id": "evt_1", "object": "event", "type": "customer.created", "livemode": false, "data": {"object": {"id": "cus_1", "object": "customer"}}}`
	good := func(body string) string { return stripefake.Sign([]byte(body), time.Now(), hookSecret) }
	live := strings.Replace(body, "false", "true", 1)
	large := func(octets int) string {
		return strings.Replace(body, "customer.created", "charge.refunded", 1) + strings.Repeat(" ", octets) // which has an effect
	}
	for name, c := range map[string]struct {
		body, signature string
		want            int
	}{
		"good":                {body, good(body), http.StatusOK},
		"unknown type":        {strings.Replace(body, "customer.created", "of.tomorrow", 1), good(strings.Replace(body, "customer.created", "of.tomorrow", 1)), http.StatusOK},
		"no signature":        {body, "", http.StatusBadRequest},
		"another's signature": {body, stripefake.Sign([]byte(body), time.Now(), "whsec_other"), http.StatusBadRequest},
		"old":                 {body, stripefake.Sign([]byte(body), time.Now().Add(-6*time.Minute), hookSecret), http.StatusBadRequest},
		"encoded anew":        {strings.ReplaceAll(body, ": ", ":"), good(body), http.StatusBadRequest},
		"the other mode":      {live, good(live), http.StatusBadRequest},
		"2 MB":                {large(2 << 20), good(large(2 << 20)), http.StatusRequestEntityTooLarge},
	} {
		if got := s.report(t, c.body, c.signature); got.StatusCode != c.want {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
	}
	// Of 10 MB nobody reads the end: who still sends may be cut off before they read the answer.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/hooks/stripe", strings.NewReader(large(10<<20)))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Stripe-Signature", good(large(10<<20)))
	if got, err := http.DefaultTransport.RoundTrip(request); err == nil {
		if err := got.Body.Close(); err != nil || got.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("10 MB: %d %v", got.StatusCode, err)
		}
	}
	if n := s.count(t, "payment_events"); n != 0 {
		t.Errorf("%d reports had an effect", n)
	}
	limited := 0
	for range hookRefusals + 5 {
		if s.report(t, body, "").StatusCode == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited == 0 {
		t.Error("who guesses signatures is never sent away")
	}
}
