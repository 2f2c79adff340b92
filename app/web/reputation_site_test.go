package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/office"
	"smtpserver/app/reputation"
)

// A customer sees its standing in a sentence, with the numbers against their thresholds,
// writes to it, and reads the answer; staff see the case with its history, decide with a
// reason, and lift a suspension only two together. Each act is in both logs.
func TestStandingFromBothSides(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam, eve := s.member(t, "ada@example.com"), s.staffBrowser(t), s.officerWith(t, "eve@operator.example", office.Abuse)
	account, own := s.accountOf(t, ada.slug), "/a/"+ada.slug
	page := ada.get(own+"/standing").want(t, http.StatusOK)
	if got := text(page.body); !strings.Contains(got, "Nothing is held") || !strings.Contains(got, "0 of 200 recipients today") {
		t.Errorf("a new account: %s", got)
	}
	err := s.store.SystemWrite(t.Context(), "test: bad figures", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO outcome_hours (account_id, hour, stream, provider, ended, hard, refused, complained) VALUES (?, ?, 'broadcast', '', 1000, 106, 0, 0)", account, message.HourOf(time.Now())).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reputation.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	page = ada.get(own+"/standing").want(t, http.StatusOK)
	for _, want := range []string{"Broadcast mail held", "106 of 1,000 (10.6 %)", "4 % warned, 6 % slowed, 8 % held", "Transactional mail goes on as ever", "lifted by itself"} {
		if !strings.Contains(text(page.body), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got := ada.get(own).want(t, http.StatusOK); !strings.Contains(text(got.body), "Why, and what to do") {
		t.Error("no banner on the dashboard")
	}
	ada.post(own+"/standing/appeal", url.Values{"text": {" "}}).want(t, http.StatusUnprocessableEntity)
	ada.post(own+"/standing/appeal", url.Values{"text": {"They all asked for it, <b>really</b>."}}).want(t, http.StatusSeeOther)

	list := sam.get("/staff/reputation").want(t, http.StatusOK)
	if !strings.Contains(text(list.body), "They wrote") {
		t.Error("the list does not say that somebody waits for an answer")
	}
	sam.get("/staff/cases").want(t, http.StatusSeeOther)
	one := "/staff/reputation/" + string(account)
	if got := sam.get(one).want(t, http.StatusOK); !strings.Contains(got.body, "They all asked for it, &lt;b&gt;really") {
		t.Error("the case does not show the appeal")
	}
	sam.post(one+"/say", url.Values{"kind": {"note"}, "text": {"Their first list."}}).want(t, http.StatusSeeOther)
	sam.post(one+"/say", url.Values{"kind": {"answer"}, "text": {"Please send us the form they used."}}).want(t, http.StatusSeeOther)
	page = ada.get(own+"/standing").want(t, http.StatusOK)
	if got := text(page.body); !strings.Contains(got, "Please send us the form") || strings.Contains(got, "Their first list") || strings.Contains(got, "operator.example") {
		t.Error("the customer sees the answer, and neither staff's notes nor their names")
	}

	decide := func(b *browser, act, reason string, status int) {
		t.Helper()
		b.post(one, url.Values{"act": {act}, "reason": {reason}}).want(t, status)
	}
	decide(sam, "suspend", "", http.StatusUnprocessableEntity)
	decide(sam, "burn", "x", http.StatusUnprocessableEntity)
	decide(sam, "suspend", "phishing", http.StatusSeeOther)
	if got := ada.get(own+"/standing").want(t, http.StatusOK); !strings.Contains(text(got.body), "Suspended") || !strings.Contains(text(got.body), "phishing") {
		t.Error("the customer is not told of the suspension and why")
	}
	decide(sam, "ask_lift", "they changed it", http.StatusSeeOther)
	decide(sam, "ask_lift", "once more", http.StatusUnprocessableEntity)
	approve, ok := eve.get("/staff/approvals").want(t, http.StatusOK).doc(t).Find(`form[action$="/approve"]`).Attr("action")
	if !ok {
		t.Fatal("nothing can be approved")
	}
	sam.post(approve, nil).want(t, http.StatusConflict)
	if got := eve.get(one).want(t, http.StatusOK); !strings.Contains(text(got.body), "asks to lift the suspension") {
		t.Error("the case does not say that a second person is asked")
	}
	eve.post(approve, nil).want(t, http.StatusSeeOther)
	page = ada.get(own+"/standing").want(t, http.StatusOK)
	if !strings.Contains(text(page.body), "Suspension lifted") {
		t.Error("the history does not say that it is lifted")
	}
	log := sam.get("/staff/audit").body
	for _, want := range []string{"Account suspended", "Suspension lift asked", "Account suspension lifted", "Standing answered"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
	theirs := ada.get(own+"/audit").want(t, http.StatusOK).body
	if !strings.Contains(theirs, "Account suspended") || !strings.Contains(theirs, "Standing appealed") {
		t.Error("the account's own log does not tell")
	}
	if wrong, err := reputation.Verify(t.Context(), s.store); err != nil || len(wrong) > 0 {
		t.Errorf("%q %v", wrong, err)
	}
	ada.get(one).want(t, http.StatusNotFound)
	ada.post(one, url.Values{"act": {"lift"}, "reason": {"x"}}).want(t, http.StatusNotFound)
}

// Staff stop everything, with a reason, and let it go on.
func TestStaffStopEverything(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := s.staffBrowser(t)
	sam.post("/staff/reputation/everything", url.Values{"act": {"stop"}}).want(t, http.StatusUnprocessableEntity)
	sam.post("/staff/reputation/everything", url.Values{"act": {"stop"}, "reason": {"a break-in"}}).want(t, http.StatusSeeOther)
	if got := sam.get("/staff/reputation").want(t, http.StatusOK); !strings.Contains(text(got.body), "All mail is stopped") || !strings.Contains(text(got.body), "a break-in") {
		t.Error("the page does not say so")
	}
	sam.post("/staff/reputation/everything", url.Values{"act": {"start"}, "reason": {"all clear"}}).want(t, http.StatusSeeOther)
	if e, err := s.Reputation.Emergency(t.Context()); err != nil || e != nil {
		t.Errorf("%+v %v", e, err)
	}
}
