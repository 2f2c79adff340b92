package tracking

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Reports reads the running counters. Safe for concurrent use.
type Reports struct{ store *store.Store }

// NewReports returns Reports.
func NewReports(s *store.Store) *Reports { return &Reports{s} }

// countRow is a line of the visit_counts table.
type countRow struct {
	AccountID   id.ID     `gorm:"column:account_id;primaryKey;<-:create"`
	CampaignID  id.ID     `gorm:"primaryKey"`
	Dimension   dimension `gorm:"primaryKey"`
	Subject     string    `gorm:"primaryKey"`
	Kind        Kind      `gorm:"primaryKey"`
	Verdict     Verdict   `gorm:"primaryKey"`
	Total       int64
	UniqueCount int64
}

// TableName implements gorm's Tabler.
func (countRow) TableName() string { return "visit_counts" }

// Of returns the report of a campaign; a campaign that nobody visited has an empty one.
func (r *Reports) Of(ctx context.Context, scope account.Scope, campaignID id.ID) (Report, error) {
	var rows []countRow
	err := r.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("campaign_id = ?", campaignID).Order("dimension, subject").Find(&rows).Error
	})
	if err != nil {
		return Report{}, fmt.Errorf("tracking: report: %w", err)
	}
	var report Report
	for _, row := range rows {
		report.take(row)
	}
	return report, nil
}

func (r *Report) take(row countRow) {
	n := Count{row.UniqueCount, row.Total}
	put := func(opens, clicks *Visits, left *int64) {
		switch row.Kind {
		case Open:
			*opens.of(row.Verdict) = n
		case Click:
			*clicks.of(row.Verdict) = n
		case leave:
			*left = n.Unique
		}
	}
	switch row.Dimension {
	case all:
		put(&r.Opens, &r.Clicks, &r.Left)
	case byLink:
		link := readLink(row.Subject)
		if last := len(r.Links) - 1; last < 0 || r.Links[last].Number != link.Number || r.Links[last].Target != link.Target {
			r.Links = append(r.Links, link)
		}
		*r.Links[len(r.Links)-1].Clicks.of(row.Verdict) = n
	case byProvider:
		destination := row.Subject
		if destination == others {
			destination = ""
		}
		if last := len(r.Providers) - 1; last < 0 || r.Providers[last].Destination != destination {
			r.Providers = append(r.Providers, Provider{Destination: destination})
		}
		p := &r.Providers[len(r.Providers)-1]
		put(&p.Opens, &p.Clicks, &p.Left)
	case byHour:
		at, err := time.Parse(hourForm, row.Subject)
		if err != nil {
			return
		}
		if last := len(r.Hours) - 1; last < 0 || !r.Hours[last].At.Equal(at) {
			r.Hours = append(r.Hours, Hour{At: at})
		}
		h := &r.Hours[len(r.Hours)-1]
		put(&h.Opens, &h.Clicks, &h.Left)
	}
}
