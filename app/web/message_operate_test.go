package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/message"
	"smtpserver/app/testkit/seed"
)

// Hold, release and cancel one message, and all that a filter names.
func TestOperationsOnMessages(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	messageID := messageOf(t, owner)
	list := "/a/" + owner.slug + "/messages"
	one := list + "/" + string(messageID)
	reads := func(path, want string) {
		t.Helper()
		if got := owner.get(path); got.StatusCode != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("GET %s: %d without %q", path, got.StatusCode, want)
		}
	}
	does := func(path string, form url.Values, want string) {
		t.Helper()
		answer := owner.post(path, form)
		if answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("POST %s: %d", path, answer.StatusCode)
		}
		reads(answer.Header.Get("Location"), want)
	}
	err := owner.site.store.SystemWrite(t.Context(), "limit a destination in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO destinations (destination, state, connections, most, since, cause, until, step, updated_at) VALUES ('customer.test', 'limited', 4, 20, ?, '451 4.7.500 busy for else@private.test', ?, 1, ?)",
			owner.site.store.Now(), owner.site.store.Now(), owner.site.store.Now()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	reads(one, "customer.test limits us since")
	if strings.Contains(owner.get(one).body, "else@private.test") {
		t.Error("the server's words to another account are shown")
	}
	does(one+"/hold", nil, "1 recipient is held.")
	reads(one, `data-state="held"`)
	does(one+"/hold", nil, "Nothing of this is waiting")
	does(one+"/release", nil, "1 recipient is released.")

	a := seed.Account{ID: owner.scope().AccountID(), DomainID: domainOf(t, owner), Domain: "news.shop.test"}
	seed.Messages(t, owner.site.store, a, message.Broadcast, "many.example", 30)
	reads(list+"/bulk?op=cancel&stream=broadcast", "30 recipients")
	does(list+"/bulk?stream=broadcast", url.Values{"op": {"cancel"}}, "30 recipients are cancelled.")
	reads(list+"?state=cancelled", "many.example")
	reads(list+"?state=queued", "anna@customer.test")
	reads(list+"/bulk?op=cancel&stream=broadcast", "Nothing that fits waits")

	if got := owner.get(list + "/bulk?op=explode"); got.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown operation: %d", got.StatusCode)
	}
	owner.site.setRole(t, a.ID, account.Viewer)
	for _, path := range []string{one + "/cancel", list + "/bulk?state=queued"} {
		if got := owner.post(path, url.Values{"op": {"cancel"}}); got.StatusCode != http.StatusForbidden {
			t.Errorf("a viewer's POST %s: %d", path, got.StatusCode)
		}
	}
	reads(list+"?state=queued", "anna@customer.test")
}
