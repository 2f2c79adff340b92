package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// asksAbout has the person at an address ask both accounts and strangers for a wish.
func (s *site) asksAbout(t *testing.T, email string, wishes url.Values) (page string) {
	t.Helper()
	them := s.browser(t)
	them.post("/privacy/request", url.Values{"email": {email}}).want(t, http.StatusOK)
	page = s.mails.link(t, "person_link", email)
	them.post(page, wishes).want(t, http.StatusOK)
	if err := s.Persons.PassOn(t.Context()); err != nil {
		t.Fatal(err)
	}
	return page
}

func personIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	const email = "pat@example.org"
	_, err := owner.site.Contacts.Add(t.Context(), owner.scope(), contact.Draft{Email: email, Name: "Pat"}, "She asked for it in writing.", nil)
	if err != nil {
		t.Fatal(err)
	}
	owner.site.asksAbout(t, email, url.Values{"tell": {"1"}})
	list, err := owner.site.Persons.List(t.Context(), owner.scope(), "", 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	return list[0].ID
}

// The whole way of a request through the pages, without a script.
func TestAPersonAsksAndIsErased(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	here := "/a/" + ada.slug + "/settings/persons"
	contactOf(t, ada) // kim@example.org
	if page := ada.get(here).want(t, http.StatusOK); !strings.Contains(page.body, "Nobody has asked") {
		t.Error(text(page.body))
	}
	if page := ada.get("/privacy").want(t, http.StatusOK); !strings.Contains(page.body, `href="/privacy/request"`) {
		t.Error("the privacy page does not lead to the form")
	}
	them := s.browser(t)
	refused := them.post("/privacy/request", url.Values{"email": {"kim"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(refused.body, `value="kim"`) {
		t.Error("what was typed is lost")
	}
	page := s.asksAbout(t, "kim@example.org", url.Values{"tell": {"1"}, "erase": {"1"}})
	if again := them.post(page, url.Values{"tell": {"1"}}).want(t, http.StatusConflict); !strings.Contains(again.body, "used already") {
		t.Error(text(again.body))
	}
	if shown := them.get(page).want(t, http.StatusOK); !strings.Contains(shown.body, "No answer so far") || strings.Contains(shown.body, "Ada") {
		t.Errorf("before anybody answers: %s", text(shown.body))
	}
	s.mails.link(t, "person_asked", "ada@example.com")
	if page := ada.get("/a/"+ada.slug).want(t, http.StatusOK); !strings.Contains(page.body, "A person asks about their data.") {
		t.Error("no banner")
	}
	if page := bob.get("/a/"+bob.slug).want(t, http.StatusOK); strings.Contains(page.body, "A person asks") {
		t.Error("another account is told")
	}

	var requests []string
	for _, link := range ada.get(here).want(t, http.StatusOK).doc(t).Find("table a.row-link").EachIter() {
		href, _ := link.Attr("href")
		requests = append(requests, href)
	}
	if len(requests) != 2 {
		t.Fatalf("%q", requests)
	}
	tell, erase := requests[0], requests[1]
	if !strings.Contains(ada.get(tell).body, "/send") {
		tell, erase = erase, tell
	}
	if shown := ada.get(tell).want(t, http.StatusOK); !strings.Contains(shown.body, "Kim") || !strings.Contains(shown.body, "She asked for it in writing.") {
		t.Error(text(shown.body))
	}
	if early := ada.post(erase+"/erase", nil).want(t, http.StatusConflict); !strings.Contains(early.body, "Answer that request first") {
		t.Error(text(early.body))
	}
	bad := ada.post(tell+"/decline", url.Values{"reason": {"No."}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(bad.body, ">No.</textarea>") {
		t.Error("what was typed is lost")
	}
	ada.post(tell+"/send", nil).want(t, http.StatusSeeOther)
	answer := s.mails.link(t, "person_answered", "kim@example.org")
	if shown := them.get(answer).want(t, http.StatusOK); !strings.Contains(shown.body, "Kim") || !strings.Contains(shown.body, "Ada&#39;s") {
		t.Error(text(shown.body))
	}
	if file := them.get(answer+"/data.json").want(t, http.StatusOK); !strings.Contains(file.body, `"name": "Kim"`) || file.Header.Get("Content-Disposition") == "" {
		t.Error(file.body)
	}
	ada.post(erase+"/erase", nil).want(t, http.StatusSeeOther)
	if list := ada.get("/a/"+ada.slug+"/contacts").want(t, http.StatusOK); strings.Contains(list.body, "kim@example.org") {
		t.Error("the contact is there")
	}
	if shown := them.get(page).want(t, http.StatusOK); !strings.Contains(shown.body, `data-state="erased"`) || !strings.Contains(shown.body, `data-state="sent"`) {
		t.Error(text(shown.body))
	}
	them.get("/privacy/answer/nothing").want(t, http.StatusNotFound)
	them.get("/privacy/request/nothing").want(t, http.StatusNotFound)
}

// H-07: nobody learns from an answer whether an address is in somebody's list.
func TestH07AskingTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	contactOf(t, s.member(t, "ada@example.com"))
	known, unknown := s.browser(t), s.browser(t)
	var answers [2]answer
	var pages [2]answer
	for i, b := range []*browser{known, unknown} {
		email := []string{"kim@example.org", "tim@example.org"}[i]
		answers[i] = b.post("/privacy/request", url.Values{"email": {email}})
		page := s.mails.link(t, "person_link", email)
		b.get(page).want(t, http.StatusOK)
		b.get(page).want(t, http.StatusOK) // looking uses nothing up
		pages[i] = b.post(page, url.Values{"tell": {"1"}, "erase": {"1"}})
	}
	for i, pair := range [][2]answer{answers, pages} {
		one, two := strings.ReplaceAll(text(pair[0].body), "kim@", "tim@"), text(pair[1].body)
		if one != two || pair[0].StatusCode != pair[1].StatusCode {
			t.Errorf("step %d tells:\n%s\n%s", i, one, two)
		}
	}
}
