package listimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

const smallList = "Email,Name,Company\n" +
	"anna@example.org,Anna Voss,Voss GmbH\n" +
	"ANNA@example.org,Anna again,\n" + // duplicate by case
	"ben+news@example.org,Ben,\n" + // a plus tag is another person
	"ben@example.org,Ben,\n" +
	"info@bücher.example,Bücher,\n" +
	"info@xn--bcher-kva.example,Bücher,\n" + // the same, in A-labels
	"gone@example.org,Gone,\n" + // suppressed
	"gone@example.org,Gone,\n" +
	"not an address,Nobody,\n" +
	"noreply@example.org,Robot,\n" +
	"carl@gmial.com,Carl,\n" +
	"dora@mailinator.com,Dora,\n" +
	",Empty,\n" +
	"eve@example.org,Eve,,more,cells\n"

func TestI04EveryRowIsInOneClass(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		if _, err := message.NewArchive(s).Suppress(t.Context(), h.scope, []message.Suppression{{Stream: message.Broadcast, Address: "gone@example.org", Reason: "unsubscribed"}}); err != nil {
			t.Fatal(err)
		}
		letter := h.list("Letter", "")
		dry := h.check(smallList, FillEmpty, letter)
		h.addsUp(dry, 14)
		if dry.State != Held || dry.Quality.Grade != "E" {
			t.Errorf("a list with six invalid rows of 14 is %s, grade %s", dry.State, dry.Quality.Grade)
		}
		if n := h.count("SELECT COUNT(*) FROM contacts"); n != 0 {
			t.Errorf("the dry run stored %d contacts", n)
		}
		if err := h.imports.Start(t.Context(), h.scope, dry.ID, false); !fault.Is(err, fault.Invalid) {
			t.Errorf("a held import began without a decision: %v", err)
		}
		h.start(dry.ID)
		h.drain()
		done := h.get(dry.ID)
		h.addsUp(done, 14)
		want := Counts{Rows: 14, Added: 4, Duplicate: 2, Suppressed: 2, Rejected: 6}
		got := done.Counts
		got.Reasons = nil
		if fmt.Sprint(got) != fmt.Sprint(want) || done.State != Done {
			t.Errorf("%s: %+v, want %+v", done.State, got, want)
		}
		got = dry.Checked
		got.Reasons = nil
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the dry run foretold %+v", got)
		}
		rejected := h.download(done.ID, ClassRejected)
		for _, want := range []string{"Email,Name,Company,row,reason\n", "carl@gmial.com,Carl,,11,the domain looks mistyped: perhaps carl@gmail.com was meant", "eve@example.org,Eve,,more,cells,14,more cells"} {
			if !strings.Contains(rejected, want) {
				t.Errorf("the rejected rows lack %q:\n%s", want, rejected)
			}
		}
		l, err := h.contacts.List(t.Context(), h.scope, letter)
		if err != nil || l.Members != 4 {
			t.Errorf("the list has %d members: %v", l.Members, err)
		}
		if total, err := h.contacts.Total(t.Context(), h.scope); err != nil || total != 4 {
			t.Errorf("the account has %d contacts: %v", total, err)
		}
		again := h.load(smallList, FillEmpty, letter)
		h.addsUp(again, 14)
		if c := again.Counts; c.Added != 0 || c.Unchanged != 4 || c.Suppressed != 2 {
			t.Errorf("the same file again: %+v", c)
		}
	})
}

