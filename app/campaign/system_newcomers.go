package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
)

var _ broadcast.Newcomers = (*Service)(nil)

// Newcomers implements broadcast.Newcomers: whether freezing the campaign now would find
// somebody who gets mail. It is the statement that freezes, asked for its first row.
func (s *Service) Newcomers(ctx context.Context, c broadcast.Campaign) (found bool, err error) {
	scope := s.scopeOf(c.AccountID)
	w, err := wantedBy(c)
	if err != nil {
		return false, err
	}
	rules, err := s.rulesOf(ctx, scope, w.Audience, s.store.Now())
	if err != nil {
		return false, err
	}
	sel, err := selectAudience(scope, w, rules, bounds{})
	if err != nil {
		return false, err
	}
	err = s.store.SystemSnapshot(ctx, "whether an account's audience has new members", func(_ context.Context, tx *gorm.DB) error {
		if err := roomy(tx); err != nil {
			return err
		}
		return tx.Raw("SELECT EXISTS (SELECT 1 FROM ("+sel.sql+") AS f WHERE reason = '')", sel.args...).Scan(&found).Error
	})
	if err != nil {
		return false, fmt.Errorf("campaign: newcomers: %w", err)
	}
	return found, nil
}
