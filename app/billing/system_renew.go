package billing

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

const renewBatch = 100

// Renew begins the next period of each subscription whose period is over, bills it with
// what went beyond the plan, and ends those that were cancelled. Running it often, twice
// at once, or days late bills each period once: the row's revision decides.
func (s *Service) Renew(ctx context.Context) error {
	for range 1000 { // bounded: each round moves what it finds by a period
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		var failed []error
		for _, accountID := range due {
			err := s.store.SystemWrite(ctx, "renew a subscription", func(ctx context.Context, tx *gorm.DB) error { return s.renew(ctx, tx, accountID) })
			if err != nil && !fault.Is(err, fault.Conflict) {
				failed = append(failed, err)
			}
		}
		if len(failed) > 0 {
			return translate("renew", noSubscription, errors.Join(failed...))
		}
	}
	return nil
}

func (s *Service) due(ctx context.Context) (accounts []id.ID, err error) {
	err = s.store.SystemRead(ctx, "find subscriptions whose period is over", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM subscriptions WHERE ended_on = '' AND period_end <= ? ORDER BY period_end LIMIT ?", s.today(), renewBatch).Scan(&accounts).Error
	})
	return accounts, translate("find what is due", noSubscription, err)
}

func (s *Service) renew(ctx context.Context, tx *gorm.DB, accountID id.ID) error {
	sub, found, err := subscription(tx, accountID)
	if err != nil || !found || sub.EndedOn != "" || sub.Period.End > s.today() {
		return err
	}
	used, err := usage(tx, accountID, sub.Period)
	if err != nil {
		return err
	}
	lines := sub.overage(used)
	if sub.Ends {
		after := sub
		after.EndedOn, after.Next = sub.Period.End, nil
		if err := save(tx, sub, after); err != nil {
			return err
		}
		return s.bill(ctx, tx, sub, lines, s.today())
	}
	next := sub.Plan
	if sub.Next != nil {
		if next, err = plan(tx, sub.Next.PlanID, sub.Next.Version); err != nil {
			return err
		}
	} else if newer, ok, err := moved(tx, sub); err != nil {
		return err
	} else if ok {
		next = newer
	}
	after, charged := sub.renew(next)
	if err := save(tx, sub, after); err != nil {
		return err
	}
	return s.bill(ctx, tx, after, append(lines, charged...), s.today())
}
