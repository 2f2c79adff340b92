package message

import (
	"fmt"
	"time"

	"gorm.io/gorm"
)

// lateAfter is how long a notification may be due before something is wrong.
const lateAfter = 15 * time.Minute

// orphanChecks count rows that contradict each other, by what is wrong with them.
var orphanChecks = []struct{ name, count string }{
	{"messages_without_all_deliveries", `SELECT count(*) FROM messages m WHERE recipients <>
		(SELECT count(*) FROM deliveries d WHERE d.account_id = m.account_id AND d.message_id = m.message_id)`},
	{"messages_without_their_acceptance", `SELECT count(*) FROM messages m WHERE NOT EXISTS
		(SELECT 1 FROM events e WHERE e.account_id = m.account_id AND e.message_id = m.message_id AND e.kind = 'accepted')`},
	{"deliveries_ended_without_a_time_or_the_reverse", `SELECT count(*) FROM deliveries
		WHERE (state IN ('queued', 'deferred', 'held')) = (final_at IS NOT NULL)`},
	{"ended_deliveries_under_a_lease", `SELECT count(*) FROM deliveries WHERE lease_owner <> '' AND final_at IS NOT NULL`},
	{"contents_of_nothing", `SELECT count(*) FROM message_bodies b WHERE NOT EXISTS
		(SELECT 1 FROM messages m WHERE m.account_id = b.account_id AND m.message_id = b.message_id AND m.content_removed_at IS NULL)`},
	{"events_of_nothing", `SELECT count(*) FROM events e WHERE delivery_id IS NOT NULL AND NOT EXISTS
		(SELECT 1 FROM deliveries d WHERE d.account_id = e.account_id AND d.message_id = e.message_id AND d.delivery_id = e.delivery_id)`},
}

// findOrphans counts rows that should not be.
func findOrphans(tx *gorm.DB, now time.Time, l *Ledger) error {
	l.Orphans = map[string]int64{}
	count := func(name, sql string, args ...any) error {
		var n int64
		if err := tx.Raw(sql, args...).Scan(&n).Error; err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if n > 0 {
			l.Orphans[name] = n
		}
		return nil
	}
	for _, c := range orphanChecks {
		if err := count(c.name, c.count); err != nil {
			return err
		}
	}
	return count("notifications_overdue", "SELECT count(*) FROM notifications WHERE settled_at IS NULL AND due_at < ?", now.Add(-lateAfter))
}
