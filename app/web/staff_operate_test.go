package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/delivery"
	"smtpserver/app/message"
	"smtpserver/app/testkit/seed"
)

// Staff see where mail waits, hold and release it with a reason, and set limits; each act
// is in their log, none without a reason, and customers see none of it.
func TestStaffOperateDestinations(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	a := seed.NewAccount(t, s.store, "shop")
	seed.Messages(t, s.store, a, message.Transactional, "slow.example", 3)
	list := sam.get("/staff/destinations").want(t, http.StatusOK)
	one, ok := list.doc(t).Find(`table a[href*="slow.example"]`).Attr("href")
	if !ok || !strings.Contains(list.body, "slow.example") {
		t.Fatal(text(list.body))
	}
	sam.get("/staff/destinations/one").want(t, http.StatusNotFound)
	sam.get("/staff/destinations/one?name=google").want(t, http.StatusOK)
	if got := sam.post(one, url.Values{"act": {"hold"}}).want(t, http.StatusUnprocessableEntity); got.doc(t).Find("#f-reason-error").Length() != 1 {
		t.Error("no reason, and no word about it")
	}
	sam.post(one, url.Values{"act": {"burn"}, "reason": {"x"}}).want(t, http.StatusUnprocessableEntity)
	states := func(state message.State) (n int64) {
		err := s.store.SystemRead(t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*) FROM deliveries WHERE destination = 'slow.example' AND state = ?", state).Scan(&n).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	sam.post(one, url.Values{"act": {"hold"}, "reason": {"their disk is full"}}).want(t, http.StatusSeeOther)
	if states(message.Held) != 3 {
		t.Error("not held")
	}
	sam.post(one, url.Values{"act": {"release"}, "reason": {"they cleaned up"}}).want(t, http.StatusSeeOther)
	if states(message.Queued) != 3 {
		t.Error("not released")
	}
	limits := strings.Replace(one, "/one?", "/one/limits?", 1)
	if got := sam.post(limits, url.Values{"connections": {"few"}}).want(t, http.StatusUnprocessableEntity); !strings.Contains(got.body, `value="few"`) {
		t.Error("what was typed is lost")
	}
	sam.post(limits, url.Values{"connections": {"3"}, "per_minute": {"60"}}).want(t, http.StatusSeeOther)
	if l, err := s.Limits.Of(t.Context(), "slow.example"); err != nil || l.Connections != 3 || l.PerMinute != 60 {
		t.Errorf("%+v %v", l, err)
	}
	sam.post(limits, url.Values{"connections": {"5"}, "per_minute": {"60"}}).want(t, http.StatusSeeOther)
	log := sam.get("/staff/audit").body
	if changed := "Connections: 3 became → 5"; !strings.Contains(text(log), changed) || strings.Contains(text(log), "Per minute: 60 became") {
		t.Errorf("the log does not tell %q: %s", changed, text(log))
	}
	for _, want := range []string{"Destination hold", "their disk is full", "Destination limited"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log does not tell %q", want)
		}
	}
	for _, path := range []string{"/staff/destinations", one, "/staff/addresses"} {
		ada.get(path).want(t, http.StatusNotFound)
	}
	ada.post(one, url.Values{"act": {"cancel"}, "reason": {"x"}}).want(t, http.StatusNotFound)
}

func TestStaffPauseAnAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sam := s.staffBrowser(t)
	address := netip.MustParseAddr("192.0.2.7").String()
	if err := s.Sending.Add(t.Context(), address, "out7.example.com", "default", false); err != nil {
		t.Fatal(err)
	}
	if got := sam.get("/staff/addresses").want(t, http.StatusOK); !strings.Contains(got.body, address) {
		t.Error(text(got.body))
	}
	sam.post("/staff/addresses", url.Values{"address": {address}, "act": {"pause"}}).want(t, http.StatusUnprocessableEntity)
	sam.post("/staff/addresses", url.Values{"address": {"nowhere"}, "act": {"pause"}, "reason": {"x"}}).want(t, http.StatusNotFound)
	sam.post("/staff/addresses", url.Values{"address": {address}, "act": {"pause"}, "reason": {"listed somewhere"}}).want(t, http.StatusSeeOther)
	if all, err := s.Sending.All(t.Context()); err != nil || !all[0].Paused {
		t.Errorf("%+v %v", all, err)
	}
	sam.post("/staff/addresses", url.Values{"address": {address}, "act": {"resume"}, "reason": {"delisted"}}).want(t, http.StatusSeeOther)
	if got := sam.get("/staff/audit").body; !strings.Contains(got, "listed somewhere") {
		t.Error("the log does not tell why")
	}
}

// The overview says what asks for staff, and the system page what the program needs.
func TestStaffSeeHowTheInstanceIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.staffBrowser(t)
	if got := sam.get("/staff/system").want(t, http.StatusOK); !strings.Contains(got.body, "Nothing waits.") || !strings.Contains(got.body, ">41<") || !strings.Contains(got.body, "for tests") {
		t.Error(text(got.body))
	}
	a := seed.NewAccount(t, s.store, "shop")
	seed.Messages(t, s.store, a, message.Transactional, "slow.example", 1)
	if got := sam.get("/staff/system").want(t, http.StatusOK); !strings.Contains(got.body, "of the account “shop”") || strings.Contains(got.body, "@slow.example") {
		t.Error(text(got.body))
	}
	if err := s.Sending.Add(t.Context(), "192.0.2.9", "out9.example.com", "default", false); err != nil {
		t.Fatal(err)
	}
	if got := sam.get("/staff").want(t, http.StatusOK); !strings.Contains(got.body, "192.0.2.9 does not send") {
		t.Error(text(got.body))
	}
	swept := func(at time.Time) {
		err := s.store.SystemWrite(t.Context(), "test: a sweep", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("INSERT INTO instance_values (name, value) VALUES ('swept_at', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", at.UTC().Format(time.RFC3339)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	const missed = "last looked for due mail"
	swept(s.store.Now())
	if got := sam.get("/staff").want(t, http.StatusOK); strings.Contains(got.body, missed) {
		t.Error("a worker that runs is missed")
	}
	swept(s.store.Now().Add(-2 * delivery.SweptLately))
	for _, path := range []string{"/staff", "/staff/system"} {
		if got := sam.get(path).want(t, http.StatusOK); !strings.Contains(got.body, missed) {
			t.Errorf("%s does not miss the worker: %s", path, text(got.body))
		}
	}
	ada.get("/staff/system").want(t, http.StatusNotFound)
}