func TestI10NobodyIsBroughtBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		topic, err := h.contacts.AddTopic(t.Context(), h.scope, "News", "")
		if err != nil {
			t.Fatal(err)
		}
		list := h.list("Letter", topic.ID)
		if err := h.contacts.Choose(t.Context(), h.scope, topic.ID, "left@example.org", contact.ChoseOut, contact.ByHand); err != nil {
			t.Fatal(err)
		}
		if err := h.contacts.Choose(t.Context(), h.scope, topic.ID, "left@example.org", contact.ChoseIn, contact.ByHand); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody was opted in by hand: %v", err)
		}
		for _, policy := range []Policy{FillEmpty, Overwrite, Skip} {
			done := h.load("email\nLEFT@example.org\nstays@example.org\n", policy, list)
			if done.Counts.Suppressed != 1 || done.Counts.Reasons[OptedOut] != 1 {
				t.Errorf("%s: %+v", policy, done.Counts)
			}
		}
		if n := h.count("SELECT COUNT(*) FROM contacts WHERE address = 'left@example.org'"); n != 0 {
			t.Error("who opted out is a contact again")
		}
	})
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		if _, err := h.contacts.AddField(t.Context(), h.scope, contact.Field{Label: "City", Kind: contact.Text}); err != nil {
			t.Fatal(err)
		}
		h.load("email,name,city\na@example.org,Anna,\n", FillEmpty)
		see := func(step, name, city string) {
			t.Helper()
			found, err := h.contacts.Find(t.Context(), h.scope, contact.Filter{Limit: 5})
			if err != nil || len(found) != 1 || found[0].Name != name || found[0].Attributes["city"] != city {
				t.Errorf("%s: %+v, %v", step, found, err)
			}
		}
		see("added", "Anna", "")
		h.load("email,name,city\na@example.org,Other,Ulm\n", FillEmpty)
		see("filled", "Anna", "Ulm")
		h.load("email,name,city\na@example.org,Third,Bern\n", Skip)
		see("skipped", "Anna", "Ulm")
		h.load("email,name,city\na@example.org,Fourth,\n", Overwrite)
		see("overwritten, but for what is empty", "Fourth", "Ulm")
	})
}

// An import and its undoing leave every table of contacts as it was, byte for byte.
func TestUndoRestoresEverything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		if _, err := h.contacts.AddField(t.Context(), h.scope, contact.Field{Label: "Age", Kind: contact.Number}); err != nil {
			t.Fatal(err)
		}
		one, two := h.list("One", ""), h.list("Two", "")
		var before, after strings.Builder
		before.WriteString("email,name,age\n")
		after.WriteString("email,name,age\n")
		for i := range 40 {
			fmt.Fprintf(&before, "p%d@example.org,Old %d,%d\n", i, i, i)
			fmt.Fprintf(&after, "p%d@example.org,New %d,%d\n", i*2, i, 100+i)
		}
		h.load(before.String(), FillEmpty, one)
		was := h.dump()
		done := h.load(after.String(), Overwrite, one, two)
		if done.Counts.Added != 20 || done.Counts.Updated != 20 {
			t.Fatalf("%+v", done.Counts)
		}
		if h.dump() == was {
			t.Fatal("the import changed nothing")
		}
		undone := h.undo(done.ID)
		if got := h.audited(); got != "import.undo_started import.started import.started" {
			t.Errorf("the account's audit says %s", got)
		}
		if undone.State != Undone || undone.Counts.Removed != 20 || undone.Counts.Restored != 20 || undone.Counts.Kept != 0 {
			t.Errorf("%s %+v", undone.State, undone.Counts)
		}
		if now := h.dump(); now != was {
			t.Errorf("before:\n%s\nafter:\n%s", was, now)
		}
	})
}

