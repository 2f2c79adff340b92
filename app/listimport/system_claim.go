package listimport

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// claim takes the lease of the import that waits longest. The update decides between two
// workers; the fence that it raises shuts out whoever held the lease before.
func (r *Runner) claim(ctx context.Context) (row Import, found bool, err error) {
	err = r.store.SystemWrite(ctx, "claim an import", func(_ context.Context, tx *gorm.DB) error {
		now := r.store.Now()
		var due []Import
		err := tx.Raw(`SELECT * FROM imports WHERE state IN ('checking', 'importing', 'undoing') AND (lease_until IS NULL OR lease_until < ?)
			ORDER BY started_at, import_id LIMIT 5`, now).Scan(&due).Error
		if err != nil {
			return err
		}
		for _, row = range due {
			done := tx.Exec(`UPDATE imports SET lease_owner = ?, lease_until = ?, fence = fence + 1
				WHERE account_id = ? AND import_id = ? AND fence = ? AND state = ? AND (lease_until IS NULL OR lease_until < ?)`,
				r.owner, now.Add(r.lease), row.AccountID, row.ID, row.Fence, row.State, now)
			if done.Error != nil {
				return done.Error
			}
			if done.RowsAffected == 1 {
				row.Fence++
				found = true
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return row, false, fmt.Errorf("listimport: claim: %w", err)
	}
	return row, found, nil
}

// Recover gives back the leases of processes that are gone. Call it before Run, and only
// where no other process works on the same database.
func (r *Runner) Recover(ctx context.Context) error {
	return r.store.SystemWrite(ctx, "give back the leases of a killed process", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE imports SET lease_owner = '', lease_until = NULL, fence = fence + 1 WHERE lease_owner <> ''").Error
	})
}

// hold stores the progress of a row, under its lease and in the transaction of the batch.
// Stop is read by the same statement: who cancels is obeyed at the end of each batch.
func (r *Runner) hold(ctx context.Context, row Import) error {
	return r.update(ctx, row, "lease_until = ?, rows_done = ?, octets_done = ?, checked = ?, counts = ?, quality = ?",
		r.store.Now().Add(r.lease), row.RowsDone, row.OctetsDone, jsonOf(row.Checked), jsonOf(row.Counts), jsonOf(row.Quality))
}

// finish ends a pass in the given state and gives the lease back.
func (r *Runner) finish(ctx context.Context, row Import, state State, reason string) error {
	now := r.store.Now()
	undoUntil := row.UndoUntil
	if row.State == Importing && undoUntil == nil {
		until := now.Add(UndoFor)
		undoUntil = &until
	}
	var finished *time.Time
	if state == Done || state == Cancelled || state == Undone || state == Failed {
		finished = &now
	}
	return r.update(ctx, row, "state = ?, reason = ?, stop = false, lease_owner = '', lease_until = NULL, finished_at = ?, undo_until = ?, rows_done = ?, octets_done = ?, checked = ?, counts = ?, quality = ?",
		state, reason, finished, undoUntil, row.RowsDone, row.OctetsDone, jsonOf(row.Checked), jsonOf(row.Counts), jsonOf(row.Quality))
}

func (r *Runner) update(ctx context.Context, row Import, set string, args ...any) error {
	return r.store.SystemWrite(ctx, "store how far an import is", func(_ context.Context, tx *gorm.DB) error {
		done := tx.Exec("UPDATE imports SET "+set+" WHERE account_id = ? AND import_id = ? AND fence = ? AND state = ?",
			append(args, row.AccountID, row.ID, row.Fence, row.State)...)
		if done.Error != nil {
			return fmt.Errorf("listimport: store progress: %w", done.Error)
		}
		if done.RowsAffected != 1 {
			return errLost
		}
		return nil
	})
}

// release gives the lease back, so that the work goes on at once where there is a worker.
func (r *Runner) release(ctx context.Context, row Import) {
	until := r.store.Now().Add(2 * time.Second) // not again at once, should it fail every time
	if err := r.update(ctx, row, "lease_owner = '', lease_until = ?", until); err != nil {
		r.log.Warn("a lease was not given back; it ends by itself", "import", row.ID, "error", err)
	}
}

// fail ends an import whose file cannot be read. What was stored before stays, to be undone.
func (r *Runner) fail(ctx context.Context, row Import, reason string) error {
	if row.State == Importing {
		return r.store.SystemWrite(ctx, "end an import", func(ctx context.Context, tx *gorm.DB) error {
			var now Import
			if err := tx.Raw("SELECT * FROM imports WHERE account_id = ? AND import_id = ?", row.AccountID, row.ID).Scan(&now).Error; err != nil {
				return err
			}
			now.Fence, now.State = row.Fence, row.State
			return r.finish(ctx, now, Cancelled, reason)
		})
	}
	return r.finish(ctx, row, Failed, reason)
}

// restartDry drops what an interrupted dry run left: it knows no addresses it has met and
// begins anew.
func (r *Runner) restartDry(ctx context.Context, row Import) error {
	return r.store.SystemWrite(ctx, "begin a dry run", func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM import_outcomes WHERE account_id = ? AND import_id = ? AND dry", row.AccountID, row.ID).Error; err != nil {
			return err
		}
		return r.hold(ctx, row)
	})
}

// topicsOf returns the topics of the lists that an import fills.
func (r *Runner) topicsOf(ctx context.Context, row Import) (topics []id.ID, err error) {
	if len(row.Settings.Lists) == 0 {
		return nil, nil
	}
	err = r.store.SystemRead(ctx, "the topics of an import's lists", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT DISTINCT topic_id FROM lists WHERE account_id = ? AND list_id IN ? AND topic_id IS NOT NULL", row.AccountID, row.Settings.Lists).Scan(&topics).Error
	})
	if err != nil {
		return nil, fmt.Errorf("listimport: topics: %w", err)
	}
	return topics, nil
}
