package billing

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Compared is what holding our payments against the provider's found.
type Compared struct {
	Payments int      `json:"payments"` // at the provider
	Wrong    []string `json:"wrong"`    // in words
}

// Compare holds what we booked of each charge against what the provider says of it, to the
// smallest unit, in both directions.
func (s *Service) Compare(ctx context.Context) (c Compared, err error) {
	if s.provider == nil {
		return c, nil
	}
	var (
		ours  map[id.ID]booked
		since time.Time
	)
	if ours, since, err = s.booked(ctx); err != nil {
		return c, err
	}
	// What is at the provider and not here matters most: so it is asked for everything.
	for t, err := range s.provider.All(ctx, since) {
		if err != nil {
			return c, fmt.Errorf("billing: list the provider's payments: %w", err)
		}
		if t.State != ChargePaid {
			continue
		}
		c.Payments++
		here, known := ours[t.Charge]
		delete(ours, t.Charge)
		switch left := t.sum(); {
		case !known:
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: the provider has a payment of %s for charge %s that is not in this ledger", t.Reference, t.Received.Format(t.Currency), t.Charge))
		case here.Currency != t.Currency || here.Sum != left:
			c.Wrong = append(c.Wrong, fmt.Sprintf("%s: %s is booked, the provider has %s", t.Reference, here.Sum.Format(here.Currency), left.Format(t.Currency)))
		}
	}
	for charge, here := range ours {
		if here.Sum != 0 {
			c.Wrong = append(c.Wrong, fmt.Sprintf("charge %s: %s is booked, the provider has no payment", charge, here.Sum.Format(here.Currency)))
		}
	}
	return c, nil
}

type booked struct {
	ChargeID id.ID
	Currency string
	Sum      Money
}

// booked sums what each charge brought, and says when the first was made.
func (s *Service) booked(ctx context.Context) (sums map[id.ID]booked, since time.Time, err error) {
	sums = map[id.ID]booked{}
	err = s.store.SystemSnapshot(ctx, "sum what was booked of each charge", func(_ context.Context, tx *gorm.DB) error {
		var first []chargeRow
		if err := tx.Order("charge_id").Limit(1).Find(&first).Error; err != nil {
			return err
		}
		if len(first) > 0 {
			since = first[0].CreatedAt
		}
		var rows []booked
		err := tx.Raw(`SELECT c.charge_id, c.currency, COALESCE((SELECT SUM(p.amount) FROM payments p WHERE p.account_id = c.account_id AND p.charge_id = c.charge_id), 0) AS sum FROM charges c`).Scan(&rows).Error
		for _, r := range rows {
			sums[r.ChargeID] = r
		}
		return err
	})
	return sums, since, translate("sum charges", noInvoice, err)
}
