package broadcast

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Ledger is what Verify found.
type Ledger struct {
	Campaigns []Balance `json:"campaigns"`
	// Wrong counts rows that contradict each other, by what is wrong.
	Wrong map[string]int64 `json:"wrong"`
}

// Balance compares a campaign's running counters with its rows and its deliveries.
type Balance struct {
	AccountID  id.ID                   `json:"account"`
	CampaignID id.ID                   `json:"campaign"`
	Counted    Sums                    `json:"counted"`
	Rows       map[string]int64        `json:"rows"` // "waiting", "handed", and the reasons
	Deliveries map[message.State]int64 `json:"deliveries"`

	counters totals
}

// OK reports whether each counter is what the rows say, to the unit.
func (b Balance) OK() bool {
	t, d := b.counters, b.Deliveries
	waiting := d[message.Queued] + d[message.Deferred] + d[message.Held]
	return b.Counted.Balanced() && t.queued() == waiting &&
		t.Waiting == b.Rows[rowsWaiting] && t.Accepted == b.Rows[rowsHanded] &&
		t.Suppressed == b.Rows[string(Suppressed)] && t.OptedOut == b.Rows[string(OptedOut)] && t.Invalid == b.Rows[string(Invalid)] &&
		t.Duplicate == b.Rows[string(Duplicate)] && t.Skipped == b.Rows[string(Skipped)] &&
		t.Delivered == d[message.Delivered] && t.Bounced == d[message.Bounced] && t.Refused == d[message.Suppressed] &&
		t.Expired == d[message.Expired] && t.Cancelled == d[message.Cancelled]
}

const (
	rowsWaiting = "waiting"
	rowsHanded  = "handed"
)

// OK reports whether every campaign adds up and nothing is wrong.
func (l Ledger) OK() bool {
	for _, b := range l.Campaigns {
		if !b.OK() {
			return false
		}
	}
	return len(l.Wrong) == 0
}

// forgottenAfter is how long after its time a campaign that is being worked on may wait
// for a worker before something is wrong.
const forgottenAfter = 15 * time.Minute

// wrongs count what must not be.
var wrongs = []struct{ name, count string }{
	{"recipients_without_their_message", `SELECT count(*) FROM campaign_recipients r WHERE message_id <> '' AND NOT EXISTS
		(SELECT 1 FROM messages m WHERE m.account_id = r.account_id AND m.message_id = r.message_id AND m.campaign_id = r.campaign_id)`},
	{"messages_of_a_campaign_without_a_recipient", `SELECT count(*) FROM messages m WHERE campaign_id <> '' AND NOT EXISTS
		(SELECT 1 FROM campaign_recipients r WHERE r.account_id = m.account_id AND r.message_id = m.message_id AND r.message_id <> '' AND r.campaign_id = m.campaign_id)`},
	{"recipients_excluded_and_handed_over", "SELECT count(*) FROM campaign_recipients WHERE excluded <> '' AND message_id <> ''"},
	{"addresses_mailed_twice_by_a_campaign", `SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE campaign_id <> '' AND recipient_key <> 'erased@erased.invalid'
		GROUP BY account_id, campaign_id, recipient_key HAVING count(*) > 1) AS twice`},
	{"campaigns_done_while_somebody_waits", `SELECT count(*) FROM campaigns c JOIN campaign_totals t ON t.account_id = c.account_id AND t.campaign_id = c.campaign_id
		WHERE c.state = 'done' AND (t.waiting > 0 OR t.accepted > t.delivered + t.bounced + t.refused + t.expired + t.cancelled)`},
	{"campaigns_that_nobody_will_look_at", `SELECT count(*) FROM campaigns WHERE next_at IS NULL AND asks = '' AND (state IN ('scheduled', 'freezing', 'sending') OR NOT settled)`},
}

// Verify compares every campaign's counters with its rows, on a live or copied database.
func Verify(ctx context.Context, s *store.Store) (l Ledger, err error) {
	err = s.SystemSnapshot(ctx, "compare every campaign's counters with its rows", func(_ context.Context, tx *gorm.DB) error {
		balances, err := balances(tx)
		if err != nil {
			return err
		}
		for _, b := range balances {
			l.Campaigns = append(l.Campaigns, *b)
		}
		l.Wrong = map[string]int64{}
		count := func(name, sql string, args ...any) error {
			var n int64
			if err := tx.Raw(sql, args...).Scan(&n).Error; err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if n > 0 {
				l.Wrong[name] = n
			}
			return nil
		}
		for _, w := range wrongs {
			if err := count(w.name, w.count); err != nil {
				return err
			}
		}
		return count("campaigns_forgotten", "SELECT count(*) FROM campaigns WHERE state IN ('freezing', 'sending') AND asks = '' AND next_at < ?", s.Now().Add(-forgottenAfter))
	})
	if err != nil {
		return Ledger{}, fmt.Errorf("broadcast: verify: %w", err)
	}
	return l, nil
}

func balances(tx *gorm.DB) (map[id.ID]*Balance, error) {
	all := map[id.ID]*Balance{}
	var counters []totals
	if err := tx.Raw("SELECT * FROM campaign_totals").Scan(&counters).Error; err != nil {
		return nil, err
	}
	of := func(accountID, campaignID id.ID) *Balance {
		if all[campaignID] == nil {
			all[campaignID] = &Balance{AccountID: accountID, CampaignID: campaignID, Rows: map[string]int64{}, Deliveries: map[message.State]int64{}}
		}
		return all[campaignID]
	}
	for _, t := range counters {
		b := of(t.AccountID, t.CampaignID)
		b.counters, b.Counted = t, t.sums()
	}
	var rows []struct {
		AccountID, CampaignID id.ID
		What                  string
		N                     int64
	}
	err := tx.Raw(`SELECT account_id, campaign_id, CASE WHEN excluded <> '' THEN excluded WHEN message_id <> '' THEN 'handed' ELSE 'waiting' END AS what, count(*) AS n
		FROM campaign_recipients GROUP BY account_id, campaign_id, what`).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		of(r.AccountID, r.CampaignID).Rows[r.What] = r.N
	}
	rows = nil
	err = tx.Raw("SELECT account_id, campaign_id, state AS what, count(*) AS n FROM deliveries WHERE campaign_id <> '' GROUP BY account_id, campaign_id, state").Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		of(r.AccountID, r.CampaignID).Deliveries[message.State(r.What)] = r.N
	}
	return all, nil
}
