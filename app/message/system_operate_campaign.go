package message

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// OperateOnCampaign does something to the deliveries of a campaign that wait, a batch of
// them, within the transaction of ctx. More says that others may be left; Busy counts, up
// to a batch, what is being tried at the moment. by says who does it.
func OperateOnCampaign(ctx context.Context, s *store.Store, op Operation, accountID, campaignID id.ID, by string) (done Done, err error) {
	e, known := effects[op]
	if !known {
		return done, fmt.Errorf("message: there is no operation %q", op)
	}
	now := s.Now()
	err = s.SystemWrite(ctx, "do with a campaign's waiting mail what its state says", func(ctx context.Context, tx *gorm.DB) error {
		done = Done{}
		reach := func() *gorm.DB {
			return tx.WithContext(ctx).Where("account_id = ? AND campaign_id = ?", accountID, campaignID).Where(isOfCampaign).Where("state IN ?", e.from)
		}
		var rows, busy []Delivery
		if err := free(reach(), s.Engine(), now).Find(&rows).Error; err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := e.apply(tx.Where("account_id = ?", accountID), rows, now, by); err != nil {
				return err
			}
		}
		woken := map[string]bool{}
		for _, d := range rows {
			if e.to == Queued && !woken[d.Destination] {
				woken[d.Destination] = true
				done.Destinations = append(done.Destinations, d.Destination)
			}
		}
		done.Changed, done.More = len(rows), len(rows) == operateBatch
		err := reach().Select("account_id", "delivery_id").Where("lease_until > ?", now).Limit(operateBatch).Find(&busy).Error
		done.Busy = len(busy)
		return err
	})
	if err != nil {
		return Done{}, fmt.Errorf("message: %s a campaign: %w", op, err)
	}
	return done, nil
}
