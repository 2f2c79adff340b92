package billing

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
)

// Alert tells an account how much of a stream it has used in a period.
type Alert struct {
	Stream     string
	Percent    int // 50, 80 or 100
	Used, Most int64
	Stops      bool // at Most nothing more is accepted; otherwise more costs more
	Ends       Date
}

type alertRow struct {
	AccountID   id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream      string `gorm:"primaryKey"`
	PeriodStart Date   `gorm:"primaryKey"`
	Percent     int    `gorm:"primaryKey"`
	ToldAt      time.Time
}

// TableName implements gorm's Tabler.
func (alertRow) TableName() string { return "usage_alerts" }

var alertAt = []int{50, 80, 100}

// alertBatch is how many accounts one look takes.
const alertBatch = 500

// TellUsage mails each account once in a period when half, four fifths and all of what a
// stream may send are used: the account's own cap, or what the plan includes. It looks at
// all accounts by reading; only who has something new to hear costs a write.
func (s *Service) TellUsage(ctx context.Context) error {
	var failed []error
	for after := id.ID(""); ; {
		var rows []subscriptionRow
		var news []id.ID
		err := s.store.SystemRead(ctx, "find who has used up a part of their plan", func(_ context.Context, tx *gorm.DB) error {
			news = nil
			if err := tx.Where("ended_on = '' AND account_id > ?", after).Order("account_id").Limit(alertBatch).Find(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				_, alerts, err := untold(tx, r.AccountID)
				if err != nil {
					return err
				}
				if len(alerts) > 0 {
					news = append(news, r.AccountID)
				}
			}
			return nil
		})
		if err != nil {
			return translate("tell usage", noSubscription, errors.Join(append(failed, err)...))
		}
		for _, accountID := range news {
			err := s.store.SystemWrite(ctx, "tell an account what it has used", func(ctx context.Context, tx *gorm.DB) error { return s.tellUsage(ctx, tx, accountID) })
			failed = append(failed, err)
		}
		if len(rows) < alertBatch {
			return translate("tell usage", noSubscription, errors.Join(failed...))
		}
		after = rows[len(rows)-1].AccountID
	}
}

func (s *Service) tellUsage(ctx context.Context, tx *gorm.DB, accountID id.ID) error {
	sub, alerts, err := untold(tx, accountID)
	if err != nil {
		return err
	}
	for _, a := range alerts {
		if err := s.alert(ctx, tx, sub, a); err != nil {
			return err
		}
	}
	return nil
}

// untold works out what an account has used and was not told yet in this period.
func untold(tx *gorm.DB, accountID id.ID) (sub Subscription, alerts []Alert, err error) {
	sub, found, err := subscription(tx, accountID)
	if err != nil || !found {
		return sub, nil, err
	}
	used, err := usage(tx, accountID, sub.Period)
	if err != nil || len(used) == 0 {
		return sub, nil, err
	}
	caps, err := capsIn(tx, accountID)
	if err != nil {
		return sub, nil, err
	}
	var told []alertRow
	if err := tx.Where("account_id = ? AND period_start = ?", accountID, sub.Period.Start).Find(&told).Error; err != nil {
		return sub, nil, err
	}
	for _, stream := range streams {
		most, stops := mostOf(sub, caps, stream)
		if !stops {
			most = sub.Plan.Included[stream] * int64(sub.Interval.months())
		}
		percent := reached(used[stream], most)
		was := slices.ContainsFunc(told, func(r alertRow) bool { return r.Stream == stream && r.Percent == percent })
		if percent > 0 && !was {
			alerts = append(alerts, Alert{stream, percent, used[stream], most, stops, sub.Period.End})
		}
	}
	return sub, alerts, nil
}

// reached is the highest mark that was passed; 0 is none.
func reached(used, most int64) (percent int) {
	for _, at := range alertAt {
		if most > 0 && 100*used >= int64(at)*most {
			percent = at
		}
	}
	return percent
}

func (s *Service) alert(ctx context.Context, tx *gorm.DB, sub Subscription, a Alert) error {
	done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&alertRow{sub.AccountID, a.Stream, sub.Period.Start, a.Percent, s.store.Now()})
	if done.Error != nil || done.RowsAffected == 0 {
		return done.Error // told before
	}
	to, err := customerOf(tx, sub.AccountID)
	if err != nil || to.Mail == "" {
		return err
	}
	return s.mail.Used(ctx, to.Payer, a)
}
