package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/account"
)

func TestSuppressionsByHand(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	list := "/a/" + owner.slug + "/suppressions"
	refused := owner.post(list, url.Values{"addresses": {"kim@example.com\nnobody\n"}, "reason": {"by <phone>"}})
	if refused.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(refused.body, "Line 2: this is no e-mail address.") || !strings.Contains(refused.body, "nobody") || !strings.Contains(refused.body, "by &lt;phone&gt;") {
		t.Errorf("a bad line: %d", refused.StatusCode)
	}
	if got := owner.get(list); strings.Contains(got.body, "kim@example.com") {
		t.Error("half of a refused list was added")
	}
	if got := owner.post(list, url.Values{"addresses": {"Kim@example.com\nanna@example.com,broadcast,they said so\n"}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("add: %d", got.StatusCode)
	}
	shown := owner.get(list).body
	for _, want := range []string{"3 added to the list.", "kim@example.com", "they said so"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	file := owner.get(list + "/suppressions.csv")
	if lines := strings.Count(file.body, "\n"); lines != 4 || !strings.HasPrefix(file.body, "address,stream,reason,since\nanna@example.com,broadcast,they said so,") {
		t.Errorf("export:\n%s", file.body)
	}
	if got := owner.post(list, url.Values{"addresses": {file.body}}); got.StatusCode != http.StatusSeeOther {
		t.Errorf("the export added again: %d", got.StatusCode)
	}
	if got := owner.get(list).body; !strings.Contains(got, "0 added to the list. 3 were on it already.") {
		t.Error("an export is not the identity")
	}
	if got := owner.post(list+"/remove", url.Values{"address": {"anna@example.com"}, "stream": {"broadcast"}}); got.StatusCode != http.StatusSeeOther {
		t.Errorf("remove: %d", got.StatusCode)
	}
	if got := owner.get(list + "?address=anna"); strings.Contains(got.body, "they said so") {
		t.Error("still on the list")
	}
	for _, bad := range []url.Values{{"address": {"x"}, "stream": {"sideways"}}, {"address": {"a\x00b"}, "stream": {"broadcast"}}} {
		if got := owner.post(list+"/remove", bad); got.StatusCode < 400 || got.StatusCode >= 500 {
			t.Errorf("remove %v: %d", bad, got.StatusCode)
		}
	}
	owner.site.setRole(t, owner.scope().AccountID(), account.Viewer)
	if got := owner.post(list, url.Values{"addresses": {"x@example.com"}}); got.StatusCode != http.StatusForbidden {
		t.Errorf("a viewer adds: %d", got.StatusCode)
	}
}