func TestUndoLeavesWhatWasTouched(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		h.load("email,name\nold@example.org,Before\n", FillEmpty)
		done := h.load("email,name\nold@example.org,After\nnew@example.org,New\nother@example.org,Other\n", Overwrite)
		found, err := h.contacts.Find(t.Context(), h.scope, contact.Filter{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			if c.Address != "other@example.org" {
				if err := h.contacts.Change(t.Context(), h.scope, c.ID, contact.Draft{Name: "By hand"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		undone := h.undo(done.ID)
		if undone.Counts.Removed != 1 || undone.Counts.Kept != 2 {
			t.Errorf("%+v", undone.Counts)
		}
		if n := h.count("SELECT COUNT(*) FROM contacts WHERE name = 'By hand'"); n != 2 {
			t.Errorf("%d of two touched contacts are left as they were", n)
		}
		if err := h.imports.Undo(t.Context(), h.scope, done.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("undone twice: %v", err)
		}
	})
}

// F-57: the same file at the same time, by two workers.
func TestF57TheSameFileTwiceAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		var file strings.Builder
		file.WriteString("email\n")
		for i := range 300 {
			fmt.Fprintf(&file, "p%d@example.org\n", i)
		}
		list := h.list("Both", "")
		a, b := h.check(file.String(), FillEmpty, list), h.check(file.String(), FillEmpty, list)
		h.start(a.ID)
		h.start(b.ID)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			worker := NewRunner(h.imports, RunnerOptions{Batch: 20})
			both.Go(func() { errs[i] = worker.Drain(t.Context()) })
		}
		both.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		first, second := h.get(a.ID), h.get(b.ID)
		h.addsUp(first, 300)
		h.addsUp(second, 300)
		if added := first.Counts.Added + second.Counts.Added; added != 300 || h.count("SELECT COUNT(*) FROM contacts") != 300 {
			t.Errorf("added %d", added)
		}
		if l, err := h.contacts.List(t.Context(), h.scope, list); err != nil || l.Members != 300 || h.count("SELECT COUNT(*) FROM list_members") != 300 {
			t.Errorf("the list counts %d members: %v", l.Members, err)
		}
	})
}

func TestAnotherAccountsImport(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	h, other := newHouse(t, s), newHouse(t, s)
	row := h.check("email\na@example.org\n", FillEmpty)
	for name, err := range map[string]error{
		"get":     func() error { _, err := other.imports.Import(t.Context(), other.scope, row.ID); return err }(),
		"start":   other.imports.Start(t.Context(), other.scope, row.ID, true),
		"cancel":  other.imports.Cancel(t.Context(), other.scope, row.ID),
		"undo":    other.imports.Undo(t.Context(), other.scope, row.ID),
		"discard": other.imports.Discard(t.Context(), other.scope, row.ID),
		"rows":    other.imports.Download(t.Context(), other.scope, row.ID, ClassAdded, &strings.Builder{}),
		"list":    func() error { _, err := other.contacts.List(t.Context(), other.scope, h.list("Mine", "")); return err }(),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An import fills what a plan has room for; the rest is told as over the plan, in the dry
// run too, and does not count against the list.
func TestAnImportHeedsThePlan(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		var most int64 = 3
		h.contacts.SetPlan(nil, func(context.Context, id.ID) (int64, error) { return most, nil })
		rows := "Email,Name\n"
		for i := range 10 {
			rows += fmt.Sprintf("p%d@example.org,P%d\n", i, i)
		}
		dry := h.check(rows, FillEmpty)
		if dry.State != Checked || dry.Checked.Added != 3 || dry.Checked.Reasons[OverPlan] != 7 {
			t.Fatalf("the dry run: %s, %+v", dry.State, dry.Checked)
		}
		h.start(dry.ID)
		h.drain()
		done := h.get(dry.ID)
		h.addsUp(done, 10)
		if done.State != Done || done.Counts.Added != 3 || done.Counts.Reasons[OverPlan] != 7 {
			t.Fatalf("%s, %+v", done.State, done.Counts)
		}
		if total, err := h.contacts.Total(t.Context(), h.scope); err != nil || total != 3 {
			t.Errorf("%d contacts, %v", total, err)
		}
		if text := h.download(done.ID, ClassRejected); !strings.Contains(text, "p3@example.org,P3,4,over your plan") {
			t.Errorf("the rest is not told: %s", text)
		}
		most = 20 // a larger plan, and the same file again
		if again := h.load(rows, FillEmpty); again.Counts.Added != 7 || again.Counts.Unchanged != 3 {
			t.Errorf("%+v", again.Counts)
		}
	})
}
