package listimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// errKilled stands for a process that is gone: nothing after it happens.
var errKilled = errors.New("killed")

// killer ends a worker at its n-th use of the account's counter, which is in the middle of
// the transaction of a batch, or between the batches.
type killer struct {
	left atomic.Int64
}

func (k *killer) hit() error {
	if k.left.Add(-1) < 0 {
		return errKilled
	}
	return nil
}

// F-03: a worker that dies at any statement of an import, a dry run or an undoing costs the
// batch it was in, and nothing is lost, doubled or counted twice.
func TestF03KilledAtEachStatement(t *testing.T) {
	if testing.Short() {
		t.Skip("long: the race detector watches its parts in tests of their own")
	}
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var file strings.Builder
		file.WriteString("email,name\n")
		rows := int64(0)
		for i := range 30 {
			fmt.Fprintf(&file, "k%d@example.org,Name %d\nbroken %d,x\nk%d@EXAMPLE.org,again\n", i, i, i, i)
			rows += 3
		}
		for n := 1; n <= 40; n++ {
			h := newHouse(t, s)
			list := h.list("All", "")
			h.load("email,name\nk3@example.org,Before\nk4@example.org,Before\n", FillEmpty)
			was := h.dump()
			importID := h.upload(file.String())
			if err := h.imports.Check(t.Context(), h.scope, importID, h.plan(importID, Overwrite, list)); err != nil {
				t.Fatal(err)
			}
			h.dieAt(n)
			h.start(importID)
			h.dieAt(n)
			done := h.get(importID)
			h.addsUp(done, rows)
			if c := done.Counts; c.Added != 28 || c.Updated != 2 || c.Duplicate != 30 || c.Rejected != 30 {
				t.Fatalf("killed at statement %d: %+v", n, c)
			}
			account := h.scope.AccountID()
			if got := h.count("SELECT COUNT(*) FROM contacts WHERE account_id = ?", account); got != 30 {
				t.Fatalf("killed at statement %d: %d contacts", n, got)
			}
			if got := h.count("SELECT members FROM lists WHERE account_id = ?", account); got != 30 || h.count("SELECT COUNT(*) FROM list_members WHERE account_id = ?", account) != 30 {
				t.Fatalf("killed at statement %d: the list counts %d", n, got)
			}
			if err := h.imports.Undo(t.Context(), h.scope, importID); err != nil {
				t.Fatal(err)
			}
			h.dieAt(n)
			if got := h.get(importID).State; got != Undone || h.dump() != was {
				t.Fatalf("killed at statement %d of the undoing: %s, or not as before", n, got)
			}
		}
	})
}

// dieAt works until the n-th statement, and then as another process that finds the rest.
func (h *house) dieAt(n int) {
	h.t.Helper()
	k := &killer{}
	k.left.Store(int64(n))
	ctx, cancel := context.WithCancelCause(h.t.Context())
	undoHook := h.hook(func() error {
		err := k.hit()
		if err != nil {
			cancel(err)
		}
		return err
	})
	err := h.runner.Drain(ctx)
	undoHook()
	cancel(nil)
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, errKilled) {
		h.t.Fatal(err)
	}
	next := NewRunner(h.imports, RunnerOptions{Batch: 7})
	if err := next.Recover(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if err := next.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// hook calls fn before each statement of the runner's kind, until the returned function is
// called.
func (h *house) hook(fn func() error) func() {
	h.t.Helper()
	name := "test:kill"
	var db *gorm.DB
	err := h.store.SystemWrite(h.t.Context(), "test: hook", func(_ context.Context, tx *gorm.DB) error {
		db = tx
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	check := func(tx *gorm.DB) {
		if err := fn(); err != nil {
			_ = tx.AddError(err)
		}
	}
	callbacks := db.Callback()
	if err := errors.Join(callbacks.Raw().Before("gorm:raw").Register(name, check), callbacks.Create().Before("gorm:create").Register(name, check)); err != nil {
		h.t.Fatal(err)
	}
	return func() {
		if err := errors.Join(callbacks.Raw().Remove(name), callbacks.Create().Remove(name)); err != nil {
			h.t.Fatal(err)
		}
	}
}
