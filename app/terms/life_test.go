package terms_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/terms"
)

// The whole life of a version: announced, told, reminded, in force, accepted by use.
func TestLifeOfAVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna, otto, ines := w.signUp("anna"), w.signUp("otto"), w.signUp("ines")
		for role, name := range map[string]string{"billing": "accounts", "developer": "dev"} {
			w.exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, ?, ?)", ines.ID, w.user(name+"@ines.example"), role, w.store.Now())
		}
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		if v.Number != 2 || v.NotifiedAt != nil || !v.Open(w.clock.Now()) {
			t.Fatalf("%+v", v)
		}
		w.run()
		if got := w.version(2); got.NotifiedAt != nil {
			t.Error("told although the mails are under way")
		}
		w.clock.Advance(2 * time.Hour)
		w.deliver(ines.email)
		w.run()
		v = w.version(2)
		if v.NotifiedAt == nil || !v.NotifiedAt.Equal(start.Add(2*time.Hour)) || v.Moved() {
			t.Fatalf("the last notice is %v, effective %s", v.NotifiedAt, v.EffectiveOn)
		}
		if f := w.figures(2); f.Told != 3 || f.Delivered != 2 || f.Unreachable != 1 || f.NotYet != 3 {
			t.Errorf("%+v", f)
		}
		out, err := w.archive.Unreachable(t.Context(), terms.Service, 2, 10)
		if err != nil || len(out) != 1 || out[0].Name != "ines" || out[0].Why != "No such user." || out[0].Others != "accounts@ines.example, dev@ines.example" {
			t.Errorf("unreachable: %+v, %v", out, err)
		}
		// Otto accepts, so no reminder goes to him; mail to Ines came back, so none to her.
		choice := terms.Choice{Document: terms.Service, Number: 2, Digest: v.Digest}
		if err := w.archive.Accept(t.Context(), otto.scope, choice, terms.By{}); err != nil {
			t.Fatal(err)
		}
		for _, left := range []int{14, 7, 1} {
			w.to(v.EffectiveOn.Plus(-left))
			w.run()
			w.run()
		}
		want := []terms.MailKind{terms.NoticeMail, terms.Reminder14, terms.Reminder7, terms.Reminder1}
		if got := w.mailed(anna.email); !slices.Equal(got, want) {
			t.Errorf("anna got %v", got)
		}
		for _, c := range []customer{otto, ines} {
			if got := w.mailed(c.email); !slices.Equal(got, want[:1]) {
				t.Errorf("%s got %v", c.Name, got)
			}
		}
		// The day before, use accepts nothing; on the day it does, once.
		if err := w.use(anna); err != nil {
			t.Fatal(err)
		}
		w.to(v.EffectiveOn)
		for range 3 {
			if err := w.use(anna); err != nil {
				t.Fatal(err)
			}
		}
		history, err := w.archive.Records(t.Context(), anna.scope)
		if err != nil || len(history) != 2 {
			t.Fatalf("%+v, %v", history, err)
		}
		r := history[1]
		if r.Channel != terms.UseWeb || r.Number != 2 || r.Digest != v.Digest || r.UserID != anna.owner || r.NoticeID.IsZero() || !r.At.Equal(w.clock.Now()) || r.IP.String() != "192.0.2.7" || r.UserAgent != "browser" {
			t.Errorf("%+v", r)
		}
		if f := w.figures(2); f.ByUse != 1 || f.Explicit != 1 || f.NotYet != 1 {
			t.Errorf("%+v", f)
		}
		if p := w.verify(); !p.OK() || p.Accounts != 3 || p.Records != 5 {
			t.Errorf("%+v", p)
		}
	})
}

