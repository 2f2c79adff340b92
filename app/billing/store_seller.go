package billing

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/audit"
)

// SetSeller stores who sells. Invoices that were issued keep who sold then.
func (s *Service) SetSeller(ctx context.Context, by Staff, d Seller) error {
	d, err := d.Check()
	if err != nil {
		return err
	}
	err = s.store.GlobalWrite(ctx, func(ctx context.Context, tx *gorm.DB) error {
		var was sellerRow
		if err := tx.Limit(1).Find(&was).Error; err != nil {
			return err
		}
		row := sellerRow{1, d, s.store.Now()}
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		before, after := audit.Changed(was.Details.values(), d.values())
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "seller.changed", Before: before, After: after})
	})
	return translate("set the seller", noPlan, err)
}

// values are what the log of staff tells of a seller.
func (s Seller) values() audit.Values {
	return audit.Values{"name": s.Name, "country": s.Country, "tax_number": s.TaxNumber}
}
