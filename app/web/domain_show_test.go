package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/domain"
)

// From a typed name to a proven domain, without script.
func TestDomainPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	base := "/a/" + ada.slug + "/domains"
	ada.get(base).want(t, http.StatusOK)

	refused := ada.post(base, url.Values{"domain": {"Gmail.com"}}).want(t, http.StatusUnprocessableEntity)
	if got := refused.doc(t).Find(`input[name="domain"]`); got.Length() > 0 && got.AttrOr("value", "") != "Gmail.com" {
		t.Errorf("the typed name is gone: %q", got.AttrOr("value", ""))
	}

	domainID := ada.addDomain(t, "Shop.Test")
	page := base + "/" + domainID.String()
	ada.get(page).want(t, http.StatusOK)
	if a := ada.post(base, url.Values{"domain": {"shop.test"}}).want(t, http.StatusSeeOther); a.to() != page {
		t.Errorf("the same name again leads to %s", a.to())
	}

	zone := ada.get(page+"/zone.txt").want(t, http.StatusOK)
	if got := zone.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("zone.txt is %s", got)
	}
	if !strings.Contains(zone.body, "._domainkey.shop.test. 3600 IN TXT \"v=DKIM1; k=rsa; p=") || !strings.Contains(zone.body, "bounces.shop.test. 3600 IN CNAME rp.mail.example.com.\n") {
		t.Errorf("zone.txt:\n%s", zone.body)
	}

	ada.post(page+"/rotate", nil).want(t, http.StatusSeeOther) // refused with a notice: the next key is not in DNS
	ada.prove(t, domainID)
	d, err := s.Domains.Get(t.Context(), ada.scope(), domainID)
	if err != nil || d.State != domain.Verified {
		t.Fatalf("after the check: %s, %v", d.State, err)
	}
	ada.post(page+"/check", nil).want(t, http.StatusSeeOther) // too soon: a notice, no error page
	ada.get(page).want(t, http.StatusOK)

	ada.post(page+"/remove", nil).want(t, http.StatusSeeOther)
	ada.get(page).want(t, http.StatusNotFound)
}

// Who has not confirmed the address may look, and changes nothing.
func TestDomainNeedsAConfirmedAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	eve := s.unconfirmed(t, "eve@example.com")
	base := "/a/" + eve.slug
	eve.get(base+"/domains").want(t, http.StatusOK)
	eve.post(base+"/domains", url.Values{"domain": {"shop.test"}}).want(t, http.StatusForbidden)
	eve.post(base+"/credentials", url.Values{"name": {"shop"}}).want(t, http.StatusForbidden)
	if list, err := s.Domains.List(t.Context(), eve.scope()); err != nil || len(list) != 0 {
		t.Errorf("%d domains, %v", len(list), err)
	}
}