func TestObjectingClosesTheAccountOnTheDate(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		choice := terms.Choice{Document: terms.Service, Number: 2, Digest: v.Digest}
		wrong := choice
		wrong.Digest = strings.Repeat("0", 64)
		if err := w.archive.Accept(t.Context(), anna.scope, wrong, terms.By{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a wrong digest: %v", err)
		}
		for range 2 {
			if err := w.archive.Object(t.Context(), anna.scope, choice, terms.By{}); err != nil {
				t.Fatal(err)
			}
		}
		w.run()
		w.deliver()
		w.run()
		v = w.version(2)
		w.to(v.EffectiveOn.Plus(-1))
		w.run()
		if got := w.mailed(anna.email); len(got) != 2 || !w.letters[1].Objected {
			t.Errorf("an objector is reminded of the date: %v", got)
		}
		if err := w.use(anna); err != nil {
			t.Errorf("before the date: %v", err)
		}
		w.to(v.EffectiveOn)
		for range 2 {
			err := w.use(anna)
			if !fault.Is(err, fault.Forbidden) || !strings.Contains(fault.SafeText(err), "https://mail.example/a/"+anna.Slug+"/settings/terms") {
				t.Fatalf("on the date: %v", err)
			}
		}
		standing, err := w.archive.StandingOf(t.Context(), anna.scope)
		if err != nil || !standing[0].Barred || standing[0].Objected == nil || standing[0].Accepted != nil {
			t.Errorf("%+v, %v", standing, err)
		}
		if f := w.figures(2); f.Objected != 1 || f.ByUse != 0 {
			t.Errorf("%+v", f)
		}
		late := w.signUp("late")
		if err := w.archive.Object(t.Context(), late.scope, choice, terms.By{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("after the date: %v", err)
		}
		// A change of mind is an explicit acceptance, and counts at once.
		if err := w.archive.Accept(t.Context(), anna.scope, choice, terms.By{}); err != nil {
			t.Fatal(err)
		}
		w.gate.Forget(anna.ID)
		if err := w.use(anna); err != nil {
			t.Errorf("after a change of mind: %v", err)
		}
		if f := w.figures(2); f.Objected != 0 || f.Explicit != 1 || f.SignedUp != 1 {
			t.Errorf("%+v", f)
		}
		if p := w.verify(); !p.OK() {
			t.Errorf("%+v", p)
		}
	})
}

func TestAWithdrawnVersionTakesItsObjectionsAlong(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		choice := terms.Choice{Document: terms.Service, Number: 2, Digest: v.Digest}
		w.run()
		w.deliver()
		w.run()
		if err := w.archive.Object(t.Context(), anna.scope, choice, terms.By{}); err != nil {
			t.Fatal(err)
		}
		if err := w.desk.Withdraw(t.Context(), w.bob, terms.Service, 2); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w.run()
		}
		if got := w.mailed(anna.email); !slices.Equal(got, []terms.MailKind{terms.NoticeMail, terms.WithdrawalMail}) {
			t.Errorf("%v", got)
		}
		standing, err := w.archive.StandingOf(t.Context(), anna.scope)
		if err != nil || standing[0].Withdrawn == nil || standing[0].Withdrawn.Number != 2 || standing[0].WithIt == nil || standing[0].Announced != nil {
			t.Errorf("the portal does not tell: %+v, %v", standing, err)
		}
		if standing, err = w.archive.StandingOf(t.Context(), w.signUp("late").scope); err != nil || standing[0].Withdrawn != nil {
			t.Errorf("whoever was never told is told of the withdrawal: %+v, %v", standing, err)
		}
		if err := w.archive.Accept(t.Context(), anna.scope, choice, terms.By{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("accepting what was withdrawn: %v", err)
		}
		if err := w.desk.Withdraw(t.Context(), w.bob, terms.Service, 2); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v", err)
		}
		w.to(v.EffectiveOn.Plus(1))
		if err := w.use(anna); err != nil {
			t.Error(err)
		}
		if c, err := w.archive.Current(t.Context(), terms.Service, w.clock.Now()); err != nil || c.Number != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		// The next one has the next number, and the old objection does not bar from it.
		next := w.mustAnnounce(w.draft(3, terms.Suggested(w.clock.Now())))
		w.run()
		w.deliver()
		w.run()
		w.to(w.version(3).EffectiveOn)
		if err := w.use(anna); err != nil || next.Number != 3 || w.figures(3).ByUse != 1 {
			t.Errorf("%v, %+v", err, next)
		}
	})
}

// The date stands on the last notice that was really given: when mails took their time
// it moves later, by itself, and nobody moves it back.
func TestTheDateMovesWithTheLastNotice(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.signUp("anna")
		told := terms.Lawful(w.clock.Now())
		w.mustAnnounce(w.draft(2, told))
		w.run()
		w.to(told.Plus(3)) // all hosts were down over the date
		if c, err := w.archive.Current(t.Context(), terms.Service, w.clock.Now()); err != nil || c.Number != 1 {
			t.Errorf("in force without notice: %+v, %v", c, err)
		}
		w.deliver()
		w.restart()
		w.run()
		v := w.version(2)
		if want := terms.Lawful(w.clock.Now()); v.EffectiveOn != want || v.ToldOn != told || !v.Moved() {
			t.Errorf("effective %s, want %s", v.EffectiveOn, want)
		}
		w.run()
		if again := w.version(2); again.EffectiveOn != v.EffectiveOn {
			t.Error("moved again")
		}
	})
}

