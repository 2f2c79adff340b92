package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/office"
)

// staffBrowser is a browser of a person of the operator.
func (s *site) staffBrowser(t *testing.T) *browser {
	t.Helper()
	return s.officerWith(t, "sam@operator.example", office.Operator, office.Finance)
}

func grantIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	owner.post("/a/"+owner.slug+"/settings/support", url.Values{"hours": {"1"}, "reason": {"ticket 7"}}).want(t, http.StatusSeeOther)
	scope := account.NewScope(owner.site.accountOf(t, owner.slug), account.Actor{})
	list, err := owner.site.Support.List(t.Context(), scope)
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	return list[0].ID
}

// H-13: without a grant staff see figures only; under one they see pages and change
// nothing; each look is in both logs under both names; its end counts at once.
func TestH13StaffLookOnlyUnderAGrant(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	accountID := s.accountOf(t, ada.slug)
	page, here := "/staff/accounts/"+accountID.String(), "/a/"+ada.slug
	figures := sam.get(page).want(t, http.StatusOK)
	if !strings.Contains(figures.body, "until its owner lets you") {
		t.Errorf("%s", text(figures.body))
	}
	sam.get("/staff/accounts?q=ada").want(t, http.StatusOK)
	sam.get(here+"/messages").want(t, http.StatusNotFound)
	sam.post(page+"/view", nil).want(t, http.StatusForbidden)
	sam.post(page+"/ask", url.Values{"reason": {" "}}).want(t, http.StatusUnprocessableEntity)
	sam.post(page+"/ask", url.Values{"reason": {"ticket 7"}}).want(t, http.StatusSeeOther)
	sam.post(page+"/ask", url.Values{"reason": {"ticket 7"}}).want(t, http.StatusConflict)
	sam.post(page+"/view", nil).want(t, http.StatusForbidden)

	asked := ada.get(here+"/settings/support").want(t, http.StatusOK)
	answer, ok := asked.doc(t).Find(`form[action$="/answer"]`).Attr("action")
	if !ok || !strings.Contains(asked.body, "ticket 7") {
		t.Fatalf("the request is not shown: %s", text(asked.body))
	}
	ada.post(answer, url.Values{"hours": {"5"}}).want(t, http.StatusUnprocessableEntity)
	ada.post(answer, url.Values{"hours": {"1"}}).want(t, http.StatusSeeOther)
	ada.post(answer, url.Values{"hours": {"1"}}).want(t, http.StatusNotFound)

	sam.get(here+"/messages").want(t, http.StatusNotFound) // granted, but no view was begun
	sam.post(page+"/view", nil).want(t, http.StatusSeeOther)
	seen := sam.get(here+"/messages").want(t, http.StatusOK)
	if !strings.Contains(seen.body, "You see the pages of ada@example.com as support.") {
		t.Error("no banner says whose pages these are")
	}
	sam.get(here+"/suppressions/suppressions.csv").want(t, http.StatusForbidden)
	sam.post(here+"/domains", url.Values{"domain": {"x.example.com"}}).want(t, http.StatusForbidden)
	sam.post(here+"/settings/team/leave", nil).want(t, http.StatusForbidden)
	log := ada.get(here + "/audit?topic=support").body
	for _, want := range []string{"sam@operator.example", "seeing the pages of ada@example.com", "Support page viewed", "/a/:slug/messages", "ticket 7"} {
		if !strings.Contains(log, want) {
			t.Errorf("the account's log does not tell %q", want)
		}
	}
	if own := sam.get("/staff/audit").want(t, http.StatusOK).body; !strings.Contains(own, "Support page viewed") || !strings.Contains(own, accountID.String()) {
		t.Error("staff's own log does not tell of the look")
	}
	end, _ := ada.get(here + "/settings/support").doc(t).Find(`form[action$="/end"]`).Attr("action")
	ada.post(end, nil).want(t, http.StatusSeeOther)
	sam.get(here+"/messages").want(t, http.StatusNotFound)
	ada.get("/staff/accounts").want(t, http.StatusNotFound)
	ada.post(page+"/view", nil).want(t, http.StatusNotFound)
}
