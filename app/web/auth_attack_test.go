package web

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"smtpserver/app/testkit/oidc"
)

// TestH04Takeovers is H-04: ada has a password and a linked identity; each attacker
// tries to become her, or to put their identity into her account. None of them does:
// nobody is signed in, nothing is linked, nobody is made.
func TestH04Takeovers(t *testing.T) {
	t.Parallel()
	claim := func(name string, value any) oidc.Twist {
		return oidc.Twist{Claims: func(c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		}}
	}
	token := func(fn func(signed string) any) oidc.Twist { return oidc.Twist{Token: fn} }
	stranger := func(verified bool) oidc.Person {
		return oidc.Person{Subject: "mallory", Email: "ada@example.com", EmailVerified: verified, Name: "Ada"}
	}
	// What the provider says or signs is wrong, in the attacker's own round.
	lies := map[string]struct {
		person oidc.Person
		twist  oidc.Twist
	}{
		"unverified address of hers":  {stranger(false), oidc.Twist{}},
		"verified address of hers":    {stranger(true), oidc.Twist{}},
		"address verified by \"no\"":  {stranger(false), oidc.Twist{Claims: func(c map[string]any) { c["email_verified"] = "no" }, Userinfo: func(c map[string]any) { c["email_verified"] = "no" }}},
		"another nonce":               {adaAtProvider, claim("nonce", "x")},
		"no nonce":                    {adaAtProvider, claim("nonce", nil)},
		"another audience":            {adaAtProvider, claim("aud", "another-client")},
		"no audience":                 {adaAtProvider, claim("aud", nil)},
		"two audiences":               {adaAtProvider, claim("aud", []string{"client", "another-client"})},
		"another authorised party":    {adaAtProvider, claim("azp", "another-client")},
		"another issuer":              {adaAtProvider, claim("iss", "https://evil.example")},
		"no issuer":                   {adaAtProvider, claim("iss", nil)},
		"expired":                     {adaAtProvider, claim("exp", 1_600_000_000)},
		"no expiry":                   {adaAtProvider, claim("exp", nil)},
		"expiry that is no number":    {adaAtProvider, claim("exp", "soon")},
		"no subject":                  {adaAtProvider, claim("sub", nil)},
		"another access token's hash": {adaAtProvider, claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")},
		"a key that is not published": {adaAtProvider, oidc.Twist{ForeignKey: true}},
		"no ID token":                 {adaAtProvider, token(func(string) any { return nil })},
		"an ID token that is no text": {adaAtProvider, token(func(string) any { return 42 })},
		"an ID token that is none":    {adaAtProvider, token(func(string) any { return "a.b.c" })},
		"alg none":                    {adaAtProvider, token(func(s string) any { return unsigned(s) })},
		"HS256 with the client's key": {adaAtProvider, token(func(s string) any { return symmetric(t, s) })},
		"a changed payload":           {stranger(true), token(func(s string) any { return forged(s, "mallory", "ada-1") })},
		"userinfo of another":         {adaAtProvider, oidc.Twist{Userinfo: func(c map[string]any) { c["sub"] = "mallory" }}},
	}
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attack(t, func(s *providerSite, _, mallory *browser) {
				s.at.SignedIn(lie.person, lie.twist)
				mallory.get(s.round(t, mallory, "oidc"))
			})
		})
	}
	// What the attacker does with callbacks.
	for name, act := range map[string]func(t *testing.T, s *providerSite, ada, mallory *browser){
		"no state": func(t *testing.T, s *providerSite, _, mallory *browser) {
			mallory.get(without(s.round(t, mallory, "oidc"), "state"))
		},
		"another state": func(t *testing.T, s *providerSite, _, mallory *browser) {
			mallory.get(changed(s.round(t, mallory, "oidc"), "state", strings.Repeat("a", 32)))
		},
		"no code": func(t *testing.T, s *providerSite, _, mallory *browser) {
			mallory.get(without(s.round(t, mallory, "oidc"), "code"))
		},
		"callback of her round in another browser": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			mallory.get(s.round(t, ada, "oidc"))
		},
		"her code in a round of one's own": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			stolen := query(s.round(t, ada, "oidc"), "code")
			mallory.get(changed(s.round(t, mallory, "oidc"), "code", stolen)) // PKCE
		},
		"her code where the provider knows no PKCE": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			s.at.SignedIn(adaAtProvider, oidc.Twist{IgnorePKCE: true})
			stolen := query(s.round(t, ada, "oidc"), "code")
			mallory.get(changed(s.round(t, mallory, "oidc"), "code", stolen)) // nonce
		},
		"verifier and address of the exchange in the query": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			stolen := query(s.round(t, ada, "oidc"), "code")
			path := changed(s.round(t, mallory, "oidc"), "code", stolen)
			mallory.get(path + "&code_verifier=" + strings.Repeat("a", 43) + "&redirect_uri=https://evil.example/auth/oidc/callback")
		},
		"a replayed callback": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			callback := s.round(t, ada, "oidc")
			ada.get(callback)
			mallory.get(callback)
			u, _ := url.Parse(s.url)
			mallory.client.Jar.SetCookies(u, []*http.Cookie{{Name: "round", Value: ada.cookie("round"), Path: "/"}})
			mallory.get(callback)
		},
		"a used code in a new round": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			callback := s.round(t, ada, "oidc")
			ada.get(callback)
			mallory.get(changed(s.round(t, mallory, "oidc"), "code", query(callback, "code")))
		},
		"mix-up: the callback of another provider": func(t *testing.T, s *providerSite, _, mallory *browser) {
			mallory.get(strings.Replace(s.round(t, mallory, "oidc"), "/auth/oidc/", "/auth/github/", 1))
		},
		"mix-up: another issuer named": func(t *testing.T, s *providerSite, _, mallory *browser) {
			mallory.get(s.round(t, mallory, "oidc") + "&iss=https%3A%2F%2Fevil.example")
		},
		"GitHub: an unverified address of hers": func(t *testing.T, s *providerSite, _, mallory *browser) {
			s.other.SignedIn(stranger(false), oidc.Twist{})
			mallory.get(s.round(t, mallory, "github"))
		},
		"GitHub: a verified address of hers": func(t *testing.T, s *providerSite, _, mallory *browser) {
			s.other.SignedIn(stranger(true), oidc.Twist{})
			mallory.get(s.round(t, mallory, "github"))
		},
		"completing without a round": func(_ *testing.T, _ *providerSite, _, mallory *browser) {
			mallory.post("/signup/complete", completeValues())
		},
		"completing from a round's cookie": func(t *testing.T, s *providerSite, _, mallory *browser) {
			s.round(t, mallory, "oidc")
			mallory.post("/signup/complete", completeValues())
		},
		"linking by a link": func(t *testing.T, s *providerSite, ada, _ *browser) {
			s.at.SignedIn(stranger(true), oidc.Twist{})
			if a := ada.get("/auth/oidc/link"); a.StatusCode < 400 {
				t.Errorf("a GET begins to link: %d", a.StatusCode)
			}
			ada.get(s.round(t, ada, "oidc")) // a sign-in round links nothing
		},
		"finishing her round of linking in another browser": func(t *testing.T, s *providerSite, ada, mallory *browser) {
			s.at.SignedIn(stranger(true), oidc.Twist{})
			address, _ := ada.post("/auth/github/link", nil).doc(t).Find("main a").First().Attr("href")
			mallory.get(s.away(t, address))
		},
		"her link begun, then another session": func(t *testing.T, s *providerSite, ada, _ *browser) {
			s.other.SignedIn(stranger(true), oidc.Twist{})
			address, _ := ada.post("/auth/github/link", nil).doc(t).Find("main a").First().Attr("href")
			ada.login(testPassword).want(t, http.StatusSeeOther)
			ada.get(s.away(t, address))
		},
		"Host and X-Forwarded-Host": func(t *testing.T, s *providerSite, _, mallory *browser) {
			a := mallory.get("/auth/oidc", header("X-Forwarded-Host", "evil.example"), func(r *http.Request) { r.Host = "evil.example" })
			if back := query(a.to(), "redirect_uri"); back != "http://mail.example.com/auth/oidc/callback" {
				t.Errorf("the provider is told to send people to %q", back)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			attack(t, func(s *providerSite, ada, mallory *browser) { act(t, s, ada, mallory) })
		})
	}
	if n := len(lies); n < 20 {
		t.Errorf("only %d lies", n)
	}
}

