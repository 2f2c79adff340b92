package message

import (
	"cmp"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// DomainDay is how many deliveries of a stream were accepted for a domain on a day.
type DomainDay struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	DomainID  id.ID  `gorm:"primaryKey"`
	Day       string `gorm:"primaryKey"`
	Stream    Stream `gorm:"primaryKey"`
	Accepted  int64
}

// TableName implements gorm's naming.
func (DomainDay) TableName() string { return "domain_days" }

var addToDomainDays = addTo("domain_days", []string{"account_id", "day", "domain_id", "stream"}, "accepted")

// countDomains adds accepted messages to the days of their domains, in a fixed order, so
// that two commits cannot deadlock.
func countDomains(tx *gorm.DB, accepted []*New) error {
	sums := map[DomainDay]int64{}
	for _, n := range accepted {
		m := n.Message
		sums[DomainDay{AccountID: m.AccountID, DomainID: m.DomainID, Day: DayOf(m.CreatedAt), Stream: m.Stream}] += int64(len(n.Deliveries))
	}
	rows := make([]DomainDay, 0, len(sums))
	for d, accepted := range sums {
		d.Accepted = accepted
		rows = append(rows, d)
	}
	slices.SortFunc(rows, func(a, b DomainDay) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.DomainID, b.DomainID), cmp.Compare(a.Stream, b.Stream))
	})
	if err := tx.Clauses(addToDomainDays).Create(&rows).Error; err != nil {
		return fmt.Errorf("message: count for domains: %w", err)
	}
	return nil
}
