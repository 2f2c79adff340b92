package reputation

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Verify looks whether each account stands where its last step put it, and whether exactly
// that is held. It returns what is wrong, in words.
func Verify(ctx context.Context, s *store.Store) (wrong []string, err error) {
	err = s.SystemSnapshot(ctx, "compare standings with their history", func(_ context.Context, tx *gorm.DB) error {
		for _, q := range []struct{ sql, words string }{
			{`SELECT s.account_id FROM standings s LEFT JOIN standing_steps h ON h.account_id = s.account_id
				AND h.step_id = (SELECT MAX(step_id) FROM standing_steps l WHERE l.account_id = s.account_id)
				WHERE s.level <> COALESCE(h.level, 0) OR s.suspended <> COALESCE(h.suspended, false) OR s.stopped <> COALESCE(h.stopped, false) OR s.trusted <> COALESCE(h.trusted, false)`,
				"account %s does not stand where its last step put it"},
			{`SELECT h.account_id FROM standing_steps h WHERE NOT EXISTS (SELECT 1 FROM standings s WHERE s.account_id = h.account_id) GROUP BY h.account_id`,
				"account %s has steps and no standing"},
			{`SELECT s.account_id FROM standings s WHERE
				(s.level >= 2) <> EXISTS (SELECT 1 FROM sending_guards g WHERE g.account_id = s.account_id AND g.cause = 'figures' AND (g.per_minute > 0) = (s.level = 2) AND (g.stream = '') = (s.level = 4))
				OR (s.level < 2) AND EXISTS (SELECT 1 FROM sending_guards g WHERE g.account_id = s.account_id AND g.cause = 'figures')
				OR s.suspended <> EXISTS (SELECT 1 FROM sending_guards g WHERE g.account_id = s.account_id AND g.cause = 'suspension' AND g.stream = '' AND g.per_minute = 0)
				OR s.stopped <> EXISTS (SELECT 1 FROM sending_guards g WHERE g.account_id = s.account_id AND g.cause = 'stop' AND g.stream = '' AND g.per_minute = 0)`,
				"what is held of account %s is not what its standing says"},
			{`SELECT g.account_id FROM sending_guards g WHERE g.cause <> 'new' AND NOT EXISTS (SELECT 1 FROM standings s WHERE s.account_id = g.account_id)`,
				"mail of account %s is held, and nothing says why"},
			{`SELECT s.account_id FROM standings s WHERE s.case_id <> '' AND NOT EXISTS (SELECT 1 FROM standing_cases c WHERE c.account_id = s.account_id AND c.case_id = s.case_id AND c.closed_at IS NULL)`,
				"the case of account %s is not open"},
		} {
			var accounts []id.ID
			if err := tx.Raw(q.sql + " LIMIT 100").Scan(&accounts).Error; err != nil {
				return err
			}
			for _, a := range accounts {
				wrong = append(wrong, fmt.Sprintf(q.words, a))
			}
		}
		return nil
	})
	return wrong, translate("verify", err)
}
