package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// invite sends an invitation and returns the path of its link.
func (b *browser) invite(email string, role account.Role) string {
	b.t.Helper()
	b.post("/a/"+b.slug+"/settings/team/invite", url.Values{"email": {email}, "role": {string(role)}}).want(b.t, http.StatusSeeOther)
	return b.site.mails.link(b.t, "invitation", email)
}

// invited is a browser whose user came by an invitation.
func (b *browser) invited(email string, role account.Role) *browser {
	b.t.Helper()
	link, newcomer := b.invite(email, role), b.site.browser(b.t)
	newcomer.email, newcomer.slug = email, b.slug
	newcomer.post(link, url.Values{"name": {"New"}, "password": {testPassword}, "terms_version": {"1"}, "accept_terms": {"on"}}).want(b.t, http.StatusSeeOther)
	return newcomer
}

func (b *browser) userID() id.ID {
	b.t.Helper()
	var found id.ID
	err := b.site.store.SystemRead(b.t.Context(), "test: a user's id", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT user_id FROM users WHERE email_key = ?", b.email).Scan(&found).Error
	})
	if err != nil || found == "" {
		b.t.Fatalf("user %s: %v", b.email, err)
	}
	return found
}

func memberIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	return owner.invited("colleague."+owner.email, account.Viewer).userID()
}

func invitationIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	owner.invite("guest."+owner.email, account.Viewer)
	scope := account.NewScope(owner.site.accountOf(t, owner.slug), account.Actor{})
	open, err := owner.site.Accounts.Invitations(t.Context(), scope)
	if err != nil || len(open) == 0 {
		t.Fatal(err)
	}
	return open[0].ID
}

// A newcomer joins by one form; a link that was used, or is somebody else's, opens nothing.
func TestJoiningByAnInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, eve := s.member(t, "ada@example.com"), s.member(t, "eve@example.com")
	link := ada.invite("bob@example.com", account.Developer)
	refused := eve.get(link).want(t, http.StatusOK)
	if !strings.Contains(refused.body, "You are signed in as eve@example.com") {
		t.Errorf("%s", text(refused.body))
	}
	eve.post(link, nil).want(t, http.StatusForbidden)
	bob := s.browser(t)
	bob.email, bob.slug = "bob@example.com", ada.slug
	form := url.Values{"name": {"Bob"}, "password": {testPassword}, "terms_version": {"1"}}
	kept := bob.post(link, form).want(t, http.StatusUnprocessableEntity)
	if value, _ := kept.doc(t).Find(`input[name="name"]`).Attr("value"); value != "Bob" || !strings.Contains(kept.body, "tick the box") {
		t.Errorf("the form forgot, or does not say what is missing: %s", text(kept.body))
	}
	form.Set("accept_terms", "on")
	if to := bob.post(link, form).want(t, http.StatusSeeOther).to(); to != "/a/"+ada.slug {
		t.Errorf("led to %s", to)
	}
	bob.get("/a/"+ada.slug+"/domains").want(t, http.StatusOK)
	s.browser(t).get(link).want(t, http.StatusNotFound)
	accepted, err := s.Terms.MemberAcceptances(t.Context(), account.NewScope(s.accountOf(t, ada.slug), account.Actor{}))
	if err != nil || len(accepted) != 3 { // the terms, acceptable use, data processing
		t.Errorf("on record: %+v, %v", accepted, err)
	}
	for _, a := range accepted {
		if a.UserID != bob.userID() || a.Number != 1 || a.Digest == "" || !a.Holds() {
			t.Errorf("on record: %+v", a)
		}
	}
	for _, attempt := range []string{"UPDATE member_acceptances SET number = 2", "DELETE FROM member_acceptances"} {
		err := s.store.SystemWrite(t.Context(), "test: go round the program", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(attempt).Error })
		if err == nil {
			t.Errorf("%s was done", attempt)
		}
	}
	if !strings.Contains(ada.get("/a/"+ada.slug+"/audit?topic=member").body, "Member joined") {
		t.Error("the audit does not tell who joined")
	}
	ada.post("/a/"+ada.slug+"/settings/team/invite", url.Values{"email": {"eve@example.com"}, "role": {"viewer"}}).want(t, http.StatusSeeOther)
	known := s.mails.link(t, "invitation", "eve@example.com")
	if !strings.Contains(s.browser(t).get(known).body, "Sign in to accept") {
		t.Error("a registered person is not led to sign in")
	}
	eve.post(known, nil).want(t, http.StatusSeeOther)
	if !strings.Contains(eve.get("/a/"+eve.slug).body, "Choose another account than") {
		t.Error("who belongs to two accounts has no switcher")
	}
}

// Removal counts for the very next request of a session that is open.
func TestRemovalEndsAccessAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	bob := ada.invited("bob@example.com", account.Admin)
	team := "/a/" + ada.slug + "/settings/team"
	bob.get(team).want(t, http.StatusOK)
	page := ada.get(team).want(t, http.StatusOK)
	if page.doc(t).Find(`form[action$="/remove"]`).Length() != 1 {
		t.Errorf("the page offers no removal: %s", text(page.body))
	}
	ada.post(team+"/members/"+bob.userID().String()+"/role", url.Values{"role": {"viewer"}}).want(t, http.StatusSeeOther)
	bob.post(team+"/invite", url.Values{"email": {"x@example.com"}, "role": {"viewer"}}).want(t, http.StatusForbidden)
	ada.post(team+"/members/"+bob.userID().String()+"/remove", nil).want(t, http.StatusSeeOther)
	bob.get(team).want(t, http.StatusNotFound)
	bob.post("/a/"+ada.slug+"/domains", url.Values{"domain": {"x.example.com"}}).want(t, http.StatusNotFound)
}

func TestOwnershipIsTransferredOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	bob := ada.invited("bob@example.com", account.Developer)
	team := "/a/" + ada.slug + "/settings/team"
	ada.post(team+"/transfer", url.Values{"to": {"nobody"}}).want(t, http.StatusUnprocessableEntity)
	bob.post(team+"/transfer", url.Values{"to": {bob.userID().String()}}).want(t, http.StatusForbidden)
	ada.post(team+"/transfer", url.Values{"to": {bob.userID().String()}}).want(t, http.StatusSeeOther)
	ada.post(team+"/transfer/accept", nil).want(t, http.StatusConflict)
	if !strings.Contains(bob.get(team).body, "Become the owner") {
		t.Error("the offer is not shown")
	}
	bob.post(team+"/transfer/accept", nil).want(t, http.StatusSeeOther)
	bob.post(team+"/leave", nil).want(t, http.StatusConflict)
	ada.post(team+"/leave", nil).want(t, http.StatusSeeOther)
}

func TestOpeningAFurtherAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	form := url.Values{"account_name": {"Second"}, "account_kind": {"individual"}, "terms_version": {"1"}}
	ada.get("/accounts/new").want(t, http.StatusOK)
	ada.post("/accounts/new", form).want(t, http.StatusUnprocessableEntity)
	form.Set("accept_terms", "on")
	to := ada.post("/accounts/new", form).want(t, http.StatusSeeOther).to()
	if !strings.HasPrefix(to, "/a/second-") {
		t.Errorf("led to %s", to)
	}
	ada.get(to).want(t, http.StatusOK)
}
