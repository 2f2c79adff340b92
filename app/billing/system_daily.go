package billing

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// daily is how many deliveries of a stream staff let an account send in a day.
type daily struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream     string `gorm:"primaryKey"`
	Deliveries int64
}

// TableName implements gorm's Tabler.
func (daily) TableName() string { return "daily_limits" }

// SetDaily lets an account send so many deliveries of a stream in a day (UTC), and no
// more; a negative number takes the limit away. It counts within seconds.
func (s *Service) SetDaily(ctx context.Context, by Staff, accountID id.ID, stream string, deliveries int64, reason string) error {
	if !slices.Contains(streams, stream) {
		return fault.New(fault.Invalid, "There is no such stream.")
	}
	err := s.store.SystemWrite(ctx, "limit what an account sends in a day", func(ctx context.Context, tx *gorm.DB) error {
		had, err := dailyOf(tx, accountID)
		if err != nil {
			return err
		}
		before, bounded := had[stream]
		if deliveries == before && bounded || deliveries < 0 && !bounded {
			return nil
		}
		if err := tx.Where("account_id = ? AND stream = ?", accountID, stream).Delete(&daily{}).Error; err != nil {
			return err
		}
		if deliveries >= 0 {
			if err := tx.Create(&daily{accountID, stream, deliveries}).Error; err != nil {
				return err
			}
		}
		word := func(n int64, bounded bool) string {
			if !bounded {
				return "none"
			}
			return fmt.Sprint(n)
		}
		return s.audit.Staff(ctx, audit.StaffEntry{
			StaffID: by.ID, Action: "account.daily_limit_set", Account: accountID, Object: audit.Object{ID: accountID, Name: stream}, Reason: reason,
			Before: audit.Values{"deliveries_a_day": word(before, bounded)}, After: audit.Values{"deliveries_a_day": word(deliveries, deliveries >= 0), "stream": stream},
		})
	})
	return translate("set a daily limit", noSubscription, err)
}

// DailyOf returns the limits that staff set for an account, by stream.
func (s *Service) DailyOf(ctx context.Context, accountID id.ID) (limits map[string]int64, err error) {
	err = s.store.SystemRead(ctx, "show staff an account's daily limits", func(_ context.Context, tx *gorm.DB) error {
		limits, err = dailyOf(tx, accountID)
		return err
	})
	return limits, translate("daily limits", noSubscription, err)
}

func dailyOf(tx *gorm.DB, accountID id.ID) (map[string]int64, error) {
	var rows []daily
	err := tx.Where("account_id = ?", accountID).Find(&rows).Error
	limits := map[string]int64{}
	for _, r := range rows {
		limits[r.Stream] = r.Deliveries
	}
	return limits, err
}

// boundByDay sets what is left of a day that staff limited.
func (k *allowance) boundByDay(tx *gorm.DB, accountID id.ID, today Date) error {
	limits, err := dailyOf(tx, accountID)
	if err != nil || len(limits) == 0 {
		return err
	}
	used, err := usage(tx, accountID, Period{today, today.Add(1)})
	for stream, most := range limits {
		k.day[stream] = most - used[stream]
	}
	return err
}