// Owners who come and go: a new owner's address gets the notice again, newcomers are
// told in the portal and by mail once their address is confirmed.
func TestOwnersChange(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		w.deliver()
		w.run()
		w.exec("UPDATE users SET email = 'New@anna.example', email_key = 'new@anna.example' WHERE user_id = ?", anna.owner)
		w.clock.Advance(time.Hour)
		newcomer := w.signUp("newcomer")
		w.exec("UPDATE users SET email_confirmed_at = NULL WHERE user_id = ?", newcomer.owner)
		for range 2 {
			w.run()
		}
		if got := w.mailed("New@anna.example"); !slices.Equal(got, []terms.MailKind{terms.NoticeMail}) {
			t.Errorf("the new address got %v", got)
		}
		if got := w.mailed(newcomer.email); len(got) != 0 {
			t.Errorf("an unconfirmed address got %v", got)
		}
		notices, err := w.archive.Notices(t.Context(), newcomer.scope)
		if err != nil || len(notices) != 1 || notices[0].Required || !notices[0].PortalAt.Equal(w.clock.Now()) {
			t.Errorf("%+v, %v", notices, err)
		}
		history, err := w.archive.Records(t.Context(), newcomer.scope)
		if err != nil || len(history) != 1 || history[0].Number != 1 {
			t.Errorf("a newcomer accepts what is in force: %+v, %v", history, err)
		}
		w.exec("UPDATE users SET email_confirmed_at = ? WHERE user_id = ?", w.store.Now(), newcomer.owner)
		w.run()
		if got := w.mailed(newcomer.email); !slices.Equal(got, []terms.MailKind{terms.NoticeMail}) {
			t.Errorf("a confirmed newcomer got %v", got)
		}
		w.deliver()
		w.run()
		if got := w.version(2); !got.NotifiedAt.Equal(start) || got.EffectiveOn != v.EffectiveOn {
			t.Errorf("newcomers moved the date: %+v", got)
		}
		w.to(v.EffectiveOn)
		if err := w.use(newcomer); err != nil || w.figures(2).ByUse != 1 {
			t.Errorf("%v", err)
		}
	})
}

