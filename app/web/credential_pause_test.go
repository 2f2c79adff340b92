package web

import (
	"net/http"
	"strings"
	"testing"
)

// A credential is paused and resumed on its page, which says so.
func TestACredentialIsPausedAndResumed(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	page := "/a/" + owner.slug + "/credentials/" + credentialOf(t, owner).String()
	for range 2 { // a second time changes nothing
		for _, step := range []struct{ action, want string }{{"pause", `data-state="paused"`}, {"pause", `data-state="paused"`}, {"resume", `data-state="active"`}} {
			owner.post(page+"/"+step.action, nil).want(t, http.StatusSeeOther)
			if body := owner.get(page).want(t, http.StatusOK).body; !strings.Contains(body, step.want) {
				t.Errorf("after %s the page lacks %s", step.action, step.want)
			}
		}
	}
}
