package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/newsletter"
	"smtpserver/views/urls"
)

// operatorExists gives the site the account that sends the operator's own mail.
func (s *site) operatorExists(t *testing.T) {
	t.Helper()
	op, err := s.Domains.EnsureOperator(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Newsletter.Operator = op.AccountID
	s.Mailings = newsletter.NewMailings(s.Newsletter, s.Campaigns, op.DomainID)
}

// A stranger subscribes by two clicks, in their language; the page says that mails are
// tracked; machines and bad addresses get nothing.
func TestNewsletterByTwoClicks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	kim := s.browser(t)
	if got := kim.get("/newsletter?lang=de").want(t, http.StatusOK); !strings.Contains(got.body, "ausgewertet") || !strings.Contains(got.body, `lang="de"`) {
		t.Errorf("the German page:\n%s", text(got.body))
	}
	if got := kim.post("/newsletter?lang=fr", url.Values{"email": {"kim <b>"}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "kim &lt;b&gt;") {
		t.Error("what was typed is lost")
	}
	kim.post("/newsletter", url.Values{"email": {"robot@example.org"}, "website": {"x"}}).want(t, http.StatusOK)
	kim.post("/newsletter?lang=de", url.Values{"email": {"kim@example.org"}}).want(t, http.StatusOK)
	link := s.mails.link(t, "confirm_newsletter", "kim@example.org")
	kim.get(link).want(t, http.StatusOK)
	kim.get(link).want(t, http.StatusOK)
	if f, err := s.Newsletter.Figures(t.Context()); err != nil || f.Subscribed != 0 || f.Waiting != 1 {
		t.Errorf("looking subscribed: %+v, %v", f, err)
	}
	kim.post(link, nil).want(t, http.StatusOK)
	kim.get("/newsletter/confirm/"+strings.Repeat("a", 60)).want(t, http.StatusNotFound)
	rows, err := s.Newsletter.Subscribers(t.Context(), newsletter.Filter{Limit: 10})
	if err != nil || len(rows) != 1 || rows[0].Address != "kim@example.org" || rows[0].Language != "de" {
		t.Fatalf("subscribers %+v, %v", rows, err)
	}
	_, evidence, err := s.Newsletter.Subscriber(t.Context(), rows[0].ID)
	if err != nil || len(evidence) != 2 || !strings.Contains(evidence[0].Wording, "ausgewertet") {
		t.Errorf("evidence %+v, %v", evidence, err)
	}
}

// The switch in the settings turns the operator's news off and on.
func TestOwnersTurnNewsOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.operatorExists(t)
	ada := s.member(t, "ada@example.com")
	page := "/a/" + ada.slug + "/settings/profile"
	checked := func() bool {
		_, on := ada.get(page).want(t, http.StatusOK).doc(t).Find(`#news input[name="news"]`).Attr("checked")
		return on
	}
	if !checked() {
		t.Error("news are off at first")
	}
	ada.post(page+"/news", nil).want(t, http.StatusSeeOther)
	if checked() {
		t.Error("news stay on")
	}
	ada.post(page+"/news", url.Values{"news": {"1"}}).want(t, http.StatusSeeOther)
	if !checked() {
		t.Error("news stay off")
	}
}

