package billing

import (
	"cmp"
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// customer is what an invoice says of an account, and where its mail goes.
type customer struct {
	Party
	Payer
}

const customerQuery = `SELECT a.name AS account, a.slug, a.kind, COALESCE(p.legal_name, '') AS legal_name, COALESCE(p.street, '') AS street, COALESCE(p.postcode, '') AS postcode,
	COALESCE(p.city, '') AS city, COALESCE(p.region, '') AS region, COALESCE(p.country, '') AS country, COALESCE(p.tax_number, '') AS tax_number,
	COALESCE(p.billing_email, '') AS billing_email, COALESCE(u.email, '') AS owner
	FROM accounts a LEFT JOIN account_profiles p ON p.account_id = a.account_id
	LEFT JOIN account_owners o ON o.account_id = a.account_id LEFT JOIN users u ON u.user_id = o.user_id WHERE a.account_id = ?`

func customerOf(tx *gorm.DB, accountID id.ID) (customer, error) {
	var r struct {
		Account, Slug, Kind, LegalName, Street, Postcode, City, Region, Country, TaxNumber, BillingEmail, Owner string
	}
	if err := tx.Raw(customerQuery, accountID).Scan(&r).Error; err != nil {
		return customer{}, err
	}
	mail := cmp.Or(r.BillingEmail, r.Owner)
	return customer{Party{
		Name: cmp.Or(r.LegalName, r.Account), Street: r.Street, Postcode: r.Postcode, City: r.City, Region: r.Region, Country: r.Country,
		TaxNumber: r.TaxNumber, Email: mail, Business: r.Kind == "business",
	}, Payer{mail, r.Account, r.Slug}}, nil
}

// bill issues an invoice for lines, when they cost anything at all. It is part of the
// caller's transaction: a plan changes exactly when it was billed. A sum in the customer's
// favour, as when a paid year is left for a dearer month, pays what is billed next.
func (s *Service) bill(ctx context.Context, tx *gorm.DB, sub Subscription, lines []Line, today Date) error {
	if len(lines) == 0 {
		return nil
	}
	from, err := seller(tx)
	if err != nil {
		return err
	}
	to, err := customerOf(tx, sub.AccountID)
	if err != nil {
		return err
	}
	return s.issue(ctx, tx, draft(Bill, sub.AccountID, sub.Currency, today, sub.Period, Contents{Seller: from, Buyer: to.Party, Lines: lines, Treatment: from.TaxOf(to.Party)}), to)
}

// issue numbers, prints and stores an invoice or credit note, and mails it.
func (s *Service) issue(ctx context.Context, tx *gorm.DB, inv Invoice, to customer) error {
	// The row stays locked until the commit: numbers are taken one after another, and one
	// whose transaction fails is not taken at all.
	if err := tx.Raw("UPDATE invoice_series SET number = number + 1 WHERE kind = ? RETURNING number", inv.Kind).Scan(&inv.Number).Error; err != nil {
		return err
	}
	inv.Label, inv.CreatedAt = inv.Kind.label(inv.Number), s.store.Now()
	pdf, err := inv.PDF()
	if err != nil {
		return err
	}
	row := rowOfInvoice(inv)
	if err := tx.Create(&row).Error; err != nil {
		return fmt.Errorf("store an invoice: %w", err)
	}
	if err := tx.Create(&paperRow{inv.AccountID, inv.ID, pdf}).Error; err != nil {
		return fmt.Errorf("store its paper: %w", err)
	}
	if inv.Kind == Bill {
		if err := s.useCredit(tx, &inv); err != nil {
			return err
		}
	} else if err := settle(tx, inv.AccountID, inv.RefersTo, -inv.Gross); err != nil {
		return err
	}
	if to.Mail == "" {
		return nil
	}
	return s.mail.Issued(ctx, to.Payer, inv)
}

// settle adds to what is settled of an invoice.
func settle(tx *gorm.DB, accountID, invoiceID id.ID, amount Money) error {
	done := tx.Model(&invoiceRow{}).Where("account_id = ? AND invoice_id = ?", accountID, invoiceID).Update("settled", gorm.Expr("settled + ?", amount))
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("settle: there is no invoice %s", invoiceID)
	}
	return done.Error
}

// useCredit pays a new bill with what an earlier one has too much: of a credit note, or of
// a payment.
func (s *Service) useCredit(tx *gorm.DB, inv *Invoice) error {
	var over []invoiceRow
	err := tx.Where("account_id = ? AND currency = ? AND kind = ? AND settled > gross AND invoice_id <> ?", inv.AccountID, inv.Currency, Bill, inv.ID).Order("number").Find(&over).Error
	if err != nil {
		return err
	}
	for _, r := range over {
		var leaving Money // on its way back to the card already
		if err := tx.Raw("SELECT COALESCE(SUM(amount), 0) FROM refunds WHERE account_id = ? AND invoice_id = ? AND state = 'asked'", r.AccountID, r.InvoiceID).Scan(&leaving).Error; err != nil {
			return err
		}
		amount := min(r.Settled-r.Gross-leaving, inv.Open())
		if amount <= 0 {
			continue
		}
		for _, p := range []Payment{
			{InvoiceID: r.InvoiceID, Amount: -amount, Reference: string(inv.ID) + " from " + string(r.InvoiceID)},
			{InvoiceID: inv.ID, Amount: amount, Reference: string(inv.ID) + " of " + string(r.InvoiceID)},
		} {
			p.AccountID, p.ID, p.Method, p.ReceivedOn, p.CreatedAt = inv.AccountID, id.New(), ByCredit, inv.IssuedOn, s.store.Now()
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			if err := settle(tx, p.AccountID, p.InvoiceID, p.Amount); err != nil {
				return err
			}
		}
		inv.Settled += amount
	}
	return nil
}
