package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// count counts a selection: by reason, and who will get mail by the domain of the address.
func (s *Service) count(ctx context.Context, sel selection) (c Count, err error) {
	var rows []struct {
		Reason Reason
		Domain string
		N      int64
	}
	sql := fmt.Sprintf("SELECT reason, CASE WHEN reason = '' THEN %s ELSE '' END AS domain, COUNT(*) AS n FROM (%s) AS f GROUP BY 1, 2", s.domainOf("address"), sel.sql)
	err = s.store.SystemSnapshot(ctx, "count an account's audience as it would be frozen", func(_ context.Context, tx *gorm.DB) error {
		if err := roomy(tx); err != nil {
			return err
		}
		return tx.Raw(sql, sel.args...).Scan(&rows).Error
	})
	if err != nil {
		return c, fmt.Errorf("campaign: count: %w", err)
	}
	c = Count{At: s.store.Now(), Reasons: map[Reason]int64{}, Domains: map[string]int64{}}
	for _, r := range rows {
		c.Audience += r.N
		if r.Reason == Included {
			c.Domains[r.Domain] += r.N
		} else {
			c.Reasons[r.Reason] += r.N
		}
	}
	return c, nil
}

// domainOf is what stands behind the @ of a column.
func (s *Service) domainOf(column string) string {
	if s.store.Engine() == store.Postgres {
		return "substr(" + column + ", strpos(" + column + ", '@') + 1)"
	}
	return "substr(" + column + ", instr(" + column + ", '@') + 1)"
}
