package web

import (
	"net/http"
	"strings"
	"testing"

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