// Many first uses at once, through several processes and doors, leave one record.
func TestConcurrentFirstUsesAreOneAcceptance(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		w.deliver()
		w.run()
		w.to(w.version(2).EffectiveOn)
		program := account.NewScope(anna.ID, account.Actor{Kind: account.ActorCredential})
		var all sync.WaitGroup
		for i := range 24 {
			gate := terms.NewGate(w.archive, w.clock, func(string) string { return "" })
			scope, channel := anna.scope, []terms.Channel{terms.UseWeb, terms.UseSMTP, terms.UseAPI}[i%3]
			if channel != terms.UseWeb {
				scope = program
			}
			all.Go(func() {
				if err := gate.Use(context.Background(), scope, terms.By{Channel: channel}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if f := w.figures(2); f.ByUse != 1 {
			t.Errorf("%+v", f)
		}
		if p := w.verify(); !p.OK() || p.Records != 2 {
			t.Errorf("%+v", p)
		}
	})
}

// After an account's first use the gate asks the database nothing, which is what keeps
// acceptance by use under one per cent of a message (app/smtpd: BenchmarkUse): here every
// question would fail.
func TestTheGateRemembers(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		w.deliver()
		w.run()
		w.to(w.version(2).EffectiveOn)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := w.gate.Use(gone, anna.scope, terms.By{Channel: terms.UseSMTP}); err == nil {
			t.Fatal("the first use was recorded nowhere")
		}
		if err := w.use(anna); err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			if err := w.gate.Use(gone, anna.scope, terms.By{Channel: terms.UseSMTP}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// What is not use: the system's own work, and use without notice.
func TestWhatIsNotUse(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		w.deliver()
		w.run()
		w.to(w.version(2).EffectiveOn)
		for _, scope := range []account.Scope{account.NewScope(anna.ID, account.Actor{Kind: account.ActorSystem}), account.NewScope(anna.ID, account.Actor{})} {
			if err := w.gate.Use(t.Context(), scope, terms.By{Channel: terms.UseWeb}); err != nil {
				t.Error(err)
			}
		}
		if err := w.gate.Use(t.Context(), account.NewScope("", account.Actor{Kind: account.ActorUser}), terms.By{Channel: terms.UseWeb}); err == nil {
			t.Error("the zero scope used something")
		}
		if f := w.figures(2); f.NotYet != 1 {
			t.Errorf("%+v", f)
		}
	})
}

// Who wrote a text does not approve it; an approval is for one text; nobody overwrites
// what they have not seen; a second announcement waits for the first.
func TestTheDesk(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx, f := t.Context(), w.draft(2, terms.Suggested(w.clock.Now()))
		conflict := func(what string, err error) {
			t.Helper()
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := w.desk.Save(ctx, w.ada, f); err != nil {
			t.Fatal(err)
		}
		conflict("saved over another's text", w.desk.Save(ctx, w.bob, f))
		conflict("approved by its writer", w.desk.Approve(ctx, w.ada, terms.Service, 1))
		_, err := w.desk.Announce(ctx, w.ada, terms.Service, 1)
		conflict("announced without approval", err)
		if err := w.desk.Approve(ctx, w.bob, terms.Service, 1); err != nil {
			t.Fatal(err)
		}
		f.Revision, f.Summary = 1, "Another summary."
		if err := w.desk.Save(ctx, w.bob, f); err != nil {
			t.Fatal(err)
		}
		conflict("approved before the change", w.desk.Approve(ctx, w.ada, terms.Service, 1))
		_, err = w.desk.Announce(ctx, w.ada, terms.Service, 2)
		conflict("the approval outlived the text", err)
		if err := w.desk.Approve(ctx, w.ada, terms.Service, 2); err != nil {
			t.Fatal(err)
		}
		var done sync.WaitGroup
		var mu sync.Mutex
		announced := 0
		for range 6 {
			done.Go(func() {
				_, err := w.desk.Announce(context.Background(), w.ada, terms.Service, 2)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					announced++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if announced != 1 {
			t.Errorf("announced %d times", announced)
		}
		_, err = w.announce(w.draft(3, "2092-01-01"))
		conflict("a second one beside", err)
		if drafts, err := w.desk.Drafts(ctx); err != nil || len(drafts) != 1 {
			t.Errorf("%+v, %v", drafts, err)
		}
		if err := w.desk.Discard(ctx, terms.Service, 1); err != nil {
			t.Error(err)
		}
	})
}

// A correction needs no notice, takes effect by its date, and asks nobody for anything.
func TestACorrection(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		current, err := w.archive.Current(t.Context(), terms.Service, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		f := w.draft(2, terms.DateOf(w.clock.Now()).Plus(1))
		f.Kind, f.Reason, f.Markdown = terms.Correction, "A word was misspelt.", strings.Replace(current.Markdown, "account", "acount", 1)
		w.mustAnnounce(f)
		w.run()
		if len(w.letters) != 0 {
			t.Errorf("%+v", w.letters)
		}
		w.clock.Advance(24 * time.Hour)
		if c, err := w.archive.Current(t.Context(), terms.Service, w.clock.Now()); err != nil || c.Number != 2 {
			t.Errorf("%+v, %v", c, err)
		}
		if err := w.use(anna); err != nil {
			t.Error(err)
		}
		if n := w.count("SELECT COUNT(*) FROM terms_records"); n != 1 {
			t.Errorf("%d records", n)
		}
	})
}

// A document that did not exist binds nobody until it was announced like any change.
func TestANewDocumentIsAMaterialChange(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna := w.signUp("anna")
		f := w.draft(1, terms.Suggested(w.clock.Now()))
		f.Document, f.Title = terms.AcceptableUse, "Acceptable use"
		v := w.mustAnnounce(f)
		w.run()
		w.deliver()
		w.run()
		if v.Number != 1 || len(w.letters) != 1 || w.letters[0].Current != nil {
			t.Errorf("%+v", w.letters)
		}
		w.to(v.EffectiveOn)
		if err := w.use(anna); err != nil {
			t.Error(err)
		}
		newcomer := w.signUp("newcomer")
		for _, c := range []customer{anna, newcomer} {
			if history, err := w.archive.Records(t.Context(), c.scope); err != nil || len(history) != 2 || history[1].Document != terms.AcceptableUse {
				t.Errorf("%s: %+v, %v", c.Name, history, err)
			}
		}
	})
}

// One account neither sees nor changes what another was told or said.
func TestAccountsAreApart(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		anna, otto := w.signUp("anna"), w.signUp("otto")
		v := w.mustAnnounce(w.draft(2, terms.Suggested(w.clock.Now())))
		w.run()
		if err := w.archive.Seen(t.Context(), anna.scope, v); err != nil {
			t.Fatal(err)
		}
		if err := w.archive.Object(t.Context(), anna.scope, terms.Choice{Document: terms.Service, Number: 2, Digest: v.Digest}, terms.By{AccountID: otto.ID, UserID: otto.owner}); err != nil {
			t.Fatal(err)
		}
		history, err := w.archive.Records(t.Context(), otto.scope)
		notices, err2 := w.archive.Notices(t.Context(), otto.scope)
		if errors.Join(err, err2) != nil || len(history) != 1 || notices[0].SeenAt != nil {
			t.Errorf("otto: %+v %+v", history, notices)
		}
		own, err := w.archive.Records(t.Context(), anna.scope)
		if err != nil || len(own) != 2 || own[1].UserID != anna.owner {
			t.Errorf("anna: %+v, %v", own, err)
		}
		if _, err := w.archive.Records(t.Context(), account.Scope{}); err == nil {
			t.Error("the zero scope reads")
		}
	})
}
