package listimport

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// undo takes an import back: contacts it added go, unless somebody touched them since;
// contacts it changed become what they were, likewise. Each batch is a transaction, and
// none of them matters twice: what is gone or restored is not found again. To take away
// costs several times as much as to add, so the batches are smaller.
func (r *Runner) undo(ctx context.Context, row Import) error {
	row.Counts.Kept = 0 // counted anew after an interruption; the others go on
	for _, step := range []func(context.Context, *Import, id.ID) (id.ID, error){r.removeAdded, r.restoreMet} {
		for after := id.ID(""); ; {
			var next id.ID
			before := row
			err := r.store.SystemWrite(ctx, "undo a batch of an import", func(ctx context.Context, _ *gorm.DB) error {
				row = before
				if err := r.contacts.TakeTurn(ctx, row.AccountID, 0); err != nil {
					return err
				}
				var err error
				if next, err = step(ctx, &row, after); err != nil {
					return err
				}
				return r.hold(ctx, row)
			})
			if err != nil {
				return err
			}
			if next == "" {
				break
			}
			after = next
		}
	}
	return r.finish(ctx, row, Undone, "")
}

func (r *Runner) undoBatch() int { return (r.batch + 4) / 5 }

// removeAdded removes a batch of what the import added, and returns the last it looked at.
func (r *Runner) removeAdded(ctx context.Context, row *Import, after id.ID) (id.ID, error) {
	added, err := r.contacts.AddedBy(ctx, row.AccountID, row.ID, after, r.undoBatch())
	if err != nil || len(added) == 0 {
		return "", err
	}
	var untouched []id.ID
	for _, c := range added {
		if c.Revision == 1 {
			untouched = append(untouched, c.ID)
		}
	}
	if err := r.contacts.TakeBack(ctx, row.AccountID, untouched); err != nil {
		return "", err
	}
	row.Counts.Removed += int64(len(untouched))
	row.Counts.Kept += int64(len(added) - len(untouched))
	return added[len(added)-1].ID, nil
}

// restoreMet restores a batch of what the import changed.
func (r *Runner) restoreMet(ctx context.Context, row *Import, after id.ID) (id.ID, error) {
	var rows []struct {
		ContactID id.ID
		Revision  int
		Before    string
	}
	err := r.store.SystemRead(ctx, "undo: what an import changed", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT contact_id, revision, before FROM import_contacts WHERE account_id = ? AND import_id = ? AND contact_id > ? AND before <> ''
			ORDER BY contact_id LIMIT ?`, row.AccountID, row.ID, after, r.undoBatch()).Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	ids := make([]id.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ContactID
	}
	current, err := r.contacts.ByIDs(ctx, row.AccountID, ids)
	if err != nil {
		return "", err
	}
	var restored []contact.Contact
	var left []id.ID
	for _, m := range rows {
		now, there := current[m.ContactID]
		if !there {
			continue
		}
		if now.Revision != m.Revision {
			row.Counts.Kept++
			continue
		}
		var old contact.Contact
		if err := json.Unmarshal([]byte(m.Before), &old); err != nil {
			return "", fmt.Errorf("listimport: restore: %w", err)
		}
		restored, left = append(restored, old), append(left, old.ID)
	}
	fields, err := r.contacts.FieldsOf(ctx, row.AccountID)
	if err != nil {
		return "", err
	}
	if err := r.contacts.LeaveAll(ctx, row.AccountID, row.ID, left); err != nil {
		return "", err
	}
	if err := r.contacts.UpdateAll(ctx, row.AccountID, restored, fields); err != nil {
		return "", err
	}
	row.Counts.Restored += int64(len(restored))
	return ids[len(ids)-1], r.forgetBefore(ctx, row, ids)
}

// forgetBefore marks contacts as done, so that a second run restores nothing again.
func (r *Runner) forgetBefore(ctx context.Context, row *Import, contacts []id.ID) error {
	return r.store.SystemWrite(ctx, "undo: what is done", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE import_contacts SET before = '' WHERE account_id = ? AND import_id = ? AND contact_id "+r.among(), row.AccountID, row.ID, jsonOf(contacts)).Error
	})
}

// Purge removes what is no longer needed: uploads that never ended and imports nobody went
// on with after a week; after the time to undo, file, outcomes and former values. The
// import's row stays, because the ledger of consents names it.
func Purge(ctx context.Context, s *Service) error {
	now := s.store.Now()
	err := s.store.SystemWrite(ctx, "purge old imports", func(_ context.Context, tx *gorm.DB) error {
		const old = " WHERE EXISTS (SELECT 1 FROM imports i WHERE i.account_id = x.account_id AND i.import_id = x.import_id AND (" +
			"i.state = 'uploading' AND i.created_at < ? OR i.state IN ('mapping', 'checked', 'held', 'failed') AND i.created_at < ? OR i.undo_until < ?))"
		bounds := []any{now.Add(-24 * time.Hour), now.Add(-7 * 24 * time.Hour), now}
		for _, statement := range []string{
			"DELETE FROM import_chunks AS x" + old,
			"DELETE FROM import_outcomes AS x" + old,
		} {
			if err := tx.Exec(statement, bounds...).Error; err != nil {
				return err
			}
		}
		if err := tx.Exec("UPDATE import_contacts AS x SET before = ''"+old+" AND before <> ''", bounds...).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM imports WHERE state = 'uploading' AND created_at < ? OR state IN ('mapping', 'checked', 'held', 'failed') AND created_at < ?", bounds[0], bounds[1]).Error
	})
	if err != nil {
		return fmt.Errorf("listimport: purge: %w", err)
	}
	return nil
}
