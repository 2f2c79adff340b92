package reputation

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// CountHeld counts accounts whose mail is slowed or held.
func (s *Service) CountHeld(ctx context.Context) (n int64, err error) {
	err = s.store.SystemRead(ctx, "count accounts whose mail is slowed or held", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM standings WHERE (level > 0 OR suspended OR stopped) AND (level > 1 OR suspended OR stopped)").Scan(&n).Error
	})
	return n, translate("count", err)
}

// Stopped is why nothing leaves for anybody.
type Stopped struct {
	Staff  id.ID
	Reason string
	Since  time.Time
}

// Emergency returns why everything is stopped; nil when it is not.
func (s *Service) Emergency(ctx context.Context) (e *Stopped, err error) {
	var rows []Stopped
	err = s.store.SystemRead(ctx, "see whether everything is stopped", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT staff, reason, since FROM emergency_stop").Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return nil, translate("emergency", err)
	}
	return &rows[0], nil
}
