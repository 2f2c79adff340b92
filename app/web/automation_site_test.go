package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/automation"
	"smtpserver/app/id"
)

func automationIn(t *testing.T, owner *browser) id.ID {
	t.Helper()
	a, err := owner.site.Automations.Create(t.Context(), owner.scope(), automation.Draft{Recipe: automation.WinBack, IdleDays: 30, Name: "Named"})
	if err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// A person makes a welcome in the browser: what is wrong is told with all that was typed,
// and it cannot be turned on before a mail of it can be sent.
func TestMakingAnAutomation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	base := "/a/" + ada.slug + "/automations"
	if got := ada.get(base).want(t, http.StatusOK); !strings.Contains(got.body, "Welcome and sequence") {
		t.Error("no recipe is offered")
	}
	listID := listOf(t, ada)
	form := url.Values{"recipe": {"welcome"}, "name": {""}, "list": {"06eb4w2k9ct7n3q5r8v1x0y6za"}, "from_name": {"Ada <3"}, "from_local": {"news"}}
	got := ada.post(base, form).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(got.body, "Ada &lt;3") || !strings.Contains(got.body, "Choose the list") || !strings.Contains(got.body, "Give it a name") {
		t.Errorf("the refused form:\n%s", text(got.body))
	}
	form.Set("name", "Welcome")
	form.Set("list", listID.String())
	next := ada.post(base, form).want(t, http.StatusSeeOther).to()
	page := strings.TrimSuffix(strings.Split(next, "?")[0], "/step")
	ada.post(page+"/on", nil).want(t, http.StatusUnprocessableEntity)
	step := url.Values{"revision": {"1"}, "wait_days": {"soon"}, "kind": {"markdown"}, "subject": {"Hello"}, "body": {"Hello {{ name }}. {{ unsubscribe_url }}"}}
	if got := ada.post(page+"/step", step).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "Hello {{ name }}.") {
		t.Error("the typed mail is lost")
	}
	step.Set("wait_days", "0")
	step.Set("body", "Hello {{ name | nonsense }}")
	ada.post(page+"/step", step).want(t, http.StatusUnprocessableEntity)
	step.Set("body", "Hello {{ name }}. [Leave]({{ unsubscribe_url }})")
	ada.post(page+"/step", step).want(t, http.StatusSeeOther)
	ada.post(page+"/step", step).want(t, http.StatusConflict) // from a page that is older
	if got := ada.get(page).want(t, http.StatusOK); !strings.Contains(got.body, "1. Hello") || !strings.Contains(got.body, "At once.") {
		t.Errorf("the step is not shown:\n%s", text(got.body))
	}
	if got := ada.post(page+"/on", nil).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, "domain") {
		t.Errorf("without a domain it says\n%s", text(got.body))
	}
	ada.get(page+"/step?step=nothing").want(t, http.StatusNotFound)
	ada.post(page+"/remove", nil).want(t, http.StatusSeeOther)
	ada.get(page).want(t, http.StatusNotFound)
}
