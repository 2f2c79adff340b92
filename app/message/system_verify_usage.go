package message

import (
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Miscount is what a day's usage counts that its deliveries do not add up to.
type Miscount struct {
	AccountID id.ID  `json:"account"`
	DomainID  id.ID  `json:"domain,omitempty"` // "": the whole account's count, held against its domains'
	Name      string `json:"name,omitempty"`   // of the domain, if there is such a one
	Day       string `json:"day"`
	Stream    Stream `json:"stream"`
	Counted   int64  `json:"counted"`
	Found     int64  `json:"found"`
}

// String says what is wrong, in words.
func (m Miscount) String() string {
	if m.DomainID.IsZero() {
		return fmt.Sprintf("%s counts %d %s deliveries on %s, its domains count %d", m.AccountID, m.Counted, m.Stream, m.Day, m.Found)
	}
	name := m.Name
	if name == "" {
		name = string(m.DomainID)
	}
	return fmt.Sprintf("%s domain %s counts %d %s deliveries on %s, there are %d", m.AccountID, name, m.Counted, m.Stream, m.Day, m.Found)
}

// dayOfRow is DayOf in SQL.
var dayOfRow = map[store.Engine]string{
	store.SQLite:   "substr(created_at, 1, 10)",
	store.Postgres: "to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}

// findMiscounts holds what plans and invoices count against the deliveries: the days of
// domains against these, and the days of accounts against those of their domains.
func findMiscounts(tx *gorm.DB, engine store.Engine, l *Ledger) error {
	for _, sql := range []string{
		`SELECT s.account_id, s.domain_id, COALESCE(d.name, '') AS name, s.day, s.stream, s.counted, s.found FROM
			(SELECT account_id, domain_id, day, stream, SUM(counted) AS counted, SUM(found) AS found FROM
				(SELECT account_id, domain_id, day, stream, accepted AS counted, 0 AS found FROM domain_days
				UNION ALL SELECT account_id, domain_id, ` + dayOfRow[engine] + `, stream, 0, COUNT(*) FROM deliveries GROUP BY 1, 2, 3, 4) AS sides
			GROUP BY 1, 2, 3, 4) AS s
		LEFT JOIN domains d ON d.account_id = s.account_id AND d.domain_id = s.domain_id
		WHERE s.counted <> s.found ORDER BY 1, 4, 2, 5 LIMIT 100`,
		`SELECT account_id, day, stream, counted, found FROM
			(SELECT account_id, day, stream, SUM(counted) AS counted, SUM(found) AS found FROM
				(SELECT account_id, day, stream, accepted AS counted, 0 AS found FROM account_days
				UNION ALL SELECT account_id, day, stream, 0, accepted FROM domain_days) AS sides
			GROUP BY 1, 2, 3) AS s
		WHERE counted <> found ORDER BY 1, 2, 3 LIMIT 100`,
	} {
		var rows []Miscount
		if err := tx.Raw(sql).Scan(&rows).Error; err != nil {
			return fmt.Errorf("usage: %w", err)
		}
		l.Miscounts = append(l.Miscounts, rows...)
	}
	return nil
}
