package billing

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Subscription returns the account's plan; false when it has none, or had one.
func (s *Service) Subscription(ctx context.Context, scope account.Scope) (sub Subscription, found bool, err error) {
	err = s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var rows []subscriptionRow
		if err := tx.Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		p, err := s.Plan(ctx, rows[0].PlanID, rows[0].Version)
		sub, found = rows[0].subscription(p), true
		return err
	})
	return sub, found, translate("subscription", noSubscription, err)
}

// Invoices returns a page of an account's invoices and credit notes, newest first.
func (s *Service) Invoices(ctx context.Context, scope account.Scope, before id.ID, limit int) (list []Invoice, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		query := tx.Order("invoice_id DESC").Limit(limit)
		if !before.IsZero() {
			query = query.Where("invoice_id < ?", before)
		}
		var rows []invoiceRow
		if err := query.Find(&rows).Error; err != nil {
			return err
		}
		list = invoicesOf(rows)
		return nil
	})
	return list, translate("invoices", noInvoice, err)
}

func invoicesOf(rows []invoiceRow) []Invoice {
	list := make([]Invoice, len(rows))
	for i, r := range rows {
		list[i] = r.invoice()
	}
	return list
}

// Paper returns the PDF of an invoice as it was issued.
func (s *Service) Paper(ctx context.Context, scope account.Scope, invoiceID id.ID) (label string, pdf []byte, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		label, pdf, err = printed(tx, invoiceID)
		return err
	})
	return label, pdf, translate("paper", noInvoice, err)
}

// printed reads an invoice's PDF, of whichever account tx reaches.
func printed(tx *gorm.DB, invoiceID id.ID) (label string, pdf []byte, err error) {
	var r invoiceRow
	if err := tx.Where("invoice_id = ?", invoiceID).Take(&r).Error; err != nil {
		return "", nil, err
	}
	var p paperRow
	err = tx.Where("account_id = ? AND invoice_id = ?", r.AccountID, invoiceID).Take(&p).Error
	return r.invoice().Label, p.PDF, err
}
