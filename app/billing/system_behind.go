package billing

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Behind is where an account stands with its oldest overdue invoice.
type Behind struct {
	Invoice Invoice
	Step    Step
	Since   time.Time // when it was told
}

// next is the step that is due, if the account is behind at all.
func (b Behind) next(now time.Time) (Step, bool) {
	if b.Invoice.ID.IsZero() {
		return b.Step, false
	}
	return nextStep(b.Invoice.DueOn, b.Step, b.Since, now)
}

// Standing returns how far the account is behind; Good when nothing is overdue.
func (s *Service) Standing(ctx context.Context, scope account.Scope) (b Behind, err error) {
	accountID, err := scope.Account()
	if err != nil {
		return b, translate("standing", noInvoice, err)
	}
	err = s.store.SystemRead(ctx, "see whether an account is behind", func(_ context.Context, tx *gorm.DB) error {
		b, err = behind(tx, accountID, s.today())
		return err
	})
	return b, translate("standing", noInvoice, err)
}

func behind(tx *gorm.DB, accountID id.ID, today Date) (b Behind, err error) {
	var open []invoiceRow
	err = tx.Where("account_id = ? AND kind = ? AND settled < gross AND due_on < ?", accountID, Bill, today).Order("due_on, number").Limit(1).Find(&open).Error
	if err != nil || len(open) == 0 {
		return b, err
	}
	b.Invoice = open[0].invoice()
	var told []stepRow
	err = tx.Where("account_id = ? AND invoice_id = ?", accountID, b.Invoice.ID).Order("step DESC").Limit(1).Find(&told).Error
	if len(told) > 0 {
		b.Step, b.Since = told[0].Step, told[0].ToldAt
	}
	return b, err
}

// Remind takes the steps that are due of overdue invoices, each once and each with its
// mail in the same transaction: nothing pauses that was not announced.
func (s *Service) Remind(ctx context.Context) error {
	var accounts []id.ID
	err := s.store.SystemRead(ctx, "find accounts that are to be told of an overdue invoice", func(_ context.Context, tx *gorm.DB) error {
		var overdue []id.ID
		accounts = nil
		err := tx.Raw("SELECT DISTINCT account_id FROM invoices WHERE gross <> settled AND kind = ? AND settled < gross AND due_on < ?", Bill, s.today()).Scan(&overdue).Error
		for _, accountID := range overdue {
			b, err := behind(tx, accountID, s.today())
			if err != nil {
				return err
			}
			if _, due := b.next(s.store.Now()); due {
				accounts = append(accounts, accountID)
			}
		}
		return err
	})
	failed := []error{err}
	for _, accountID := range accounts {
		failed = append(failed, s.store.SystemWrite(ctx, "tell an account that it is behind", func(ctx context.Context, tx *gorm.DB) error { return s.remind(ctx, tx, accountID) }))
	}
	return translate("remind", noInvoice, errors.Join(failed...))
}

func (s *Service) remind(ctx context.Context, tx *gorm.DB, accountID id.ID) error {
	b, err := behind(tx, accountID, s.today())
	now := s.store.Now()
	step, due := b.next(now)
	if err != nil || !due {
		return err
	}
	// Of two processes the primary key lets one through; the other's failure is the retry's.
	if err := tx.Create(&stepRow{accountID, b.Invoice.ID, step, now}).Error; err != nil {
		return err
	}
	to, err := customerOf(tx, accountID)
	if err != nil || to.Mail == "" {
		return err
	}
	return s.mail.Overdue(ctx, to.Payer, b.Invoice, step, pausesOn(b.Invoice.DueOn, step, now))
}

// pausesOn is the day on which the pause that a warning announces comes.
func pausesOn(due Date, warned Step, now time.Time) Date {
	if warned != Warned && warned != LastWarned {
		return ""
	}
	pause := steps[warned] // the step after it
	return max(due.Add(pause.days), DateOf(now.Add(pause.known)))
}

// Paused reports whether the account's mail of a stream waits for a payment.
func (s *Service) Paused(ctx context.Context, scope account.Scope, broadcast bool) (bool, error) {
	b, err := s.Standing(ctx, scope)
	return b.Step.Pauses(broadcast), err
}