// Customers are told nothing of the operator's mail (H-13); staff write, count, send and see
// the report, and each send is in the audit log.
func TestStaffMailings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.operatorExists(t)
	ada := s.member(t, "ada@example.com")
	s.member(t, "bob@example.com")
	sam := s.officer(t, "sam@operator.example")
	some := id.New().String()
	for _, path := range []string{
		urls.StaffMailings, urls.StaffSubscribers, urls.StaffSegments, urls.StaffMailing("new", ""), urls.StaffMailing(some, ""), urls.StaffMailing(some, "preview"),
		urls.StaffMailing(some, "recipients"), urls.StaffSubscriber(some, ""), urls.StaffSegment(some, ""),
	} {
		ada.get(path).want(t, http.StatusNotFound)
	}
	for _, path := range []string{urls.StaffMailings, urls.StaffMailing(some, "start"), urls.StaffSegments, urls.StaffSubscriber(some, "remove"), urls.StaffSubscribers + "/export"} {
		ada.post(path, nil).want(t, http.StatusNotFound)
	}
	bad := url.Values{"name": {"Sleepers"}, "min_age": {"soon"}}
	if got := sam.post(urls.StaffSegments, bad).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `value="soon"`) {
		t.Error("the typed number is lost")
	}
	segment := sam.post(urls.StaffSegments, url.Values{"name": {"Sleepers"}, "max_sent": {"0"}, "kind": {"business"}}).want(t, http.StatusSeeOther).to()
	if got := sam.get(segment).want(t, http.StatusOK); !strings.Contains(got.body, "2 people own") {
		t.Errorf("the segment says\n%s", text(got.body))
	}
	segmentID := segment[strings.LastIndexByte(segment, '/')+1:]
	draft := url.Values{
		"name": {"November"}, "segments": {segmentID, some}, "from_name": {"Brand"}, "from_local": {"news"}, "kind": {"markdown"}, "subject": {"News"}, "opens": {"1"}, "clicks": {"1"},
		"body": {"# Hello {{ name | default: \"there\" }}\n\n[Read](https://example.com/x)\n\n[Leave]({{ unsubscribe_url }})\n"},
	}
	refused := url.Values{}
	for k, v := range draft {
		refused[k] = v
	}
	refused.Set("name", "")
	if got := sam.post(urls.StaffMailings, refused).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "# Hello") {
		t.Error("the typed text is lost")
	}
	mailing := sam.post(urls.StaffMailings, draft).want(t, http.StatusSeeOther).to()
	if got := sam.get(mailing).want(t, http.StatusOK); !strings.Contains(got.body, "2 people get it if you send it now") || strings.Contains(got.body, `data-state="bad"`) {
		t.Errorf("the draft says\n%s", text(got.body))
	}
	if got := sam.get(mailing+"/preview").want(t, http.StatusOK); !strings.Contains(got.body, "Hello Ada Lovelace") || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the preview: %s", got.body)
	}
	draft.Set("revision", "0")
	sam.post(mailing, draft).want(t, http.StatusConflict)
	// A test to oneself, a look at the links, a time, and back.
	sam.post(mailing+"/test", nil).want(t, http.StatusSeeOther)
	var tests int64
	if err := s.store.SystemRead(t.Context(), "test: who got a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM messages WHERE subject LIKE '[Test] %' AND campaign_id = ''").Scan(&tests).Error
	}); err != nil || tests != 1 {
		t.Errorf("%d tests were sent: %v", tests, err)
	}
	if got := sam.get(mailing+"?checks=1").want(t, http.StatusOK); !strings.Contains(got.body, "No link leads where it should not.") {
		t.Error("the links were not looked at")
	}
	sam.post(mailing+"/start", url.Values{"at": {"soon"}}).want(t, http.StatusUnprocessableEntity)
	sam.post(mailing+"/start", url.Values{"at": {time.Now().UTC().Add(48 * time.Hour).Format("2006-01-02T15:04")}}).want(t, http.StatusSeeOther)
	if err := s.Campaigns.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sam.get(mailing).want(t, http.StatusOK); !strings.Contains(got.body, "Back to the draft") {
		t.Error("what is scheduled cannot be taken back")
	}
	sam.post(mailing+"/withdraw", nil).want(t, http.StatusSeeOther)
	for range 2 { // a double click
		sam.post(mailing+"/start", nil).want(t, http.StatusSeeOther)
	}
	for range 4 {
		if err := s.Campaigns.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	got := sam.get(mailing).want(t, http.StatusOK)
	if !strings.Contains(text(got.body), "Sleepers2") || !strings.Contains(got.body, "It adds up") {
		t.Errorf("the report says\n%s", text(got.body))
	}
	if got := sam.get(mailing+"/recipients?list=waiting").want(t, http.StatusOK); !strings.Contains(got.body, "ada@example.com") {
		t.Errorf("who waits:\n%s", text(got.body))
	}
	sam.post(mailing+"/pause", nil).want(t, http.StatusSeeOther)
	sam.post(mailing+"/cancel", nil).want(t, http.StatusSeeOther)
	log := text(sam.get(urls.StaffAudit).want(t, http.StatusOK).body)
	for _, action := range []string{"Mailing created", "Mailing started", "Mailing paused", "Mailing cancelled", "Segment created"} {
		if !strings.Contains(log, action) {
			t.Errorf("the audit log lacks %q", action)
		}
	}
}
