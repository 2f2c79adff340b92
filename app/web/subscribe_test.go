package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/contact"
	"smtpserver/app/message"
	"smtpserver/views/urls"
)

// formMails keeps the secrets of confirmation mails.
type formMails struct {
	mu     sync.Mutex
	tokens []string
}

func (f *formMails) ConfirmSubscription(_ context.Context, _, _, _, _, token string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tokens = append(f.tokens, token)
	return nil
}

type always struct{}

func (always) Allow(context.Context, string, int, time.Duration) (bool, error) { return true, nil }

// A stranger subscribes, confirms, opts out of a topic and leaves altogether.
func TestSubscribingByForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	mails := &formMails{}
	s.Forms = contact.NewForms(s.Contacts, mails, always{}, s.Box)
	owner := s.member(t, "owner@shop.test")
	listID := listOf(t, owner)
	page := "/a/" + owner.slug + "/lists/" + listID.String()
	owner.post(page+"/form", url.Values{"wording": {"x"}}).want(t, http.StatusUnprocessableEntity)
	owner.post(page+"/form", url.Values{"wording": {"Our letter about apples, once a month."}}).want(t, http.StatusSeeOther)
	f, _, err := s.Contacts.FormOf(t.Context(), owner.scope(), listID)
	if err != nil || !strings.Contains(owner.get(page).body, "/f/"+f.ID.String()) {
		t.Fatalf("the list's page does not show the form: %v", err)
	}
	stranger, form := s.browser(t), urls.Form(f.ID.String())
	if got := stranger.get(form, header("Accept-Language", "de-AT,en;q=0.5")).want(t, http.StatusOK); !strings.Contains(got.body, `<html lang="de"`) && !strings.Contains(got.body, `lang="de"`) || !strings.Contains(got.body, "Anmelden") {
		t.Error("the form does not speak German")
	}
	if got := stranger.get(form + "?email=kim%40example.org&lang=es"); !strings.Contains(got.body, `value="kim@example.org"`) || !strings.Contains(got.body, "Suscribirme") {
		t.Error("the form of the account's own site hands nothing over")
	}
	stranger.post(form, url.Values{"email": {"no address"}}).want(t, http.StatusUnprocessableEntity)
	stranger.post(form, url.Values{"email": {"robot@example.org"}, "website": {"http://spam.example"}}).want(t, http.StatusOK)
	if len(mails.tokens) != 0 {
		t.Fatal("a machine got a mail sent")
	}
	stranger.post(form, url.Values{"email": {"Kim@example.org"}, "name": {"Kim"}}).want(t, http.StatusOK)
	if n, err := s.Contacts.Total(t.Context(), owner.scope()); err != nil || n != 0 || len(mails.tokens) != 1 {
		t.Fatalf("%d contacts before the confirmation, %d mails: %v", n, len(mails.tokens), err)
	}
	link := urls.Subscribe(mails.tokens[0])
	stranger.get(link).want(t, http.StatusOK)
	if n, _ := s.Contacts.Total(t.Context(), owner.scope()); n != 0 {
		t.Error("opening the link subscribed")
	}
	stranger.post(link, nil).want(t, http.StatusOK)
	stranger.post(link, nil).want(t, http.StatusOK)
	stranger.get(urls.Subscribe("nothing")).want(t, http.StatusNotFound)
	found, err := s.Contacts.Find(t.Context(), owner.scope(), contact.Filter{ListID: listID, Limit: 5})
	if err != nil || len(found) != 1 || found[0].Address != "kim@example.org" {
		t.Fatalf("on the list: %+v, %v", found, err)
	}
	d, err := s.Contacts.Show(t.Context(), owner.scope(), found[0].ID)
	if err != nil || len(d.Consents) != 2 || d.Consents[0].Kind != contact.Confirmed || d.Consents[0].Wording != "Our letter about apples, once a month." || d.Consents[0].Proof == "" {
		t.Errorf("the ledger: %+v, %v", d.Consents, err)
	}
	topic, err := s.Contacts.AddTopic(t.Context(), owner.scope(), "Offers", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Forms.PreferenceToken(owner.scope().AccountID(), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	mine := urls.Preferences(token)
	for _, page := range []string{form, link, mine} {
		if strings.Contains(stranger.get(page).body, `href="`+urls.Signup) {
			t.Errorf("%s offers the operator's service to somebody of a customer's list", page)
		}
	}
	if got := stranger.get(mine).want(t, http.StatusOK); !strings.Contains(got.body, "Offers") || strings.Contains(got.body, "kim@example.org") {
		t.Error("the preferences lack the topic or show the address")
	}
	stranger.get(mine[:len(mine)-1]+"x").want(t, http.StatusNotFound)
	stranger.post(mine, nil).want(t, http.StatusSeeOther)
	if choices, err := s.Contacts.Choices(t.Context(), owner.scope(), "kim@example.org"); err != nil || len(choices) != 1 || choices[0].TopicID != topic.ID || choices[0].Choice != contact.ChoseOut {
		t.Errorf("choices: %+v, %v", choices, err)
	}
	stranger.post(mine, url.Values{"nothing": {"1"}}).want(t, http.StatusSeeOther)
	if rows, err := s.Messages.Suppressions(t.Context(), owner.scope(), message.SuppressionFilter{Address: "kim@", Limit: 5}); err != nil || len(rows) != 1 {
		t.Errorf("suppressions: %+v, %v", rows, err)
	}
	owner.post(page+"/form", url.Values{"close": {"1"}}).want(t, http.StatusSeeOther)
	stranger.get(form).want(t, http.StatusNotFound)
}
