package reputation

import (
	"net/netip"
	"strings"
	"testing"

	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/testkit/seed"
)

// What is seen at a sign-up is what it is, and most people show nothing.
func TestSignsOfASignUp(t *testing.T) {
	service := New(Deps{Disposable: listimport.IsDisposable})
	for _, c := range []struct {
		person, email, account string
		want                   string // part of the only sign; "" none
	}{
		{"Maria Brandt", "maria@hofladen-brandt.de", "Hofladen Brandt", ""},
		{"Jo", "jo@mailinator.com", "Jo's", "thrown away"},
		{"Jo", "jo@x.yopmail.com", "Jo's", "thrown away"},
		{"Support", "help@free.example", "PayPal Service", "“paypal”"},
		{"Support", "help@free.example", "Paypa1 Service", "“paypal”"},
		{"Ann", "ann@paypal.com", "PayPal", ""},
		{"Jo Chaser", "jo@chaser.example", "Chaser & Sons", ""}, // chase is a word of its own only
		{"Jo", "jo@xn--pypal-4ve.example", "Jo's", "letters"},
	} {
		got := service.signs(c.person, c.email, c.account)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// Signs hold nothing; they stand in the case when there is one. Where accounts are made is
// stored as a hash only.
func TestSignsWaitForACase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		box, err := secret.NewBox([]byte(strings.Repeat("k", 32)))
		w.must(err)
		w.Box, w.Disposable = box, listimport.IsDisposable
		from := netip.MustParseAddr("192.0.2.9")
		for _, name := range []string{"Beta", "Gamma"} {
			w.must(w.Greet(w.ctx, seed.NewAccount(t, w.store, name).ID, "Jo", "jo@free.example", name, from))
		}
		w.must(w.Greet(w.ctx, w.ID, "Jo", "jo@mailinator.com", "Alpha", from))
		if n := w.count("SELECT COUNT(*) FROM sign_up_origins WHERE network LIKE '%192%'"); n != 0 {
			t.Error("the address stands there in clear")
		}
		if st := w.standing(); st.Level != Good || !st.CaseID.IsZero() || len(w.post.kinds()) > 0 {
			t.Errorf("a sign did something: %+v", st)
		}
		w.must(w.doors.Allow(w.ctx, w.Scope, message.Transactional, 1))
		w.must(w.Stop(w.ctx, Staff{w.sam, "a phone call"}, w.ID))
		p, err := w.Picture(w.ctx, w.ID)
		w.must(err)
		if len(p.Notes) != 2 || p.Notes[0].CaseID != p.CaseID || !strings.Contains(p.Notes[0].Text+p.Notes[1].Text, "2 other accounts") {
			t.Errorf("%+v", p.Notes)
		}
		own, err := w.Own(w.ctx, w.ID)
		if w.must(err); len(own.Notes) != 0 {
			t.Error("the customer sees what was seen")
		}
	})
}
