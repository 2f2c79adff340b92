package billing

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
)

// DayUse is what was used of the plan on a day, by stream.
type DayUse struct {
	Day                      string
	Transactional, Broadcast int64
}

// DomainUse is what was used for a domain, by stream.
type DomainUse struct {
	Name                     string
	Transactional, Broadcast int64
}

// UsageBy tells what was used in a time by day, and by domain, the most used first. Both
// add up to what the plan counts. A domain that was removed has its name no more.
func (s *Service) UsageBy(ctx context.Context, scope account.Scope, p Period) (days []DayUse, domains []DomainUse, err error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, nil, translate("usage", noSubscription, err)
	}
	const streamsOf = "COALESCE(SUM(CASE WHEN y.stream = 'transactional' THEN y.accepted END), 0) AS transactional, COALESCE(SUM(CASE WHEN y.stream = 'broadcast' THEN y.accepted END), 0) AS broadcast"
	err = s.store.SystemRead(ctx, "tell an account what it used by day and by domain", func(_ context.Context, tx *gorm.DB) error {
		days, domains = nil, nil
		var found []DayUse
		err := tx.Raw("SELECT y.day, "+streamsOf+" FROM account_days y WHERE y.account_id = ? AND y.day >= ? AND y.day < ? GROUP BY y.day", accountID, p.Start, p.End).Scan(&found).Error
		if err != nil {
			return err
		}
		of := map[string]DayUse{}
		for _, d := range found {
			of[d.Day] = d
		}
		for day := p.Start; day < p.End; day = day.Add(1) {
			d := of[string(day)]
			d.Day = string(day)
			days = append(days, d)
		}
		return tx.Raw("SELECT COALESCE(d.name, '') AS name, "+streamsOf+` FROM domain_days y LEFT JOIN domains d ON d.account_id = y.account_id AND d.domain_id = y.domain_id
			WHERE y.account_id = ? AND y.day >= ? AND y.day < ? GROUP BY y.domain_id, d.name ORDER BY SUM(y.accepted) DESC, name LIMIT 200`, accountID, p.Start, p.End).Scan(&domains).Error
	})
	return days, domains, translate("usage", noSubscription, err)
}
