package billing

import (
	"context"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Cap is what an account lets itself send at most in a period, by stream, so that a
// mistake cannot cost more and a newsletter never takes what password resets need.
type Cap struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream     string `gorm:"primaryKey"`
	Deliveries int64
}

// TableName implements gorm's Tabler.
func (Cap) TableName() string { return "sending_caps" }

const mostCap = 1_000_000_000

// SetCap sets the cap of a stream; below 0 takes it away.
func (s *Service) SetCap(ctx context.Context, scope account.Scope, stream string, deliveries int64) error {
	if !isStream(stream) || deliveries > mostCap {
		return fault.Field("cap_"+stream, "A whole number up to 1,000,000,000, or nothing.")
	}
	err := s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		entry := audit.Entry{Action: "cap.set", Object: audit.Object{ID: scope.AccountID(), Name: stream}, After: audit.Values{stream: "none"}}
		if deliveries < 0 {
			if err := tx.Where("stream = ?", stream).Delete(&Cap{}).Error; err != nil {
				return err
			}
			return s.audit.Record(ctx, scope, entry)
		}
		entry.After[stream] = strconv.FormatInt(deliveries, 10)
		row := Cap{Stream: stream, Deliveries: deliveries}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, entry)
	})
	return translate("set a cap", noSubscription, err)
}

// Caps returns the account's caps by stream.
func (s *Service) Caps(ctx context.Context, scope account.Scope) (caps map[string]int64, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var rows []Cap
		err := tx.Find(&rows).Error
		caps = capsOf(rows)
		return err
	})
	return caps, translate("caps", noSubscription, err)
}

func capsOf(rows []Cap) map[string]int64 {
	caps := map[string]int64{}
	for _, r := range rows {
		caps[r.Stream] = r.Deliveries
	}
	return caps
}

func isStream(name string) bool { return slices.Contains(streams, name) }
