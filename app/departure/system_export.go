package departure

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/sheet"
)

// readTable reads the next rows of a table as cells, and the last one's key. Joins of
// users need a system step; the account is in every statement.
func (s *Service) readTable(ctx context.Context, scope account.Scope, t Table, after string) (rows [][]string, last string, err error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, "", err
	}
	query := fmt.Sprintf("SELECT %s, %s FROM %s WHERE t.account_id = ? AND %s > ? ORDER BY %s LIMIT ?", t.Key, strings.Join(t.Columns, ", "), t.From, t.Key, t.Key)
	err = s.Store.SystemRead(ctx, "read an account's rows for its export", func(_ context.Context, tx *gorm.DB) error {
		rows = nil
		found, err := tx.Raw(query, accountID, after, readAtOnce).Rows()
		if err != nil {
			return err
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			values, targets := make([]any, len(t.Columns)+1), make([]any, len(t.Columns)+1)
			for i := range values {
				targets[i] = &values[i]
			}
			if err := found.Scan(targets...); err != nil {
				return err
			}
			last = cell(values[0])
			cells := make([]string, len(t.Columns))
			for i, v := range values[1:] {
				cells[i] = cell(v)
			}
			rows = append(rows, cells)
		}
		return found.Err()
	})
	return rows, last, err
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return sheet.Time(v)
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// MakeDue makes the exports that wait, and those whose worker died.
func (s *Service) MakeDue(ctx context.Context, mint func(accountID id.ID) account.Scope) error {
	var errs []error
	for range 10 { // the next round does the rest
		r, ok, err := s.claimExport(ctx)
		if err != nil || !ok {
			return errors.Join(append(errs, err)...)
		}
		if err := s.make(ctx, mint(r.AccountID), r); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// claimExport takes the oldest waiting export under a lease; one that failed too often ends.
func (s *Service) claimExport(ctx context.Context) (r exportRow, ok bool, err error) {
	now := s.Store.Now()
	err = s.Store.SystemWrite(ctx, "claim an export that waits", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Model(&exportRow{}).Where(unfinished).Where("attempts >= ? AND lease_until <= ?", mostAttempts, now).Update("state", "failed").Error
		if err != nil {
			return err
		}
		err = tx.Where(unfinished).Where("lease_until IS NULL OR lease_until <= ?", now).Order("created_at").Take(&r).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // what has failed stays failed
		}
		if err != nil {
			return err
		}
		until := now.Add(exportLease)
		claimed := tx.Model(&exportRow{}).Where("account_id = ? AND export_id = ? AND attempts = ?", r.AccountID, r.ExportID, r.Attempts).
			Updates(map[string]any{"state": "running", "attempts": r.Attempts + 1, "lease_until": until, "parts_done": 0, "size": 0})
		r.Attempts++
		ok = claimed.RowsAffected == 1
		return claimed.Error
	})
	return r, ok, asIs("claim an export", err)
}

// errOvertaken: the lease ended and another worker began anew.
var errOvertaken = errors.New("departure: another worker makes this export")

func (s *Service) make(ctx context.Context, scope account.Scope, r exportRow) error {
	if err := s.dropChunks(ctx, r); err != nil {
		return err
	}
	out := &chunks{service: s, ctx: ctx, export: r}
	archive := zip.NewWriter(out)
	parts := s.parts()
	for i, part := range parts {
		if err := s.progress(ctx, r, map[string]any{"part": part.File, "parts_done": i, "parts": len(parts), "lease_until": s.Store.Now().Add(exportLease)}); err != nil {
			return err
		}
		w, err := archive.CreateHeader(&zip.FileHeader{Name: part.File, Method: zip.Deflate, Modified: r.CreatedAt})
		if err != nil {
			return fmt.Errorf("departure: add %s: %w", part.File, err)
		}
		if err := part.Write(ctx, scope, &keeping{w, s, ctx, r, s.Store.Now()}); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("departure: close the archive: %w", err)
	}
	if err := out.flush(); err != nil {
		return err
	}
	return s.finish(ctx, scope, r, out.size, len(parts))
}

// keeping renews the lease of an export while a part is written, however long that takes.
type keeping struct {
	io.Writer
	service *Service
	ctx     context.Context // of one export; an io.Writer takes none
	export  exportRow
	renewed time.Time
}

