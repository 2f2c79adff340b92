package web

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"smtpserver/app/clock"
	"smtpserver/app/testkit/oidc"
	"smtpserver/app/web/oauth"
)

const (
	tenantA  = "11111111-aaaa-4aaa-8aaa-111111111111"
	tenantB  = "22222222-bbbb-4bbb-8bbb-222222222222"
	personal = "9188040d-6c67-4c5b-b112-36a304b66dad"
)

func tenantIssuer(tenant string) string {
	return "https://login.microsoftonline.com/" + tenant + "/v2.0"
}

// entra answers for Microsoft's discovery: one issuer with a gap for the tenant, and
// everything else at the provider on loopback.
type entra struct{ at *oidc.Provider }

func (e entra) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != "login.microsoftonline.com" {
		return http.DefaultTransport.RoundTrip(req)
	}
	rec := func(status int, body []byte) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(body))), Request: req}
	}
	if req.URL.Path != "/common/v2.0/.well-known/openid-configuration" {
		return rec(http.StatusNotFound, nil), nil
	}
	body, err := json.Marshal(map[string]any{
		"issuer": tenantIssuer("{tenantid}"), "authorization_endpoint": e.at.URL + "/authorize", "token_endpoint": e.at.URL + "/token",
		"jwks_uri": e.at.URL + "/keys", "userinfo_endpoint": e.at.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256"},
	})
	return rec(http.StatusOK, body), err
}

func newMicrosoftSite(t *testing.T) *providerSite {
	t.Helper()
	s := &providerSite{site: newSite(t), at: oidc.Start(t)}
	o := oauth.Options{PublicURL: s.cfg.PublicURL, Clock: clock.System, Client: &http.Client{Transport: entra{s.at}}}
	s.Providers = []*oauth.Provider{oauth.Microsoft(o, oauth.Client{ID: s.at.ID, Secret: s.at.Secret})}
	return s
}

// of is an honest token of a tenant, changed.
func of(tenant string, claims map[string]any) oidc.Twist {
	return oidc.Twist{Claims: func(c map[string]any) {
		c["iss"], c["tid"] = tenantIssuer(tenant), tenant
		delete(c, "email_verified") // Microsoft has no such claim
		for name, value := range claims {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}
	}, Userinfo: func(c map[string]any) { delete(c, "email_verified") }}
}

// Microsoft's "email" is what any tenant's admin typed. It counts only with the claim that
// the domain's owner is verified, or from where Microsoft proves addresses itself.
func TestH04MicrosoftsAddressesCountOnlyWhenVerified(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		twist oidc.Twist
		opens bool
	}{
		"verified owner":             {of(tenantA, map[string]any{"xms_edov": true}), true},
		"verified owner, as a text":  {of(tenantA, map[string]any{"xms_edov": "1"}), true},
		"verified owner, as number":  {of(tenantA, map[string]any{"xms_edov": 1}), true},
		"a personal identity":        {of(personal, nil), true},
		"no claim":                   {of(tenantA, nil), false},
		"claim false":                {of(tenantA, map[string]any{"xms_edov": false}), false},
		"claim 0":                    {of(tenantA, map[string]any{"xms_edov": "0"}), false},
		"claim of another kind":      {of(tenantA, map[string]any{"xms_edov": []string{"true"}}), false},
		"only email_verified":        {of(tenantA, map[string]any{"email_verified": true}), false},
		"only preferred_username":    {of(tenantA, map[string]any{"preferred_username": "ada@example.com"}), false},
		"claim only in userinfo":     {withUserinfo(of(tenantA, nil), "xms_edov", true), false},
		"personal tenant, userinfo":  {withUserinfo(of(tenantA, nil), "tid", personal), false},
		"another address, userinfo":  {withUserinfo(of(tenantA, map[string]any{"xms_edov": true}), "email", "victim@example.net"), false},
		"issuer of another tenant":   {of(tenantA, map[string]any{"xms_edov": true, "iss": tenantIssuer(tenantB)}), false},
		"tenant of another issuer":   {of(tenantA, map[string]any{"xms_edov": true, "tid": tenantB}), false},
		"no tenant":                  {of(tenantA, map[string]any{"xms_edov": true, "tid": nil}), false},
		"tenant that is a path":      {of(tenantA+"/x", map[string]any{"xms_edov": true}), false},
		"the template itself":        {of("{tenantid}", map[string]any{"xms_edov": true, "tid": ""}), false},
		"issuer that is no tenant's": {of(tenantA, map[string]any{"xms_edov": true, "iss": "https://evil.example"}), false},
		"personal tenant, forged":    {of(personal, map[string]any{"iss": tenantIssuer(tenantA)}), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newMicrosoftSite(t)
			s.at.SignedIn(oidc.Person{Subject: "ada-1", Email: "ada@example.com"}, c.twist)
			b := s.browser(t)
			a := b.get(s.round(t, b, "microsoft"))
			if opens := a.to() == "/signup/complete"; opens != c.opens {
				t.Fatalf("status %d, led to %q: %s", a.StatusCode, a.to(), text(a.body))
			}
			if !c.opens && (a.StatusCode < 400 || a.StatusCode > 499 || b.signedInAs() != "") {
				t.Errorf("status %d, signed in as %q", a.StatusCode, b.signedInAs())
			}
		})
	}
}

func withUserinfo(twist oidc.Twist, name string, value any) oidc.Twist {
	before := twist.Userinfo
	twist.Userinfo = func(c map[string]any) {
		before(c)
		c[name] = value
	}
	return twist
}

// The same subject in two tenants is two people.
func TestH04TenantsAreApart(t *testing.T) {
	t.Parallel()
	s := newMicrosoftSite(t)
	ada := s.member(t, "ada@example.com")
	s.at.SignedIn(oidc.Person{Subject: "same", Email: "ada@work.example"}, of(tenantA, nil))
	s.link(t, ada, "microsoft").want(t, http.StatusSeeOther)
	for tenant, want := range map[string]string{tenantA: "ada@example.com", tenantB: ""} {
		s.at.SignedIn(oidc.Person{Subject: "same", Email: "ada@work.example"}, of(tenant, nil))
		b := s.browser(t)
		b.get(s.round(t, b, "microsoft"))
		if got := b.signedInAs(); got != want {
			t.Errorf("tenant %s: signed in as %q, want %q", tenant, got, want)
		}
	}
}
