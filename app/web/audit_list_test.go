package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/account"
)

// What a member does shows with who, what and from where; never with a secret.
func TestTheAuditTellsWhatWasDone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	here := "/a/" + ada.slug
	ada.post(here+"/domains", url.Values{"domain": {"shop.example.com"}}).want(t, http.StatusSeeOther)
	issued := ada.post(here+"/credentials", url.Values{"name": {"till"}}, header("User-Agent", "Fox/9")).want(t, http.StatusOK)
	secret := issued.doc(t).Find(`[data-value="smtp-password"]`).First().Text()
	ada.post(here+"/suppressions", url.Values{"addresses": {"gone@example.net"}}).want(t, http.StatusSeeOther)
	page := ada.get(here+"/audit").want(t, http.StatusOK)
	for _, want := range []string{"Account created", "Domain added", "shop.example.com", "Credential issued", "till", "ada@example.com", "127.0.0.1", "Fox/9", "Suppression added", "g…@example.net"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not tell %q", want)
		}
	}
	if secret = strings.TrimSpace(secret); len(secret) < 20 || strings.Contains(page.body, secret) || strings.Contains(page.body, "gone@example.net") {
		t.Errorf("the page tells a secret or a person's address (secret of %d characters)", len(secret))
	}
	only := text(ada.get(here+"/audit?topic=credential").want(t, http.StatusOK).body)
	if !strings.Contains(only, "Credential issued") || strings.Contains(only, "Domain added") {
		t.Errorf("narrowed to credentials: %s", only)
	}
	ada.get(here+"/audit?topic=x&from=never&actor=%00&before=z").want(t, http.StatusOK)
	csv := ada.get(here+"/audit/audit.csv?topic=domain").want(t, http.StatusOK)
	if !strings.HasPrefix(csv.body, "at,actor_kind") || !strings.Contains(csv.body, "domain.added") || strings.Contains(csv.body, "credential.issued") {
		t.Errorf("CSV: %s", csv.body)
	}
	if !strings.Contains(ada.get(here+"/audit").body, "Export audit downloaded") {
		t.Error("the download is not in the log")
	}
}

func TestWhoMayNotReadTheAuditIsToldWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	s.setRole(t, s.accountOf(t, ada.slug), account.Viewer)
	refused := ada.get("/a/"+ada.slug+"/audit").want(t, http.StatusForbidden)
	if !strings.Contains(refused.body, "It takes the owner or an admin.") {
		t.Errorf("%s", text(refused.body))
	}
	entry := ada.get("/a/" + ada.slug).doc(t).Find(".nav-denied")
	if entry.Length() == 0 || !strings.Contains(entry.Text(), "viewer") {
		t.Error("the sidebar's entry is not shown with the reason")
	}
}
