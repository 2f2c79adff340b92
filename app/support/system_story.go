package support

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Domain is a domain of an account, without its keys.
type Domain struct{ Name, State, Reason string }

// Story is what became of an account's mail and domains, in figures and states.
type Story struct {
	Domains []Domain
	Days    []Day // the last 30, oldest first; a day without mail is missing
	Waiting int64 // deliveries, counted up to MostWaiting
}

// Day is what was accepted on a day.
type Day struct {
	Day                string
	Delivered, Bounced int64
}

// MostWaiting bounds what is counted for a page.
const MostWaiting = 10_000

const mostDomains = 100

// Story returns it.
func (s *Service) Story(ctx context.Context, accountID id.ID) (out Story, err error) {
	err = s.store.SystemRead(ctx, "tell staff an account's story in figures", func(_ context.Context, tx *gorm.DB) error {
		out = Story{}
		if err := tx.Raw("SELECT name, state, reason FROM domains WHERE account_id = ? ORDER BY name LIMIT ?", accountID, mostDomains).Scan(&out.Domains).Error; err != nil {
			return err
		}
		err := tx.Raw("SELECT day, SUM(delivered) AS delivered, SUM(bounced) AS bounced FROM account_days WHERE account_id = ? AND day > ? GROUP BY day ORDER BY day", accountID, s.since()).Scan(&out.Days).Error
		if err != nil {
			return err
		}
		return tx.Raw(`SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE account_id = ? AND state IN ('queued', 'deferred', 'held') AND state <> 'delivered' LIMIT ?) AS part`, accountID, MostWaiting+1).Scan(&out.Waiting).Error
	})
	return out, asIs("story", err)
}

// Last30 lists the days of the chart, oldest first, with nothing for those without mail.
func (o Story) Last30(now time.Time) []Day {
	found := map[string]Day{}
	for _, d := range o.Days {
		found[d.Day] = d
	}
	days := make([]Day, 30)
	for i := range days {
		day := now.UTC().AddDate(0, 0, i-29).Format(time.DateOnly)
		days[i] = found[day]
		days[i].Day = day
	}
	return days
}
