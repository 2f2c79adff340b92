package demo

import (
	"context"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// visit is what somebody who got a campaign did with it.
type visit struct {
	kind, verdict string
	link          int
	target        string
	after         time.Duration
}

// links of the demo's campaign, with how many of a thousand readers follow them.
var links = []struct {
	target string
	share  int
}{{"https://hofladen.example/apples", 90}, {"https://hofladen.example/recipes/apple-soup", 35}}

// SettleCampaign ends what a campaign handed over: most arrives, some bounces, and people
// and programs look at it over a day.
func SettleCampaign(ctx context.Context, s *store.Store, scope account.Scope, campaignID id.ID, r *rand.Rand) error {
	return s.SystemWrite(ctx, "fill a demo account: a campaign arrives", func(_ context.Context, tx *gorm.DB) error {
		var rows []message.Delivery
		if err := tx.Raw("SELECT * FROM deliveries WHERE account_id = ? AND campaign_id = ? AND state = 'queued'", scope.AccountID(), campaignID).Scan(&rows).Error; err != nil {
			return err
		}
		c := campaignFill{tx: tx, account: scope.AccountID(), campaign: campaignID, now: s.Now(), counts: map[[4]string]int{}}
		for _, d := range rows {
			if err := c.settle(d, r); err != nil {
				return err
			}
		}
		return c.store()
	})
}

type campaignFill struct {
	tx                *gorm.DB
	account, campaign id.ID
	now               time.Time
	delivered         int
	bounced           int
	day               string
	counts            map[[4]string]int // dimension, subject, kind, verdict
}

func (c *campaignFill) settle(d message.Delivery, r *rand.Rand) error {
	state, reason := message.Delivered, "Delivered."
	if r.IntN(60) == 0 {
		state, reason = message.Bounced, "The mailbox does not exist."
		c.bounced++
	} else {
		c.delivered++
	}
	c.day = message.DayOf(d.CreatedAt)
	err := c.tx.Exec("UPDATE deliveries SET state = ?, reason = ?, attempts = 1, final_at = ? WHERE account_id = ? AND delivery_id = ?", state, reason, c.now, c.account, d.ID).Error
	if err != nil || state == message.Bounced {
		return err
	}
	for _, v := range visitsOf(r) {
		if err := c.visit(d, v); err != nil {
			return err
		}
	}
	return nil
}

func visitsOf(r *rand.Rand) (visits []visit) {
	after := time.Duration(r.ExpFloat64() * float64(4*time.Hour))
	if r.IntN(100) < 22 { // a mail proxy fetches the picture at once
		visits = append(visits, visit{"open", "machine", 0, "", time.Second})
	} else if n := r.IntN(100); n < 42 {
		visits = append(visits, visit{"open", "human", 0, "", after})
	} else if n < 45 {
		return append(visits, visit{"open", "unknown", 0, "", after})
	} else {
		return nil
	}
	for i, l := range links {
		if r.IntN(1000) < l.share*2 {
			visits = append(visits, visit{"click", "human", i + 1, l.target, after + time.Minute}, visit{"click", "human", 0, "", after + time.Minute})
			return visits
		}
	}
	return visits
}

// visit stores one, as app/tracking does: each mail and link once, and the counters.
func (c *campaignFill) visit(d message.Delivery, v visit) error {
	at := c.now.Add(min(v.after, 23*time.Hour) - 24*time.Hour)
	n := map[string]int{v.verdict: 1}
	err := c.tx.Exec(`INSERT INTO visits (account_id, message_id, kind, link, target, human, machine, unknown, first_at, last_at, human_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.account, d.MessageID, v.kind, v.link, v.target, n["human"], n["machine"], n["unknown"], at, at, at).Error
	if v.link > 0 {
		c.counts[[4]string{"link", "000" + string(rune('0'+v.link)) + " " + v.target, v.kind, v.verdict}]++
		return err
	}
	for _, of := range [][2]string{{"all", ""}, {"provider", d.Destination}, {"hour", at.UTC().Format("2006-01-02T15")}} {
		c.counts[[4]string{of[0], of[1], v.kind, v.verdict}]++
	}
	return err
}

// store adds the counters, and lets the campaign end at its next turn.
func (c *campaignFill) store() error {
	for key, n := range c.counts {
		err := c.tx.Exec("INSERT INTO visit_counts (account_id, campaign_id, dimension, subject, kind, verdict, total, unique_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			c.account, c.campaign, key[0], key[1], key[2], key[3], n, n).Error
		if err != nil {
			return err
		}
	}
	for _, sql := range []string{
		"UPDATE account_days SET delivered = delivered + @delivered, bounced = bounced + @bounced WHERE account_id = @account AND day = @day AND stream = 'broadcast'",
		"UPDATE campaign_totals SET delivered = delivered + @delivered, bounced = bounced + @bounced WHERE account_id = @account AND campaign_id = @campaign",
		"UPDATE campaigns SET next_at = @now WHERE account_id = @account AND campaign_id = @campaign AND next_at IS NOT NULL",
	} {
		err := c.tx.Exec(sql, map[string]any{"delivered": c.delivered, "bounced": c.bounced, "account": c.account, "day": c.day, "campaign": c.campaign, "now": c.now}).Error
		if err != nil {
			return err
		}
	}
	return nil
}
