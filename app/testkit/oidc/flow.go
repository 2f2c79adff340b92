package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"smtpserver/app/secret"
)

// authorize signs the person in without asking and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	callback, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != p.ID || q.Get("response_type") != "code" {
		http.Error(w, "invalid_request", http.StatusBadRequest)
		return
	}
	if !p.Twisted().IgnorePKCE && (q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256") {
		http.Error(w, "PKCE is required", http.StatusBadRequest)
		return
	}
	code := secret.Token()
	p.mu.Lock()
	p.grants[code] = grant{person: p.person, nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	p.mu.Unlock()
	back := url.Values{"code": {code}, "state": {q.Get("state")}}
	if twist := p.Twisted().Redirect; twist != nil {
		twist(back, callback)
	}
	callback.RawQuery = back.Encode()
	http.Redirect(w, r, callback.String(), http.StatusFound)
}

// token exchanges a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	twist := p.Twisted()
	if twist.TokenStatus != 0 {
		http.Error(w, "broken", twist.TokenStatus)
		return
	}
	id, key, ok := r.BasicAuth()
	if !ok {
		id, key = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	p.mu.Lock()
	g, known := p.grants[r.FormValue("code")]
	delete(p.grants, r.FormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	proven := twist.IgnorePKCE || g.challenge == base64.RawURLEncoding.EncodeToString(sum[:])
	if id != p.ID || key != p.Secret || !known || !proven || r.FormValue("redirect_uri") != g.redirect {
		w.WriteHeader(http.StatusBadRequest)
		answer(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := p.claims(g)
	if twist.Claims != nil {
		twist.Claims(claims)
	}
	reply := map[string]any{"access_token": "access-" + g.person.Subject, "token_type": "Bearer", "expires_in": 300}
	var token any = p.Sign(claims, twist.ForeignKey)
	if twist.Token != nil {
		token = twist.Token(p.Sign(claims, twist.ForeignKey))
	}
	if token != nil {
		reply["id_token"] = token
	}
	answer(w, reply)
}

func (p *Provider) userinfo(w http.ResponseWriter, r *http.Request) {
	person := p.now()
	if r.Header.Get("Authorization") != "Bearer access-"+person.Subject {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	info := map[string]any{"sub": person.Subject, "email": person.Email, "email_verified": person.EmailVerified, "name": person.Name}
	if twist := p.Twisted().Userinfo; twist != nil {
		twist(info)
	}
	answer(w, info)
}

func (p *Provider) githubUser(w http.ResponseWriter, r *http.Request) {
	person := p.now()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer access-") {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	// The profile's address is public and set by the person: nobody should trust it.
	answer(w, map[string]any{"id": number(person.Subject), "login": person.Subject, "name": person.Name, "email": "public@example.net"})
}

func (p *Provider) githubEmails(w http.ResponseWriter, _ *http.Request) {
	person := p.now()
	answer(w, []map[string]any{
		{"email": "other@example.net", "primary": false, "verified": true},
		{"email": person.Email, "primary": true, "verified": person.EmailVerified},
	})
}

// number is GitHub's kind of subject.
func number(subject string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(subject)) // never fails
	return h.Sum32()
}
