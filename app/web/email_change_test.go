package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// An address moves when both mailboxes confirmed it, and not before; either can end it.
func TestAnAddressMovesWhenBothSidesConfirm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	s.member(t, "bob@example.com")
	refused := ada.post("/security/email", url.Values{"new_email": {"ada"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.body, `value="ada"`) {
		t.Error("what was typed is lost")
	}
	ada.post("/security/email", url.Values{"new_email": {"new@example.com"}}).want(t, http.StatusSeeOther)
	older := s.mails.link(t, "change_email", "ada@example.com")
	ada.post("/security/email", url.Values{"new_email": {"lovelace@example.com"}}).want(t, http.StatusSeeOther)
	if page := ada.get("/security/email").want(t, http.StatusOK); strings.Count(page.body, "has not confirmed yet") != 2 {
		t.Error(text(page.body))
	}
	outside := s.browser(t)
	outside.post(older, url.Values{"act": {"confirm"}}).want(t, http.StatusNotFound) // a later one replaced it
	from, to := s.mails.link(t, "change_email", "ada@example.com"), s.mails.link(t, "change_email", "lovelace@example.com")
	for _, link := range []string{from, to} {
		outside.get(link).want(t, http.StatusOK) // looking confirms nothing
	}
	outside.post(to, url.Values{"act": {"confirm"}}).want(t, http.StatusOK)
	if half := outside.post(to, url.Values{"act": {"confirm"}}).want(t, http.StatusOK); !strings.Contains(half.body, "Half done") {
		t.Error(text(half.body))
	}
	if ada.signedInAs() != "ada@example.com" {
		t.Error("one side moved the address")
	}
	if done := outside.post(from, url.Values{"act": {"confirm"}}).want(t, http.StatusOK); !strings.Contains(done.body, "Your address is changed") {
		t.Error(text(done.body))
	}
	if got := ada.signedInAs(); got != "lovelace@example.com" {
		t.Errorf("signed in as %q", got)
	}
	for _, email := range []string{"ada@example.com", "lovelace@example.com"} {
		s.mails.link(t, "email_changed", email)
	}
	outside.post(from, url.Values{"act": {"confirm"}}).want(t, http.StatusNotFound)
	audit := ada.get("/a/"+ada.slug+"/audit?topic=member").want(t, http.StatusOK)
	if !strings.Contains(audit.body, "Member address changed") {
		t.Error(text(audit.body))
	}

	// Either side ends it, and an address of another user is never taken; nobody is told that it is one.
	for _, side := range []string{"lovelace@example.com", "third@example.com"} {
		ada.post("/security/email", url.Values{"new_email": {"third@example.com"}}).want(t, http.StatusSeeOther)
		link := s.mails.link(t, "change_email", side)
		outside.post(link, url.Values{"act": {"cancel"}}).want(t, http.StatusOK)
		outside.post(link, url.Values{"act": {"confirm"}}).want(t, http.StatusNotFound)
	}
	ada.post("/security/email", url.Values{"new_email": {"bob@example.com"}}).want(t, http.StatusSeeOther)
	s.mails.link(t, "already_registered", "bob@example.com")
	outside.post(s.mails.link(t, "change_email", "lovelace@example.com"), url.Values{"act": {"confirm"}}).want(t, http.StatusOK)
	if got := ada.signedInAs(); got != "lovelace@example.com" {
		t.Errorf("signed in as %q", got)
	}
	ada.post("/security/email/withdraw", nil).want(t, http.StatusSeeOther)
	if page := ada.get("/security/email").want(t, http.StatusOK); strings.Contains(page.body, "under way") {
		t.Error("the withdrawn change is shown")
	}
}

// What a person does to how they sign in stands in the audit of each of their accounts.
func TestSigningInIsInTheAudit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	ada.post("/accounts/new", url.Values{"account_name": {"Second"}, "account_kind": {"individual"}, "terms_version": {"1"}, "accept_terms": {"on"}}).want(t, http.StatusSeeOther)
	elsewhere := s.browser(t)
	elsewhere.email = ada.email
	elsewhere.login(testPassword, header("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")).want(t, http.StatusSeeOther)
	ada.post("/security/sessions/end-others", nil).want(t, http.StatusSeeOther)
	ada.post("/a/"+ada.slug+"/settings/profile/password", url.Values{"current_password": {testPassword}, "password": {"eleven loud geese"}}).want(t, http.StatusSeeOther)
	second := ""
	for _, link := range ada.get("/a/" + ada.slug).doc(t).Find(`a[href^="/a/second-"]`).EachIter() {
		second, _ = link.Attr("href")
		break
	}
	for _, path := range []string{"/a/" + ada.slug, strings.Join(strings.Split(second, "/")[:3], "/")} {
		page := ada.get(path+"/audit").want(t, http.StatusOK)
		for _, want := range []string{"Member signed in", "Member other sessions ended", "Member password changed"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s lacks %q", path, want)
			}
		}
	}
	if page := bob.get("/a/"+bob.slug+"/audit").want(t, http.StatusOK); strings.Contains(page.body, "ada@example.com") {
		t.Error("another account's audit tells of her")
	}
}
