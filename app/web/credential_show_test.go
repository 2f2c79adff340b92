package web

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

var secretShape = regexp.MustCompile(`ssv_[a-z2-7]{32}`)

// The secret is in one answer and in no other.
func TestCredentialSecretIsShownOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	base := "/a/" + ada.slug + "/credentials"
	form := url.Values{"name": {"shop"}, "networks": {"192.0.2.0/24"}}
	created := ada.post(base, form).want(t, http.StatusOK)
	if got := created.Header.Get("Cache-Control"); !strings.Contains(got, "no-store") {
		t.Errorf("the answer with the secret may be kept: %q", got)
	}
	plain := secretShape.FindString(created.body)
	if plain == "" {
		t.Fatalf("no secret in\n%s", text(created.body))
	}
	who, err := s.Credentials.Authenticate(t.Context(), "shop", plain, netip.MustParseAddr("192.0.2.9"))
	if err != nil || who.AccountID != ada.scope().AccountID() {
		t.Errorf("the secret shown does not sign in: %+v, %v", who, err)
	}
	page := base + "/" + who.CredentialID.String()
	for _, a := range []answer{
		ada.post(base, form).want(t, http.StatusConflict), // the browser's reload
		ada.get(base).want(t, http.StatusOK),
		ada.get(page).want(t, http.StatusOK),
	} {
		if secretShape.MatchString(a.body) {
			t.Errorf("%s %s shows a secret again", a.Request.Method, a.Request.URL.Path)
		}
	}
	ada.post(page+"/revoke", nil).want(t, http.StatusSeeOther)
	_, err = s.Credentials.Authenticate(t.Context(), "shop", plain, netip.MustParseAddr("192.0.2.9"))
	if !fault.Is(err, fault.Unauthorized) {
		t.Errorf("a revoked credential signs in: %v", err)
	}
}

// What is refused comes back with what was typed; M-02: another account's domain in
// the body is refused like one that does not exist, and nothing is created.
func TestCredentialFormRefuses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	foreign := bob.addDomain(t, "shop.test")
	base := "/a/" + ada.slug + "/credentials"
	cases := []struct {
		name string
		form url.Values
	}{
		{"no name", url.Values{}},
		{"bad name", url.Values{"name": {"My Shop"}}},
		{"bad network", url.Values{"name": {"shop"}, "networks": {"10.0.0.1/8"}}},
		{"made-up stream", url.Values{"name": {"shop"}, "stream": {"bulk"}}},
		{"garbled domain", url.Values{"name": {"shop"}, "domain_id": {"'; --"}}},
		{"nobody's domain", url.Values{"name": {"shop"}, "domain_id": {id.New().String()}}},
		{"another account's domain", url.Values{"name": {"shop"}, "domain_id": {foreign.String()}}},
	}
	for _, c := range cases {
		a := ada.post(base, c.form).want(t, http.StatusUnprocessableEntity)
		if in := a.doc(t).Find(`input[name="name"]`); in.Length() > 0 && in.AttrOr("value", "") != c.form.Get("name") {
			t.Errorf("%s: the typed name became %q", c.name, in.AttrOr("value", ""))
		}
	}
	if list, err := s.Credentials.List(t.Context(), ada.scope()); err != nil || len(list) != 0 {
		t.Errorf("refused forms made %d credentials, %v", len(list), err)
	}
}

// "Send a test" goes to the person's own address only, and leads to the message.
func TestCredentialTry(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	domainID := ada.addDomain(t, "shop.test")
	ada.prove(t, domainID)
	path := "/a/" + ada.slug + "/credentials/" + credentialOf(t, ada).String() + "/test"
	sent := ada.post(path, url.Values{"from": {"hello@shop.test"}, "to": {"Ada@Example.com"}}).want(t, http.StatusSeeOther)
	if !strings.HasPrefix(sent.to(), "/a/"+ada.slug+"/messages/") {
		t.Errorf("leads to %s", sent.to())
	}
	for name, form := range map[string]url.Values{
		"to a stranger":    {"from": {"hello@shop.test"}, "to": {"victim@example.org"}},
		"from a stranger":  {"from": {"hello@other.test"}},
		"from what is not": {"from": {"x"}},
	} {
		if a := ada.post(path, form); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.StatusCode)
		}
	}
}
