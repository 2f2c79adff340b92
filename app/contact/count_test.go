package contact_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// A count that takes longer than its page may goes on by itself; whoever asks again for a
// count since then gets that one, and rules that changed meanwhile get none of it.
func TestCountsOutliveTheirPage(t *testing.T) {
	t.Parallel()
	db := storetest.SQLite(t, nil)
	s, scope := contact.New(db), seed.NewAccount(t, db, "A").Scope
	for i := range 30 {
		add(t, s, scope, contact.Draft{Email: fmt.Sprintf("p%02d@example.org", i)})
	}
	row, err := s.SaveSegment(t.Context(), scope, "", "All", rule("address", contact.Begins, "p"))
	if err != nil {
		t.Fatal(err)
	}
	asked := db.Now()
	page, leave := context.WithCancel(t.Context())
	release := make(chan struct{})
	held := make(chan error, 1)
	go func() { // whoever writes now keeps the figure from being stored
		held <- db.SystemWrite(t.Context(), "test: be in the way", func(context.Context, *gorm.DB) error { <-release; return nil })
	}()
	time.Sleep(20 * time.Millisecond)
	if _, done, err := s.Recount(page, scope, row.ID, asked, time.Millisecond); err != nil || done {
		t.Errorf("a count that cannot be kept yet is done: %v, %v", done, err)
	}
	leave()
	close(release)
	if err := <-held; err != nil {
		t.Fatal(err)
	}
	counted, done, err := s.Recount(t.Context(), scope, row.ID, asked, 20*time.Second)
	if err != nil || !done || counted.Counted != 30 || len(counted.Sample) != 20 {
		t.Fatalf("%+v, %v, %v", counted, done, err)
	}
	if found, err := s.Sampled(t.Context(), scope, counted); err != nil || len(found) != 20 || found[0].Address != "p29@example.org" {
		t.Errorf("sample: %+v, %v", found, err)
	}
	if _, err := s.SaveSegment(t.Context(), scope, row.ID, "None", rule("address", contact.Begins, "q")); err != nil {
		t.Fatal(err)
	}
	if again, done, err := s.Recount(t.Context(), scope, row.ID, asked, 20*time.Second); err != nil || !done || again.Counted != 0 || len(again.Sample) != 0 {
		t.Errorf("after the rules changed: %+v, %v, %v", again, done, err)
	}
}
