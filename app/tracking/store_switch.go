package tracking

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// switchRow is a line of the tracking_switches table.
type switchRow struct {
	AccountID id.ID          `gorm:"column:account_id;primaryKey;<-:create"`
	DomainID  id.ID          `gorm:"primaryKey"` // "": all of the account's
	Stream    message.Stream `gorm:"primaryKey"`
	Kind      Kind           `gorm:"primaryKey"`
	Wanted    bool
}

// TableName implements gorm's Tabler.
func (switchRow) TableName() string { return "tracking_switches" }

func choicesOf(rows []switchRow, domainID id.ID) Choices {
	c := Choices{}
	for _, r := range rows {
		if r.DomainID != domainID {
			continue
		}
		c[Switch{r.Stream, r.Kind}] = Off
		if r.Wanted {
			c[Switch{r.Stream, r.Kind}] = On
		}
	}
	return c
}

func (s *Switches) choices(ctx context.Context, scope account.Scope, domainID id.ID) (Choices, error) {
	var rows []switchRow
	err := s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("domain_id = ?", domainID).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("tracking: choices: %w", err)
	}
	return choicesOf(rows, domainID), nil
}

func (s *Switches) choose(ctx context.Context, scope account.Scope, domainID id.ID, c Choices) error {
	entry := audit.Entry{Action: "tracking.changed", After: audit.Values{}}
	if !domainID.IsZero() {
		entry.Object = audit.Object{ID: domainID}
	}
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		for _, sw := range Switchable {
			entry.After[string(sw.Stream)+" "+string(sw.Kind)+"s"] = string(c[sw])
			var err error
			if c[sw] == Default {
				err = tx.Where("domain_id = ? AND stream = ? AND kind = ?", domainID, sw.Stream, sw.Kind).Delete(&switchRow{}).Error
			} else {
				row := switchRow{DomainID: domainID, Stream: sw.Stream, Kind: sw.Kind, Wanted: c[sw] == On}
				err = tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
			}
			if err != nil {
				return err
			}
		}
		return audit.New(s.Store).Record(ctx, scope, entry)
	})
	if err != nil {
		return fmt.Errorf("tracking: choose: %w", err)
	}
	return nil
}
