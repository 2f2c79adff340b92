package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/office"
	"smtpserver/app/testkit/seed"
)

// Who manages delivery sends a destination's mail another way, with a reason in the log, and
// what waits is tried at once. What is wrong is said where it was typed. The relay's password
// is in no page, no log and no entry.
func TestStaffRouteADestination(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam, helper := s.staffBrowser(t), s.officerWith(t, "helper@operator.example", office.Support)
	a := seed.NewAccount(t, s.store, "shop")
	seed.Messages(t, s.store, a, message.Transactional, "slow.example", 3)
	for _, sql := range []string{
		"UPDATE deliveries SET state = 'deferred', due_at = '2099-01-01T00:00:00Z'",
		"INSERT INTO routes (domain, destination, updated_at) VALUES ('part.example', 'via:google', '2026-01-01T00:00:00Z')",
	} {
		err := s.store.SystemWrite(t.Context(), "test: arrange", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql).Error })
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sending.Add(t.Context(), "192.0.2.7", "out7.example.com", "clean", false); err != nil {
		t.Fatal(err)
	}
	const one, route = "/staff/destinations/one?name=slow.example", "/staff/destinations/one/route?name=slow.example"
	const password = "s3cret-of-the-relay"
	with := func(pool, relay, password, reason string) url.Values {
		return url.Values{"pool": {pool}, "relay": {relay}, "password": {password}, "route_reason": {reason}}
	}
	var seen strings.Builder // all that was answered
	for name, c := range map[string]struct {
		form   url.Values
		field  string
		remark string
	}{
		"no reason":          {with("", "smtp://ops@relay.example", password, ""), "route_reason", "why"},
		"no relay":           {with("", "http://ops@relay.example", password, "x"), "relay", "Write it like"},
		"a password in it":   {with("", "smtp://ops:"+password+"@relay.example/x", "", "x"), "relay", "Write it like"},
		"worse":              {with("", "ops:"+password+"@relay.example", "", "x"), "relay", "Write it like"},
		"no password":        {with("", "smtp://ops@relay.example", "", "x"), "password", "Give the password"},
		"an unknown pool":    {with("nowhere", "", "", "x"), "pool", "no pool of that name"},
		"an unchecked pool":  {with("clean", "", "", "x"), "pool", "192.0.2.7: waits for the check"},
		"a password of none": {with("", "", password, "x"), "relay", "which relay"},
	} {
		got := sam.post(route, c.form).want(t, http.StatusUnprocessableEntity)
		seen.WriteString(got.body)
		page := got.doc(t)
		if remark := page.Find("#f-" + c.field + "-error").Text(); !strings.Contains(remark, c.remark) || page.Find("form [id$=-error]").Length() != 1 {
			t.Errorf("%s: %q", name, remark)
		}
		if relay, _ := page.Find("#f-relay").Attr("value"); relay != strings.ReplaceAll(c.form.Get("relay"), ":"+password, "") {
			t.Errorf("%s: what was typed is %q now", name, relay)
		}
	}
	if all, err := s.Detours.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	helper.post(route, with("", "smtp://relay.example", "", "x")).want(t, http.StatusForbidden)
	s.member(t, "ada@example.com").post(route, with("", "smtp://relay.example", "", "x")).want(t, http.StatusNotFound)
	if got := helper.get(one).want(t, http.StatusOK).doc(t); got.Find(`form[action*="/route"] button:not([disabled])`).Length() != 0 {
		t.Error("who may not is offered it")
	}

	waiting := func(want int64) {
		t.Helper()
		var n int64
		err := s.store.SystemRead(t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*) FROM deliveries WHERE due_at <= ?", s.store.Now()).Scan(&n).Error
		})
		if err != nil || n != want {
			t.Errorf("%d are due, %v", n, err)
		}
	}
	waiting(0)
	sam.post(route, with("", "smtp://ops:"+password+"@Relay.Example", "", "listed at their provider")).want(t, http.StatusSeeOther)
	waiting(3)
	shown := sam.get(one).want(t, http.StatusOK)
	seen.WriteString(shown.body)
	page := shown.doc(t)
	if relay, _ := page.Find("#f-relay").Attr("value"); relay != "smtp://ops@relay.example:587" || !strings.Contains(page.Find("#f-password-hint").Text(), "Password kept") {
		t.Errorf("%q", relay)
	}
	if words := text(shown.body); !strings.Contains(words, "Mail to slow.example goes through the relay relay.example:587. 3 deferred deliveries are tried at once.") {
		t.Error(words)
	}
	list := sam.get("/staff/destinations").want(t, http.StatusOK)
	seen.WriteString(list.body)
	if !strings.Contains(text(list.body), "Routed by hand: goes through the relay relay.example:587.") {
		t.Error(text(list.body))
	}
	sam.post(route, with("", "smtp://ops@relay.example:587", "", "the same again")).want(t, http.StatusSeeOther)

	// A domain that is part of a destination is told so, and is in the list although nothing waits.
	const part = "/staff/destinations/one/route?name=part.example"
	sam.post(part, with("", "smtps://relay.example", "", "their own gateway")).want(t, http.StatusSeeOther)
	if got := sam.get("/staff/destinations/one?name=part.example").doc(t); got.Find(`a[href$="name=via%3Agoogle"]`).Length() != 1 {
		t.Error("nobody says where its mail waits")
	}
	if got := text(sam.get("/staff/destinations").body); !strings.Contains(got, "relay.example:465") {
		t.Error(got)
	}

	sam.post(route, with("", "", "", "delisted")).want(t, http.StatusSeeOther)
	if got := text(sam.get(one).body); !strings.Contains(got, "Mail to slow.example goes the usual way.") {
		t.Error(got)
	}
	entries := sam.get("/staff/audit").want(t, http.StatusOK)
	seen.WriteString(entries.body)
	for _, want := range []string{"Destination routed", "listed at their provider", "the same again", "delisted"} {
		if !strings.Contains(entries.body, want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
	var stored []map[string]any
	err := s.store.SystemRead(t.Context(), "test: look", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM staff_events WHERE action = 'destination.routed' ORDER BY event_id").Scan(&stored).Error
	})
	if err != nil || len(stored) != 4 {
		t.Fatalf("%d entries, %v", len(stored), err)
	}
	for _, e := range stored {
		for _, v := range e {
			if text, ok := v.(string); ok {
				seen.WriteString(text)
			}
		}
	}
	if !strings.Contains(text(entries.body), "Relay: smtp://ops@relay.example:587") {
		t.Error("the entries do not tell which relay")
	}
	if strings.Contains(seen.String(), password) || strings.Contains(s.said.String(), password) || !strings.Contains(s.said.String(), "/staff/destinations/one/route") {
		t.Error("the password is told, or the wrong log was read")
	}
}
