package broadcast

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
)

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// waiting reads the next rows of a zone that wait, in the order of their numbers.
func (h *handOver) waiting(ctx context.Context, zone string, behind, upTo int64) (rows []Recipient, err error) {
	c := h.campaign
	tested, values := "", []any{c.AccountID, c.ID, zone, behind, upTo}
	if bound := c.reach(); bound < bands {
		tested, values = " AND "+bandOf+" < ?", append(values, bound)
	}
	err = h.Store.SystemRead(ctx, "who of a campaign is due", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM campaign_recipients WHERE account_id = ? AND campaign_id = ? AND "+isWaiting+" AND zone = ? AND number > ? AND number <= ?"+tested+
			" ORDER BY number LIMIT ?", append(values, batchRows)...).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("broadcast: who is due: %w", err)
	}
	return rows, nil
}

// zones lists the zones in which somebody waits, hopping over the index from one to the next.
func (s *Service) zones(ctx context.Context, c Campaign) (zones []string, err error) {
	const waits = "SELECT zone FROM campaign_recipients WHERE account_id = @account AND campaign_id = @campaign AND " + isWaiting
	err = s.Store.SystemRead(ctx, "the zones of a campaign's recipients", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`WITH RECURSIVE hop(zone) AS (
			SELECT (`+waits+` ORDER BY zone LIMIT 1)
			UNION ALL
			SELECT (`+waits+` AND zone > hop.zone ORDER BY zone LIMIT 1) FROM hop WHERE hop.zone IS NOT NULL
		) SELECT zone FROM hop WHERE zone IS NOT NULL`, map[string]any{"account": c.AccountID, "campaign": c.ID}).Scan(&zones).Error
	})
	if err != nil {
		return nil, fmt.Errorf("broadcast: zones: %w", err)
	}
	return zones, nil
}

// queuedBy counts what is handed over and was never tried, by destination.
func (h *handOver) queuedBy(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		Destination string
		N           int
	}
	err := h.Store.SystemRead(ctx, "how much of a campaign waits at each destination", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT destination, count(*) AS n FROM deliveries WHERE account_id = ? AND campaign_id = ? AND campaign_id <> '' AND state = 'queued' GROUP BY destination",
			h.campaign.AccountID, h.campaign.ID).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("broadcast: what waits: %w", err)
	}
	places := make(map[string]int, len(rows))
	for _, r := range rows {
		places[r.Destination] = r.N
	}
	return places, nil
}

// store is the hand-over itself: one transaction, under the claim, gives each row its
// message or its reason and stores the messages. A row that has either already is not
// changed again, and then nothing is.
func (h *handOver) store(ctx context.Context, all []made) error {
	return h.step(ctx, h.campaign, "hand recipients of a campaign over", func(ctx context.Context, tx *gorm.DB) error {
		var handed []*message.New
		var change totals
		values := make([][]any, len(all))
		for i, m := range all {
			r := m.row
			values[i] = []any{string(r.Excluded), r.Why, r.Variant, string(r.MessageID), string(r.AccountID), string(r.CampaignID), r.Number}
			change.Waiting--
			if m.message != nil {
				handed = append(handed, m.message)
			} else {
				*change.of(r.Excluded)++
			}
		}
		changed, err := h.markAll(tx, values)
		if err != nil {
			return fmt.Errorf("broadcast: hand over: %w", err)
		}
		if changed != int64(len(all)) {
			return fmt.Errorf("broadcast: hand over: %d of %d recipients were still waiting", changed, len(all))
		}
		if len(handed) > 0 {
			if err := h.series.Accept(ctx, handed); err != nil {
				return err
			}
		}
		return addTotals(tx, h.campaign, change)
	})
}

const (
	markOne = `UPDATE campaign_recipients SET excluded = ?, why = ?, variant = ?, message_id = ?
		WHERE account_id = ? AND campaign_id = ? AND number = ? AND ` + isWaiting
	// markMany does the same for arrays of values.
	markMany = `UPDATE campaign_recipients AS r SET excluded = v.excluded, why = v.why, variant = v.variant, message_id = v.message_id
		FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
			AS v (excluded, why, variant, message_id, account_id, campaign_id, number)
		WHERE r.account_id = v.account_id AND r.campaign_id = v.campaign_id AND r.number = v.number AND r.excluded = '' AND r.message_id = ''`
)

// markAll writes what became of rows that wait, and returns how many of them did.
func (h *handOver) markAll(tx *gorm.DB, values [][]any) (changed int64, err error) {
	if h.Store.Engine() == store.Postgres {
		done, err := tx.Statement.ConnPool.ExecContext(tx.Statement.Context, markMany, store.Arrays(values)...)
		if err != nil {
			return 0, tx.AddError(err)
		}
		return done.RowsAffected()
	}
	each, err := store.RunEach(tx, markOne, values)
	for _, n := range each {
		changed += n
	}
	return changed, err
}

// complete ends a campaign of which nobody is left: not in the rows, and not in the queue.
func (s *Service) complete(ctx context.Context, c *Campaign, t totals) error {
	reason := ""
	if t.Audience == 0 {
		reason = "Nobody belonged to its audience."
	}
	return s.step(ctx, *c, "end a campaign", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "state = ?, reason = ?, finished_at = ?, next_at = NULL, lease_owner = '', lease_until = NULL", Done, reason, s.Store.Now())
	})
}

// testOver notes when the last of the test was handed over, and what the rest waits for.
func (s *Service) testOver(ctx context.Context, c *Campaign, at time.Time, reason string) error {
	err := s.step(ctx, *c, "note that a test is handed over", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "tested_at = ?, reason = ?", at, reason)
	})
	if err == nil {
		c.TestedAt, c.Reason = &at, reason
	}
	return err
}

// won stores the variant that the rest gets.
func (s *Service) won(ctx context.Context, c *Campaign, variant int) error {
	err := s.step(ctx, *c, "store the winner of a test", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "winner = ?, reason = ''", variant)
	})
	if err == nil {
		c.Winner = variant
	}
	return err
}
