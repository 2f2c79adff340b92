package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/office"
)

func TestSignUpToDashboard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	page := b.get("/signup").want(t, http.StatusOK).doc(t)
	if got, _ := page.Find(`input[name="terms_version"]`).Attr("value"); got != "1" {
		t.Errorf("terms_version is %q", got)
	}
	for _, name := range []string{"_csrf", "email", "password", "name", "account_name", "account_kind", "accept_terms"} {
		if page.Find(`[name="`+name+`"]`).Length() == 0 {
			t.Errorf("the form has no %s", name)
		}
	}
	a := b.post("/signup", signupValues("ada@example.com")).want(t, http.StatusSeeOther)
	if !strings.Contains(b.get(a.to()).want(t, http.StatusOK).body, "ada@example.com") {
		t.Error("the next page does not say where the mail went")
	}
	link := s.mails.link(t, "confirm_email", "ada@example.com")
	if !strings.Contains(b.get(link).want(t, http.StatusOK).body, `method="post"`) {
		t.Error("the link's page has no button")
	}
	if unused := s.browser(t).get(link); unused.StatusCode != http.StatusOK {
		t.Errorf("looking at the link used it up: %d", unused.StatusCode)
	}
	a = b.post(link, nil).want(t, http.StatusSeeOther)
	a = b.get(a.to()).want(t, http.StatusSeeOther)
	dashboard := b.get(a.to()).want(t, http.StatusOK)
	if !strings.Contains(dashboard.body, "Your e-mail address is confirmed.") {
		t.Error("nobody says that it worked")
	}
	if strings.Contains(b.get(a.to()).body, "Your e-mail address is confirmed.") {
		t.Error("it is said twice")
	}
	b.get(link).want(t, http.StatusNotFound)
}

func TestSignUpKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	form := signupValues("not an address")
	form.Set("name", `Ada "<b>" & Co`)
	form.Set("account_name", "Müller & Söhne")
	form.Set("account_kind", "individual")
	a := b.post("/signup", form).want(t, http.StatusUnprocessableEntity)
	page := a.doc(t)
	for name, want := range map[string]string{"name": `Ada "<b>" & Co`, "email": "not an address", "account_name": "Müller & Söhne"} {
		if got, _ := page.Find(`input[name="` + name + `"]`).Attr("value"); got != want {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if v, _ := page.Find(`input[name="account_kind"][checked]`).Attr("value"); v != "individual" {
		t.Errorf("account_kind %q", v)
	}
	if _, ok := page.Find(`input[name="accept_terms"]`).Attr("checked"); !ok {
		t.Error("the tick is lost")
	}
	if _, ok := page.Find(`input[name="password"]`).Attr("value"); ok || strings.Contains(a.body, testPassword) {
		t.Error("the password is sent back")
	}
	if page.Find(`input[name="email"][aria-invalid="true"]`).Length() != 1 {
		t.Error("the wrong field is not marked")
	}
	stale := signupValues("ada@example.com")
	stale.Set("terms_version", "9")
	if a := b.post("/signup", stale).want(t, http.StatusUnprocessableEntity); !strings.Contains(text(a.body), "version 1 of") {
		t.Errorf("a version not in force: %s", text(a.body))
	} else if _, ok := a.doc(t).Find(`input[name="accept_terms"]`).Attr("checked"); ok {
		t.Error("the tick for another version is kept")
	}
}

// TestKnownAddressesLookLikeNewOnes is H-07 at the door.
func TestKnownAddressesLookLikeNewOnes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.member(t, "ada@example.com")
	b := s.browser(t)
	ask := func(path string, form url.Values, email string) string {
		a := b.post(path, form)
		if a.StatusCode == http.StatusSeeOther {
			a = b.get(a.to())
		}
		return a.Status + strings.ReplaceAll(a.body, email, "x")
	}
	for path, form := range map[string]func(email string) url.Values{
		"/signup":   signupValues,
		"/password": func(e string) url.Values { return url.Values{"email": {e}} },
		"/confirm":  func(e string) url.Values { return url.Values{"email": {e}} },
		"/login":    func(e string) url.Values { return url.Values{"email": {e}, "password": {"a wrong guess"}} },
	} {
		known, unknown := ask(path, form("ada@example.com"), "ada@example.com"), ask(path, form("new@example.com"), "new@example.com")
		if known != unknown {
			t.Errorf("%s tells known from unknown:\n%s\n%s", path, text(known), text(unknown))
		}
	}
}

// TestMassAssignment is H-06: fields that no form has change nothing.
func TestMassAssignment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	form := signupValues("ada@example.com")
	for _, extra := range []string{"staff", "is_admin", "role", "id", "user_id", "account_id", "email_confirmed_at", "state", "slug", "plan"} {
		form.Set(extra, "1")
		form.Set("user."+extra, "1")
	}
	b := s.browser(t)
	b.post("/signup", form).want(t, http.StatusSeeOther)
	var rows []map[string]any
	err := s.store.SystemRead(t.Context(), "test: look at the user", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT u.staff, u.email_confirmed_at, m.role, a.state, a.kind, a.slug FROM users u JOIN members m ON m.user_id = u.user_id JOIN accounts a ON a.account_id = m.account_id`).Scan(&rows).Error
	})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	r := rows[0]
	if r["staff"] == true || r["staff"] == int64(1) || r["email_confirmed_at"] != nil || r["role"] != "owner" || r["state"] != "active" || r["slug"] == "1" {
		t.Errorf("row = %v", r)
	}
}

func TestUnconfirmedUsersLookButDoNotAct(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.unconfirmed(t, "ada@example.com")
	page := b.get("/a/"+b.slug).want(t, http.StatusOK)
	if !strings.Contains(page.body, "Confirm your e-mail address.") {
		t.Error("no banner asks to confirm")
	}
	for _, route := range s.Routes() {
		if route.Access.level != insider || route.Method == http.MethodGet || route.Access.permission == "" {
			continue
		}
		a := b.do(route.Method, pathOf(route, b.slug), "_csrf="+b.token()+"&"+forms[route.Path])
		if route.Access.unconfirmed == (a.StatusCode == http.StatusForbidden) {
			t.Errorf("%s %s: %d", route.Method, route.Path, a.StatusCode)
		}
	}
	before := len(s.mails.all)
	b.post("/confirm", nil).want(t, http.StatusSeeOther)
	if len(s.mails.all) != before+1 {
		t.Error("the button sends no mail")
	}
}

func TestClosedSignUp(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.SignUpClosed = true })
	b := s.browser(t)
	if page := b.get("/signup").want(t, http.StatusOK).doc(t); page.Find(`input[name="email"]`).Length() != 0 {
		t.Error("the form is shown")
	}
	b.post("/signup", signupValues("ada@example.com")).want(t, http.StatusForbidden)
}

func TestStaffComeInByTheirLink(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	token := s.staffToken(t, "staff@example.com", office.Support)
	b := s.browser(t)
	b.get("/staff/enter/"+token).want(t, http.StatusOK)
	b.post("/staff/enter/"+token, nil).want(t, http.StatusSeeOther)
	b.get("/staff").want(t, http.StatusOK)
	if a := b.get("/a").want(t, http.StatusSeeOther); a.to() != "/staff" {
		t.Errorf("/a leads staff to %q", a.to())
	}
	b.get("/staff/enter/"+token).want(t, http.StatusNotFound)
}
