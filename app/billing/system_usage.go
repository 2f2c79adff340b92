package billing

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Used is what a subscription's account used in its period, and what that costs so far.
type Used struct {
	Stream   string
	Used     int64
	Included int64 // in the period
	Beyond   Money // what goes beyond costs this, before tax
}

// UsedNow tells what the account used in the present period.
func (s *Service) UsedNow(ctx context.Context, scope account.Scope, sub Subscription) (list []Used, err error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, translate("usage", noSubscription, err)
	}
	err = s.store.SystemRead(ctx, "count what an account used of its plan", func(_ context.Context, tx *gorm.DB) error {
		used, err := usage(tx, accountID, sub.Period)
		months := int64(sub.Interval.months())
		for _, stream := range streams {
			u := Used{Stream: stream, Used: used[stream], Included: sub.Plan.Included[stream] * months}
			if sub.Plan.Overage == Charge {
				u.Beyond = sub.price().Overage * Money(sub.Plan.beyond(stream, u.Used, months))
			}
			list = append(list, u)
		}
		return err
	})
	return list, translate("usage", noSubscription, err)
}

// usage counts an account's accepted deliveries of a time, by stream, from the counters
// that change in the transaction of each acceptance and that `verify` holds against the
// deliveries.
func usage(tx *gorm.DB, accountID id.ID, p Period) (Usage, error) {
	var rows []struct {
		Stream   string
		Accepted int64
	}
	err := tx.Raw("SELECT stream, SUM(accepted) AS accepted FROM account_days WHERE account_id = ? AND day >= ? AND day < ? GROUP BY stream", accountID, p.Start, p.End).Scan(&rows).Error
	used := Usage{}
	for _, r := range rows {
		used[r.Stream] = r.Accepted
	}
	return used, err
}
