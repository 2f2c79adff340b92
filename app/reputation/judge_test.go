package reputation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/approval"
	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/office"
)

// Small samples say nothing; each figure has its own line; only what is bad asks for more.
func TestFiguresAskForLevels(t *testing.T) {
	for _, c := range []struct {
		name string
		w    Window
		want Level
	}{
		{"nothing", Window{}, Good},
		{"a small sample", Window{Ended: 199, Hard: 150, Complained: 90}, Good},
		{"clean", Window{Ended: 10_000, Hard: 399, Complained: 7}, Good},
		{"4 % bounce", Window{Ended: 10_000, Hard: 400}, Warned},
		{"6 % bounce", Window{Ended: 10_000, Hard: 600}, Slowed},
		{"8 % bounce", Window{Ended: 10_000, Hard: 800}, BroadcastHeld},
		{"0.08 % complain", Window{Ended: 10_000, Complained: 8}, Warned},
		{"0.2 % complain", Window{Ended: 10_000, Complained: 20}, Slowed},
		{"0.3 % complain", Window{Ended: 10_000, Complained: 30}, BroadcastHeld},
		{"one complaint of 200 is chance", Window{Ended: 200, Complained: 1}, Good},
		{"two are not enough to hold", Window{Ended: 200, Complained: 2}, Warned},
		{"three of 1,000 are", Window{Ended: 1_000, Complained: 3}, BroadcastHeld},
	} {
		if got := find(message.Broadcast, Figures{Day: c.w, Week: c.w}).Level; got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Words(), c.want.Words())
		}
	}
	one := Figures{Providers: map[string]Window{"google": {Ended: 100, Refused: 3}, "": {Ended: 5_000}}, Day: Window{Ended: 5_100, Refused: 3}}
	if f := find(message.Broadcast, one); f.Level != Slowed || f.Provider != "google" || f.Figure != Refusals {
		t.Errorf("3 refusals of 100 at one provider: %+v", f)
	}
	for name, w := range map[string]Window{"30 of the first 300": {Ended: 290, Hard: 30}, "8 % of many": {Ended: 5_000, Hard: 400}, "complaints": {Ended: 1_000, Complained: 3}} {
		if findInCampaign(w).Level != BroadcastHeld {
			t.Errorf("%s does not stop a campaign", name)
		}
	}
	for name, w := range map[string]Window{"29 of 150": {Ended: 150, Hard: 29}, "7 %": {Ended: 5_000, Hard: 350}} {
		if findInCampaign(w).Level >= BroadcastHeld {
			t.Errorf("%s stops a campaign", name)
		}
	}
}

// Each step is a row with its numbers; the warning comes before the first; transactional
// mail is held last of all; and it is lifted by itself at the time that was said.
func TestStepsAreGradedAndEndByThemselves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		judge := func(level Level) {
			t.Helper()
			w.must(w.Sweep(w.ctx))
			if st := w.standing(); st.Level != level {
				t.Fatalf("at %s, want %s; steps %q", st.Level.Words(), level.Words(), w.steps())
			}
			w.verify()
		}
		w.figure(w.Account, message.Broadcast, 0, 1_000, 45, 0)
		judge(Warned)
		w.clock.Advance(time.Hour)
		w.figure(w.Account, message.Broadcast, 0, 1_000, 85, 0) // 6.5 %
		judge(Slowed)
		w.clock.Advance(time.Hour)
		w.figure(w.Account, message.Broadcast, 0, 1_000, 140, 0) // 9 %
		judge(BroadcastHeld)
		first := w.standing()
		w.figure(w.Account, message.Transactional, 0, 1_000, 300, 0) // bad, but of before
		judge(BroadcastHeld)
		w.clock.Advance(2 * time.Hour)
		judge(BroadcastHeld)
		w.figure(w.Account, message.Transactional, 0, 100, 30, 0) // too few to say anything
		judge(BroadcastHeld)
		w.clock.Advance(time.Hour)
		w.figure(w.Account, message.Transactional, 0, 400, 100, 0)
		judge(AllHeld)
		if got := strings.Join(w.steps(), " "); got != "warned slowed broadcast_held all_held" {
			t.Errorf("steps %q", got)
		}
		if got := w.post.kinds(); !slices.Equal(got, w.steps()) {
			t.Errorf("the owner was told %q", got)
		}
		for _, s := range w.post.stood {
			if s.Counted == 0 || s.OutOf == 0 || s.Threshold == 0 || !strings.Contains(s.Words, "%") || s.WayOut == "" {
				t.Errorf("a step without its numbers: %+v", s)
			}
			if s.Kind != StepWarned && !strings.Contains(s.WayOut, "UTC") {
				t.Errorf("a step that does not say when it ends: %q", s.WayOut)
			}
		}
		if first.Until == nil || w.standing().CaseID != first.CaseID || first.CaseID.IsZero() {
			t.Errorf("%+v, then %+v", first, w.standing())
		}
		until := *w.standing().Until
		w.clock.Advance(until.Sub(w.clock.Now()) - 2*time.Hour)
		judge(AllHeld)
		w.clock.Advance(2*time.Hour + time.Minute)
		w.must(w.Sweep(w.ctx))
		if st := w.standing(); st.Level >= Slowed || !st.CaseID.IsZero() {
			t.Errorf("at the time that was said, %s: %s", until, st.Level.Words())
		}
		w.verify()
		if n := w.count("SELECT COUNT(*) FROM sending_guards"); n != 0 {
			t.Errorf("%d guards are left", n)
		}
	})
}

