package departure

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

type exportRow struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ExportID    id.ID `gorm:"primaryKey"`
	RequestedBy id.ID
	State       string
	Part        string
	PartsDone   int
	Parts       int
	Size        int64
	Attempts    int
	LeaseUntil  *time.Time
	CreatedAt   time.Time
	ReadyAt     *time.Time
	ExpiresAt   *time.Time
}

// TableName implements gorm's Tabler.
func (exportRow) TableName() string { return "exports" }

func (r exportRow) export() Export {
	return Export{ID: r.ExportID, State: r.State, Part: r.Part, PartsDone: r.PartsDone, Parts: r.Parts, Size: r.Size, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt}
}

type chunkRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ExportID  id.ID `gorm:"primaryKey"`
	Number    int   `gorm:"primaryKey"`
	Content   []byte
}

// TableName implements gorm's Tabler.
func (chunkRow) TableName() string { return "export_chunks" }

type closureRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ClosedBy  id.ID
	ClosedAt  time.Time
	EraseAt   time.Time
	HeldAt    *time.Time // when all that waited was held
}

// TableName implements gorm's Tabler.
func (closureRow) TableName() string { return "account_closures" }

const unfinished = "state IN ('queued', 'running')"

func (s *Service) insertExport(ctx context.Context, scope account.Scope, r *exportRow) error {
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var open int64
		if err := tx.Model(&exportRow{}).Where(unfinished).Count(&open).Error; err != nil || open > 0 {
			return err
		}
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "export.asked", Object: audit.Object{ID: r.ExportID}})
	})
}

// Exports returns the account's exports, the newest first.
func (s *Service) Exports(ctx context.Context, scope account.Scope) ([]Export, error) {
	var rows []exportRow
	err := s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("state <> 'removed'").Order("export_id DESC").Limit(20).Find(&rows).Error
	})
	list := make([]Export, len(rows))
	for i, r := range rows {
		list[i] = r.export()
	}
	return list, asIs("list exports", err)
}

// Downloadable is nil while the export can be downloaded.
func (s *Service) Downloadable(ctx context.Context, scope account.Scope, exportID id.ID) error {
	err := s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("export_id = ? AND state = 'ready' AND expires_at > ?", exportID, s.Store.Now()).Take(&exportRow{}).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return errNoExport()
	}
	return asIs("find an export", err)
}

func errNoExport() error {
	return fault.New(fault.NotFound, "There is no such export, or its time is over. Ask for a new one.")
}

// Download hands the chunks of a finished export to fn, in their order.
func (s *Service) Download(ctx context.Context, scope account.Scope, exportID id.ID, fn func([]byte) error) error {
	var r exportRow
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Where("export_id = ? AND state = 'ready' AND expires_at > ?", exportID, s.Store.Now()).Take(&r).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "export.downloaded", Object: audit.Object{ID: exportID}})
	})
	if errors.Is(err, store.ErrNotFound) {
		return errNoExport()
	}
	for number := 0; err == nil; number++ {
		var c chunkRow
		err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
			return tx.Where("export_id = ? AND number = ?", exportID, number).Take(&c).Error
		})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err == nil {
			err = fn(c.Content)
		}
	}
	return asIs("download", err)
}

// ClosureOf returns when the account was closed; ok is false while it is open.
func (s *Service) ClosureOf(ctx context.Context, scope account.Scope) (c Closure, ok bool, err error) {
	var r closureRow
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Take(&r).Error })
	if errors.Is(err, store.ErrNotFound) {
		return c, false, nil
	}
	return Closure{ClosedAt: r.ClosedAt, EraseAt: r.EraseAt}, err == nil, asIs("closure", err)
}

func (s *Service) close(ctx context.Context, scope account.Scope, a account.Account, owner string, c closureRow) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		if err := s.Accounts.SetState(ctx, scope, account.Closed); err != nil {
			return err
		}
		err := s.audit.Record(ctx, scope, audit.Entry{Action: "account.closed", Object: audit.Object{ID: a.ID, Name: a.Name}, After: audit.Values{"erased_on": c.EraseAt.Format(time.DateOnly)}})
		if err != nil {
			return err
		}
		return s.Notifier.AccountClosed(ctx, owner, a, c.EraseAt)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return fault.New(fault.Conflict, "This account is closed already.")
	}
	return err
}

// noteHeld notes that nothing waits any more; an account that was reopened has no row.
func (s *Service) noteHeld(ctx context.Context, scope account.Scope) error {
	return s.Store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&closureRow{}).Where("held_at IS NULL").Update("held_at", s.Store.Now()).Error
	})
}

func (s *Service) reopen(ctx context.Context, scope account.Scope) error {
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		gone := tx.Where("erase_at > ?", s.Store.Now()).Delete(&closureRow{})
		if gone.Error != nil {
			return gone.Error
		}
		if gone.RowsAffected == 0 {
			return fault.New(fault.Conflict, "This account is not closed, or its time is over.")
		}
		if err := s.Accounts.SetState(ctx, scope, account.Active); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "account.reopened", Object: audit.Object{ID: scope.AccountID()}})
	})
}