// Write implements io.Writer.
func (k *keeping) Write(p []byte) (int, error) {
	if now := k.service.Store.Now(); now.Sub(k.renewed) >= exportLease/5 {
		if err := k.service.progress(k.ctx, k.export, map[string]any{"lease_until": now.Add(exportLease)}); err != nil {
			return 0, err
		}
		k.renewed = now
	}
	return k.Writer.Write(p)
}

// progress writes to an export that is still this worker's.
func (s *Service) progress(ctx context.Context, r exportRow, values map[string]any) error {
	return s.Store.SystemWrite(ctx, "note how far an export is", func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&exportRow{}).Where("account_id = ? AND export_id = ? AND attempts = ? AND state = 'running'", r.AccountID, r.ExportID, r.Attempts).Updates(values)
		if done.Error == nil && done.RowsAffected == 0 {
			return errOvertaken
		}
		return done.Error
	})
}

// finish makes the file ready and mails who asked for it, in one transaction.
func (s *Service) finish(ctx context.Context, scope account.Scope, r exportRow, size int64, parts int) error {
	now := s.Store.Now()
	until := now.Add(ExportLife)
	return s.Store.SystemWrite(ctx, "finish an export", func(ctx context.Context, tx *gorm.DB) error {
		err := s.progress(ctx, r, map[string]any{"state": "ready", "part": "", "parts_done": parts, "size": size, "ready_at": now, "expires_at": until, "lease_until": nil})
		if err != nil {
			return err
		}
		var email string
		if err := tx.Raw("SELECT email FROM users WHERE user_id = ?", r.RequestedBy).Scan(&email).Error; err != nil {
			return err
		}
		a, err := s.Accounts.Get(ctx, scope)
		if err != nil {
			return err
		}
		if err := s.audit.System(ctx, r.AccountID, audit.Entry{Action: "export.made", Object: audit.Object{ID: r.ExportID}}); err != nil || email == "" {
			return err
		}
		return s.Notifier.ExportReady(ctx, email, a, until)
	})
}

func (s *Service) dropChunks(ctx context.Context, r exportRow) error {
	return s.Store.SystemWrite(ctx, "drop what an export has made so far", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ? AND export_id = ?", r.AccountID, r.ExportID).Delete(&chunkRow{}).Error
	})
}

// RemoveOld removes the files whose time is over.
func (s *Service) RemoveOld(ctx context.Context) error {
	var old []exportRow
	err := s.Store.SystemWrite(ctx, "remove exports whose time is over", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("state = 'ready' AND expires_at <= ?", s.Store.Now()).Limit(100).Find(&old).Error; err != nil {
			return err
		}
		for _, r := range old {
			if err := tx.Where("account_id = ? AND export_id = ?", r.AccountID, r.ExportID).Delete(&chunkRow{}).Error; err != nil {
				return err
			}
			if err := tx.Model(&exportRow{}).Where("account_id = ? AND export_id = ?", r.AccountID, r.ExportID).Update("state", "removed").Error; err != nil {
				return err
			}
		}
		return nil
	})
	return asIs("remove old exports", err)
}

// chunks stores what is written to it, a piece at a time.
type chunks struct {
	service *Service
	ctx     context.Context // of one export; an io.Writer takes none
	export  exportRow
	number  int
	size    int64
	buffer  []byte
}

// Write implements io.Writer.
func (c *chunks) Write(p []byte) (int, error) {
	c.buffer = append(c.buffer, p...)
	for len(c.buffer) >= chunkSize {
		if err := c.store(c.buffer[:chunkSize]); err != nil {
			return 0, err
		}
		c.buffer = append([]byte(nil), c.buffer[chunkSize:]...)
	}
	return len(p), nil
}

func (c *chunks) flush() error {
	if len(c.buffer) == 0 {
		return nil
	}
	return c.store(c.buffer)
}

func (c *chunks) store(content []byte) error {
	row := chunkRow{AccountID: c.export.AccountID, ExportID: c.export.ExportID, Number: c.number, Content: content}
	err := c.service.Store.SystemWrite(c.ctx, "store a piece of an export", func(ctx context.Context, tx *gorm.DB) error {
		if err := c.service.progress(ctx, c.export, map[string]any{"size": c.size + int64(len(content)), "lease_until": c.service.Store.Now().Add(exportLease)}); err != nil {
			return err
		}
		return tx.Create(&row).Error
	})
	c.number, c.size = c.number+1, c.size+int64(len(content))
	return err
}
