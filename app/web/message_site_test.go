package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/testkit/seed"
)

// messageOf stores a message of the account and returns its id.
func messageOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	a := seed.Account{ID: owner.scope().AccountID(), DomainID: domainOf(t, owner), Domain: "news.shop.test"}
	n := seed.NewMessage(owner.site.store, a, message.Transactional, "anna@customer.test")
	if err := message.Insert(t.Context(), owner.site.store, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	return n.Message.ID
}

// The list, each tab, and the parts of a message page.
func TestMessagePages(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	messageID := messageOf(t, owner)
	list := "/a/" + owner.slug + "/messages"
	for path, want := range map[string]string{
		list:                           "anna@customer.test",
		list + "?address=anna":         "anna@customer.test",
		list + "?state=bounced":        "Nothing matches",
		list + "?state=%00&from=x":     "messages",
		list + "?before=nonsense":      "anna@customer.test",
		"/a/" + owner.slug:             "Your order",
		list + "/" + string(messageID): "Accepted",
		list + "/" + string(messageID) + "?tab=preview": "sandbox",
		list + "/" + string(messageID) + "?tab=text":    "Hello",
		list + "/" + string(messageID) + "?tab=headers": "X-Test-Id",
		list + "/" + string(messageID) + "?tab=raw":     "Download",
		list + "/" + string(messageID) + "/raw":         "X-Test-Id",
		"/a/" + owner.slug + "/suppressions":            "Suppressions",
	} {
		if body := owner.get(path).want(t, http.StatusOK).body; !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
	preview := owner.get(list+"/"+string(messageID)+"/preview").want(t, http.StatusOK)
	if policy := preview.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "sandbox") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("H-30: the preview's policy is %q", policy)
	}
}

// A message page tells what is scheduled, whose trouble a failure is and what to do next,
// until when the content is kept, and when and why it was removed.
func TestMessagePageTellsTimesAndNextSteps(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	db := owner.site.store
	a := seed.Account{ID: owner.scope().AccountID(), DomainID: domainOf(t, owner), Domain: "news.shop.test"}
	store := func(change func(*message.New)) string {
		t.Helper()
		n := seed.NewMessage(db, a, message.Transactional, "anna@customer.test")
		change(n)
		if err := message.Insert(t.Context(), db, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
		return "/a/" + owner.slug + "/messages/" + n.Message.ID.String()
	}
	reads := func(path string, want ...string) {
		t.Helper()
		body := owner.get(path).want(t, http.StatusOK).body
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s lacks %q", path, w)
			}
		}
	}
	scheduled := store(func(n *message.New) { n.Deliveries[0].DueAt = time.Date(2099, 3, 1, 9, 0, 0, 0, time.UTC) })
	reads(scheduled, "Scheduled for 1 March 2099, 09:00 UTC", "can be cancelled")
	reads("/a/"+owner.slug+"/messages", "Scheduled for 1 March 2099, 09:00 UTC")

	ended := db.Now()
	bounced := store(func(n *message.New) {
		d := &n.Deliveries[0]
		d.State, d.Class, d.Reason, d.FinalAt, d.Notify = message.Bounced, message.ClassRecipient, "There is no such mailbox.", &ended, "SUCCESS,FAILURE"
		n.Message.Track = "opens,clicks"
	})
	err := db.SystemWrite(t.Context(), "add an event in a test", func(_ context.Context, tx *gorm.DB) error {
		var d message.Delivery
		if err := tx.Where("state = ?", message.Bounced).Take(&d).Error; err != nil {
			return err
		}
		e := message.Event{AccountID: d.AccountID, MessageID: d.MessageID, ID: id.New(), DeliveryID: &d.ID, Kind: message.EventBounced, Reason: d.Reason, NextStep: "Ask for the right one.", At: ended}
		return tx.Create(&e).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	reads(bounced, "Ask for the right one.", "About the recipient", "success, failure", "opens, clicks", "Content kept", ended.AddDate(0, 0, message.DefaultContentDays).Format("2006-01-02"))

	err = db.SystemWrite(t.Context(), "remove contents in a test", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM message_bodies").Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE messages SET content_removed_at = ?", time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	reads(bounced, "There is no such mailbox.")
	reads(bounced+"?tab=preview", "The content was removed on 2 March 2026, as the plan says: it is kept for 30 days")
	for _, part := range []string{"/preview", "/raw"} {
		owner.get(bounced+part).want(t, http.StatusNotFound)
	}
}