// attack sets the scene, lets the attacker act, and looks at what became of it.
func attack(t *testing.T, act func(s *providerSite, ada, mallory *browser)) {
	t.Helper()
	s := newProviderSite(t)
	ada, mallory := s.member(t, "ada@example.com"), s.browser(t)
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	s.link(t, ada, "oidc").want(t, http.StatusSeeOther)
	if s.count(t, "linked_identities") != 1 {
		t.Fatal("ada's own identity is not linked")
	}
	act(s, ada, mallory)
	if who := mallory.signedInAs(); who != "" {
		t.Errorf("TAKEOVER: the attacker is signed in as %s", who)
	}
	if n := s.count(t, "linked_identities"); n != 1 {
		t.Errorf("TAKEOVER: %d identities are linked", n)
	}
	if n := s.count(t, "users"); n != 1 {
		t.Errorf("%d users", n)
	}
	if who := ada.signedInAs(); who != "ada@example.com" {
		t.Errorf("ada is signed in as %q", who)
	}
}

// The same round without an attack signs in, or the tests above would prove nothing.
func TestAnHonestRoundSignsIn(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	ada := s.member(t, "ada@example.com")
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	s.link(t, ada, "oidc").want(t, http.StatusSeeOther)
	b := s.browser(t)
	b.get(s.round(t, b, "oidc")).want(t, http.StatusSeeOther)
	if b.signedInAs() != "ada@example.com" {
		t.Errorf("signed in as %q", b.signedInAs())
	}
}

func query(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

func changed(address, name, value string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

func without(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Del(name)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

func unsigned(signed string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + strings.Split(signed, ".")[1] + "."
}

func forged(signed, from, to string) string {
	parts := strings.Split(signed, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.ReplaceAll(string(body), from, to)))
	return strings.Join(parts, ".")
}

func symmetric(t *testing.T, signed string) string {
	t.Helper()
	body, err := base64.RawURLEncoding.DecodeString(strings.Split(signed, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(strings.Repeat("client-secret", 4))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
