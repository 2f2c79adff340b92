package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestSessions is H-03.
func TestSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	works := func(token string) bool {
		b := s.browser(t)
		return b.get("/a/"+ada.slug, header("Cookie", "session="+token)).StatusCode == http.StatusOK
	}
	first := ada.cookie("session")
	if len(first) != 32 || !works(first) {
		t.Fatalf("session cookie %q", first)
	}

	t.Run("a token fixed before is not taken over", func(t *testing.T) {
		b := s.browser(t)
		fixed := strings.Repeat("a", 32)
		u, err := url.Parse(s.url)
		if err != nil {
			t.Fatal(err)
		}
		b.client.Jar.SetCookies(u, []*http.Cookie{{Name: "session", Value: fixed, Path: "/"}})
		b.email = ada.email
		b.login(testPassword).want(t, http.StatusSeeOther)
		if b.cookie("session") == fixed || works(fixed) {
			t.Error("the attacker's token is the session")
		}
	})
	t.Run("signing in again rotates", func(t *testing.T) {
		ada.login(testPassword).want(t, http.StatusSeeOther)
		if second := ada.cookie("session"); second == first || works(first) || !works(second) {
			t.Error("the token is the same, or the old one lives")
		}
	})
	t.Run("a new password ends the others and rotates this one", func(t *testing.T) {
		other := s.browser(t)
		other.email = ada.email
		other.login(testPassword).want(t, http.StatusSeeOther)
		mine, theirs := ada.cookie("session"), other.cookie("session")
		ada.post("/a/"+ada.slug+"/settings/profile/password", url.Values{"current_password": {testPassword}, "password": {"eleven loud geese"}}).want(t, http.StatusSeeOther)
		if works(mine) || works(theirs) || !works(ada.cookie("session")) {
			t.Error("an old session lives, or this browser is signed out")
		}
	})
	t.Run("signing out elsewhere", func(t *testing.T) {
		other := s.browser(t)
		other.email = ada.email
		other.login("eleven loud geese").want(t, http.StatusSeeOther)
		ada.post("/a/"+ada.slug+"/settings/profile/sign-out-elsewhere", nil).want(t, http.StatusSeeOther)
		if works(other.cookie("session")) || !works(ada.cookie("session")) {
			t.Error("the other session lives, or this one does not")
		}
	})
	t.Run("signing out kills the token on the server", func(t *testing.T) {
		token := ada.cookie("session")
		ada.post("/logout", nil).want(t, http.StatusSeeOther)
		if works(token) || ada.cookie("session") != "" {
			t.Error("alive after signing out")
		}
	})
	t.Run("a reset ends every session", func(t *testing.T) {
		ada.login("eleven loud geese").want(t, http.StatusSeeOther)
		token := ada.cookie("session")
		visitor := s.browser(t)
		visitor.post("/password", url.Values{"email": {ada.email}}).want(t, http.StatusOK)
		link := s.mails.link(t, "reset_password", ada.email)
		visitor.get(link).want(t, http.StatusOK)
		visitor.post(link, url.Values{"password": {"short"}}).want(t, http.StatusUnprocessableEntity)
		visitor.post(link, url.Values{"password": {testPassword}}).want(t, http.StatusSeeOther)
		if works(token) {
			t.Error("alive after a reset")
		}
		visitor.get(link).want(t, http.StatusNotFound)
		visitor.post(link, url.Values{"password": {testPassword}}).want(t, http.StatusNotFound)
	})
}

// TestHosts is H-05: what a request says about hosts is believed nowhere.
func TestHosts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	evil := []tweak{
		header("X-Forwarded-Host", "evil.example"), header("X-Forwarded-Proto", "https"), header("Forwarded", "host=evil.example"),
		func(r *http.Request) { r.Host = "evil.example" },
	}
	b := s.browser(t)
	token := b.token()
	evil = append(evil, header("Cookie", "visit="+b.cookie("visit"))) // the jar knows no evil.example
	form := signupValues("ada@example.com")
	form.Set("_csrf", token)
	b.do(http.MethodPost, "/signup", form.Encode(), evil...).want(t, http.StatusSeeOther)
	b.do(http.MethodPost, "/password", "email=ada@example.com&_csrf="+token, evil...).want(t, http.StatusOK)
	for _, m := range s.mails.all {
		if strings.Contains(m.Text+m.HTML, "evil") || !strings.Contains(m.Text, "http://mail.example.com/") {
			t.Errorf("%s: %s", m.Kind, m.Text)
		}
	}
	a := b.get("/a", evil...)
	if strings.Contains(a.to(), "evil") || strings.Contains(a.Header.Get("Set-Cookie"), "evil") {
		t.Errorf("redirect to %q", a.to())
	}
	for _, path := range []string{"/", "/login", "/terms", "/nothing"} {
		if body := b.get(path, evil...).body; strings.Contains(body, "evil.example") {
			t.Errorf("%s names the forged host", path)
		}
	}
}

// The limit counts the client, and a client cannot choose whom it is counted as.
func TestForwardedForCannotBeForged(t *testing.T) {
	t.Parallel()
	guess := func(s *site, b *browser, hops string) int {
		return b.post("/login", url.Values{"email": {"ada@example.com"}, "password": {"a wrong guess"}}, header("X-Forwarded-For", hops)).StatusCode
	}
	t.Run("no proxy", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		b := s.browser(t)
		var last int
		for i := range 6 {
			last = guess(s, b, "192.0.2."+string(rune('1'+i)))
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("a new header made the sixth guess a first one: %d", last)
		}
	})
	t.Run("behind a proxy", func(t *testing.T) {
		t.Parallel()
		s := newSite(t, loopback)
		b := s.browser(t)
		var last int
		for i := range 6 {
			last = guess(s, b, "192.0.2."+string(rune('1'+i))+", 198.51.100.9") // the proxy appended the last
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("what the client wrote before the proxy's entry was believed: %d", last)
		}
		if got := guess(s, b, "198.51.100.10"); got != http.StatusUnprocessableEntity {
			t.Errorf("another client is limited too: %d", got)
		}
	})
}
