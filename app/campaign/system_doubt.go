package campaign

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
	"smtpserver/app/id"
)

var _ broadcast.Doubts = (*Service)(nil)

// What makes an audience doubtful: how many of it came by an import of poor quality, or are
// of an import that is new and not good, and never got anything from this account.
const (
	lookedAt   = 2_000 // recipients, evenly out of all
	poorPart   = 0.05
	newPart    = 0.5
	newFor     = 30 * 24 * time.Hour
	poorGrades = "DE"
	newGrades  = "C"
)

// cameBy is how many of the recipients that were looked at came by an import.
type cameBy struct {
	ImportID id.ID
	N        int64 // that never got a campaign before
}

// Doubt implements broadcast.Doubts.
func (s *Service) Doubt(ctx context.Context, c broadcast.Campaign, audience int64) (why string, err error) {
	if c.Kind != broadcast.ToContacts {
		return "", nil
	}
	var seen int64
	var rows []cameBy
	var imports []struct {
		ImportID   id.ID
		Quality    string
		FinishedAt *time.Time
	}
	err = s.store.SystemRead(ctx, "see by which imports a campaign's audience came", func(_ context.Context, tx *gorm.DB) error {
		step := max(1, audience/lookedAt)
		err := tx.Raw(`SELECT COUNT(*) FROM campaign_recipients WHERE account_id = ? AND campaign_id = ? AND excluded = '' AND message_id = '' AND number % ? = 0`, c.AccountID, c.ID, step).Scan(&seen).Error
		if err != nil {
			return err
		}
		err = tx.Raw(`SELECT k.import_id, COUNT(*) AS n FROM campaign_recipients r JOIN contacts k ON k.account_id = r.account_id AND k.contact_id = r.contact_id
			WHERE r.account_id = ? AND r.campaign_id = ? AND r.excluded = '' AND r.message_id = '' AND r.number % ? = 0 AND k.import_id <> ''
			AND NOT EXISTS (SELECT 1 FROM campaign_recipients p WHERE p.account_id = r.account_id AND p.contact_id = r.contact_id AND p.contact_id <> '' AND p.excluded <> 'duplicate'
				AND p.campaign_id <> r.campaign_id AND p.message_id <> '')
			GROUP BY k.import_id`, c.AccountID, c.ID, step).Scan(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]id.ID, len(rows))
		for i, r := range rows {
			ids[i] = r.ImportID
		}
		return tx.Raw("SELECT import_id, quality, finished_at FROM imports WHERE account_id = ? AND import_id IN ?", c.AccountID, ids).Scan(&imports).Error
	})
	if err != nil {
		return "", fmt.Errorf("campaign: doubt: %w", err)
	}
	var poor, fresh int64
	for _, i := range imports {
		var q struct{ Grade string }
		if err := json.Unmarshal([]byte(i.Quality), &q); err != nil {
			return "", fmt.Errorf("campaign: the quality of an import: %w", err)
		}
		for _, r := range rows {
			switch {
			case r.ImportID != i.ImportID:
			case isOneOf(q.Grade, poorGrades):
				poor += r.N
			case (q.Grade == "" || isOneOf(q.Grade, newGrades)) && i.FinishedAt != nil && s.store.Now().Sub(*i.FinishedAt) < newFor:
				fresh += r.N
			}
		}
	}
	return doubtWords(seen, poor, fresh), nil
}

func isOneOf(grade, grades string) bool {
	return len(grade) == 1 && (grades[0] == grade[0] || grades[len(grades)-1] == grade[0])
}

func doubtWords(seen, poor, fresh int64) string {
	part := func(n int64) float64 { return float64(n) / float64(max(seen, 1)) }
	switch {
	case part(poor) >= poorPart:
		return fmt.Sprintf("%.0f %% of its recipients came by imports of poor quality and never got a campaign before.", 100*part(poor))
	case part(poor)+part(fresh) >= newPart:
		return fmt.Sprintf("%.0f %% of its recipients were imported in the last 30 days and never got a campaign before.", 100*part(poor+fresh))
	}
	return ""
}
