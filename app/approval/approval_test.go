package approval_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/approval"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

func by(name string) approval.By {
	return approval.By{ID: id.ID(fmt.Sprintf("%026s", name)), Name: name, Roles: office.Roles{office.Abuse}}
}

// counted is a desk with one act that counts in the database how often it was done.
func counted(s *store.Store, fails *atomic.Bool) (*approval.Desk, func(*testing.T) int) {
	d := approval.New(s)
	d.Register(approval.Kind{
		Name: "test.act", Title: "Test", Permission: office.LiftSuspensions,
		Do: func(ctx context.Context, r approval.Request) error {
			err := s.SystemWrite(ctx, "test: the act", func(_ context.Context, tx *gorm.DB) error {
				return tx.Exec("INSERT INTO instance_values (name, value) VALUES (?, ?)", "done "+string(id.New()), r.ID).Error
			})
			if fails.Load() {
				return errors.New("the act failed")
			}
			return err
		},
	})
	return d, func(t *testing.T) int {
		t.Helper()
		var n int64
		err := s.SystemRead(t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT count(*) FROM instance_values WHERE name LIKE 'done %'").Scan(&n).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
}

// One person twice at the same time, then four at the same time: the first does nothing,
// the others do it once.
func TestFourEyesInARace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var fails atomic.Bool
		d, done := counted(s, &fails)
		ctx := t.Context()
		for round := 1; round <= 5; round++ {
			r, err := d.Ask(ctx, by("ann"), "test.act", id.New(), "", "because")
			if err != nil {
				t.Fatal(err)
			}
			answer := func(names ...string) (approved int) {
				errs := make([]error, len(names))
				var all sync.WaitGroup
				for i, name := range names {
					all.Go(func() { errs[i] = d.Approve(ctx, by(name), r.ID) })
				}
				all.Wait()
				for i, err := range errs {
					switch {
					case err == nil:
						approved++
					case !fault.Is(err, fault.Conflict):
						t.Fatalf("%s: %v", names[i], err)
					}
				}
				return approved
			}
			if n := answer("ann", "ann", "ann"); n != 0 {
				t.Fatalf("who asked approved %d times", n)
			}
			if n := answer("bea", "bea", "cyd", "dot"); n != 1 || done(t) != round {
				t.Fatalf("%d approvals, %d effects after %d requests", n, done(t), round)
			}
		}
	})
}

// An act that fails approves nothing; the database itself refuses one pair of eyes.
func TestNothingIsApprovedByHalf(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var fails atomic.Bool
		d, done := counted(s, &fails)
		ctx, object := t.Context(), id.New()
		r, err := d.Ask(ctx, by("ann"), "test.act", object, "", "because")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Ask(ctx, by("bea"), "test.act", object, "", "me too"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		fails.Store(true)
		if err := d.Approve(ctx, by("bea"), r.ID); !fault.Is(err, fault.Internal) {
			t.Errorf("an act that failed: %v", err)
		}
		fails.Store(false)
		if _, ok, err := d.WaitingFor(ctx, "test.act", object); !ok || err != nil || done(t) != 0 {
			t.Fatalf("it does not wait any more: %v, %d done", err, done(t))
		}
		if err := d.Approve(ctx, approval.By{ID: id.New(), Name: "fay", Roles: office.Roles{office.Finance}}, r.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("without the permission: %v", err)
		}
		err = s.SystemWrite(ctx, "test: one pair of eyes", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE approvals SET answer = 'approved', answered_by = asked_by WHERE request_id = ?", r.ID).Error
		})
		if err == nil {
			t.Error("the database took an approval by who asked")
		}
		if err := d.Approve(ctx, by("bea"), id.New()); !fault.Is(err, fault.NotFound) {
			t.Errorf("what nobody asked for: %v", err)
		}
		if err := d.Approve(ctx, by("bea"), r.ID); err != nil || done(t) != 1 {
			t.Errorf("the second person: %v, %d done", err, done(t))
		}
	})
}

// A request lapses after a week, and makes room for another.
func TestARequestLapses(t *testing.T) {
	t.Parallel()
	watch := clock.NewFake(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC))
	s := storetest.SQLite(t, watch)
	var fails atomic.Bool
	d, done := counted(s, &fails)
	ctx, object := t.Context(), id.New()
	r, err := d.Ask(ctx, by("ann"), "test.act", object, "", "because")
	if err != nil {
		t.Fatal(err)
	}
	watch.Advance(approval.Life)
	if err := d.Approve(ctx, by("bea"), r.ID); !fault.Is(err, fault.Conflict) || done(t) != 0 {
		t.Errorf("after its time: %v", err)
	}
	if list, err := d.Waiting(ctx); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := d.Ask(ctx, by("ann"), "test.act", object, "", "again"); err != nil {
		t.Errorf("asked anew: %v", err)
	}
	list, err := d.Answered(ctx, "", 10)
	if err != nil || len(list) != 1 || list[0].StateAt(watch.Now()) != approval.Expired {
		t.Errorf("%+v, %v", list, err)
	}
}