// A sudden storm holds broadcast mail at once; the warning stands in the history before it.
func TestAStormIsWarnedOfAndHeldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figure(w.Account, message.Transactional, 0, 1_000, 500, 0)
		w.must(w.Judge(w.ctx, w.ID))
		if got := strings.Join(w.steps(), " "); got != "warned broadcast_held" {
			t.Errorf("steps %q", got)
		}
		w.verify()
	})
}

// A suspension stops the account's own doors as well, and is lifted by two people; each
// act is in the history and in both logs.
func TestLiftingASuspensionNeedsTwo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		desk := approval.New(w.store)
		desk.Register(w.Lifting(account.New(w.store).Lifting()))
		sam, eve := Staff{w.sam, "they called us"}, approval.By{ID: w.eve, Name: "eve", Roles: office.Roles{office.Abuse}}
		want := func(kind fault.Kind, err error) {
			t.Helper()
			if !fault.Is(err, kind) {
				t.Errorf("%v, want %s", err, kind)
			}
		}
		want(fault.Invalid, w.Suspend(w.ctx, Staff{w.sam, " "}, w.ID))
		want(fault.NotFound, w.Suspend(w.ctx, sam, "01ARZ3NDEKTSV4RRFFQ69G5FAV"))
		w.must(w.Suspend(w.ctx, sam, w.ID))
		want(fault.Conflict, w.Suspend(w.ctx, sam, w.ID))
		r, err := desk.Ask(w.ctx, approval.By{ID: w.sam, Name: "sam", Roles: office.Roles{office.Abuse}}, account.LiftSuspension, w.ID, w.ID, "it was the wrong one")
		w.must(err)
		want(fault.Conflict, desk.Approve(w.ctx, approval.By{ID: w.sam, Name: "sam", Roles: office.Roles{office.Abuse}}, r.ID))
		if !w.standing().Suspended {
			t.Fatal("one alone lifted it")
		}
		w.must(desk.Approve(w.ctx, eve, r.ID))
		if st := w.standing(); st.Suspended || st.Held(true) {
			t.Errorf("%+v", st)
		}
		if got := strings.Join(w.steps(), " "); got != "suspended restored" || !slices.Equal(w.post.kinds(), w.steps()) {
			t.Errorf("steps %q, told %q", got, w.post.kinds())
		}
		if n := w.count("SELECT COUNT(*) FROM accounts WHERE account_id = ? AND state = 'active'", w.ID); n != 1 {
			t.Error("the account itself is not active again")
		}
		for _, table := range []string{"staff_events WHERE about_account", "audit_events WHERE account_id"} {
			if n := w.count("SELECT COUNT(*) FROM "+table+" = ?", w.ID); n < 4 {
				t.Errorf("%d of 4 acts are in %s", n, table)
			}
		}
		w.verify()
	})
}

// The history cannot be rewritten, and a standing that differs from it is found.
func TestTheHistoryIsTheStanding(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.must(w.Suspend(w.ctx, Staff{w.sam, "phishing"}, w.ID))
		for _, sql := range []string{"UPDATE standing_steps SET words = 'nothing'", "DELETE FROM standing_steps"} {
			if w.try(sql) == nil {
				t.Errorf("%s was possible", sql)
			}
		}
		for _, sql := range []string{"UPDATE standings SET suspended = false", "DELETE FROM sending_guards", "UPDATE standings SET level = 3", "UPDATE standing_cases SET closed_at = opened_at"} {
			found := false
			w.undone(func() {
				w.exec(sql)
				wrong, err := Verify(w.ctx, w.store)
				w.must(err)
				found = len(wrong) > 0
			})
			if !found {
				t.Errorf("nobody finds %s", sql)
			}
		}
		w.verify()
	})
}
