package billing

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Listed is an invoice with whose it is, for staff.
type Listed struct {
	Invoice
	Account string
}

// List narrows what staff see.
type List string

// The lists.
const (
	Every   List = ""
	Opened  List = "open"
	Overdue List = "overdue"
)

// All returns a page of the invoices of all accounts, newest first.
func (s *Service) All(ctx context.Context, which List, before id.ID, limit int) (list []Listed, err error) {
	err = s.store.SystemRead(ctx, "list invoices for staff", func(_ context.Context, tx *gorm.DB) error {
		query := tx.Order("invoice_id DESC").Limit(limit)
		if !before.IsZero() {
			query = query.Where("invoice_id < ?", before)
		}
		switch which {
		case Opened:
			query = query.Where("kind = ? AND gross <> settled", Bill)
		case Overdue:
			query = query.Where("kind = ? AND gross <> settled AND settled < gross AND due_on < ?", Bill, s.today())
		case Every:
		}
		var rows []invoiceRow
		if err := query.Find(&rows).Error; err != nil {
			return err
		}
		list, err = named(tx, rows)
		return err
	})
	return list, translate("list invoices", noInvoice, err)
}

func named(tx *gorm.DB, rows []invoiceRow) ([]Listed, error) {
	list, ids := make([]Listed, len(rows)), make([]id.ID, len(rows))
	for i, r := range rows {
		list[i].Invoice, ids[i] = r.invoice(), r.AccountID
	}
	var names []struct {
		AccountID id.ID
		Name      string
	}
	if len(ids) == 0 {
		return list, nil
	}
	if err := tx.Raw("SELECT account_id, name FROM accounts WHERE account_id IN ?", ids).Scan(&names).Error; err != nil {
		return nil, err
	}
	for _, n := range names {
		for i := range list {
			if list[i].AccountID == n.AccountID {
				list[i].Account = n.Name
			}
		}
	}
	return list, nil
}

// Statement is an invoice with all that happened to it.
type Statement struct {
	Listed
	Payments []Payment
	Notes    []Invoice // credit notes
	Charges  []CardCharge
	Refunds  []Refund
	Disputes []Contest
}

// Refund is money that went back to a card, or is to.
type Refund struct {
	ID        id.ID
	Amount    Money
	State     string // asked, done, failed
	Reference string
	Reason    string
	Note      string // the credit note that it pays out; ""
	CreatedAt time.Time
}

// Contest is a payment whose card's owner disputes it.
type Contest struct {
	Reference string
	Amount    Money
	State     Quarrel
	Reason    string
	AnswerBy  Date
	OpenedOn  Date
}

// collected adds what the provider had to do with an invoice.
func (out *Statement) collected(tx *gorm.DB) error {
	of := func(list any, order string) error {
		return tx.Where("account_id = ? AND invoice_id = ?", out.AccountID, out.ID).Order(order).Find(list).Error
	}
	var (
		charges  []chargeRow
		refunds  []refundRow
		disputes []disputeRow
	)
	if err := errors.Join(of(&charges, "charge_id"), of(&refunds, "refund_id"), of(&disputes, "dispute")); err != nil {
		return err
	}
	for _, r := range charges {
		out.Charges = append(out.Charges, r.charge())
	}
	for _, r := range refunds {
		refund := Refund{ID: r.RefundID, Amount: r.Amount, State: r.State, Reference: r.Reference, Reason: r.Reason, CreatedAt: r.CreatedAt}
		for _, n := range out.Notes {
			if r.NoteID != nil && n.ID == *r.NoteID {
				refund.Note = n.Label
			}
		}
		out.Refunds = append(out.Refunds, refund)
	}
	for _, r := range disputes {
		out.Disputes = append(out.Disputes, Contest{r.Dispute, r.Amount, r.State, r.Reason, r.AnswerBy, r.OpenedOn})
	}
	return nil
}

// Statement returns an invoice for staff.
func (s *Service) Statement(ctx context.Context, invoiceID id.ID) (out Statement, err error) {
	err = s.store.SystemRead(ctx, "show staff an invoice", func(_ context.Context, tx *gorm.DB) error {
		var r invoiceRow
		if err := tx.Where("invoice_id = ?", invoiceID).Take(&r).Error; err != nil {
			return err
		}
		list, err := named(tx, []invoiceRow{r})
		if err != nil {
			return err
		}
		out.Listed = list[0]
		if err := tx.Where("account_id = ? AND invoice_id = ?", r.AccountID, invoiceID).Order("payment_id").Find(&out.Payments).Error; err != nil {
			return err
		}
		var notes []invoiceRow
		if err := tx.Where("account_id = ? AND refers_to = ?", r.AccountID, invoiceID).Order("number").Find(&notes).Error; err != nil {
			return err
		}
		out.Notes = invoicesOf(notes)
		return out.collected(tx)
	})
	return out, translate("statement", noInvoice, err)
}

// PaperOf returns the PDF of any account's invoice, for staff.
func (s *Service) PaperOf(ctx context.Context, invoiceID id.ID) (label string, pdf []byte, err error) {
	err = s.store.SystemRead(ctx, "show staff an invoice's paper", func(_ context.Context, tx *gorm.DB) error {
		label, pdf, err = printed(tx, invoiceID)
		return err
	})
	return label, pdf, translate("paper", noInvoice, err)
}

// OnPlans counts the accounts that are on each plan, whichever version.
func (s *Service) OnPlans(ctx context.Context) (count map[id.ID]int64, err error) {
	count = map[id.ID]int64{}
	err = s.store.SystemRead(ctx, "count accounts by plan", func(_ context.Context, tx *gorm.DB) error {
		var rows []struct {
			PlanID   id.ID
			Accounts int64
		}
		err := tx.Raw("SELECT plan_id, COUNT(*) AS accounts FROM subscriptions WHERE ended_on = '' GROUP BY plan_id").Scan(&rows).Error
		for _, r := range rows {
			count[r.PlanID] = r.Accounts
		}
		return err
	})
	return count, translate("count plans", noPlan, err)
}

// Customer is an account's plan and money, for staff.
type Customer struct {
	Subscription
	Found    bool
	Behind   Behind
	Invoices []Invoice // the newest few
}

const fewInvoices = 6

// Customer returns what staff see of an account's plan and money.
func (s *Service) Customer(ctx context.Context, accountID id.ID) (c Customer, err error) {
	err = s.store.SystemRead(ctx, "show staff an account's plan and money", func(_ context.Context, tx *gorm.DB) error {
		if c.Subscription, c.Found, err = subscription(tx, accountID); err != nil {
			return err
		}
		if c.Behind, err = behind(tx, accountID, s.today()); err != nil {
			return err
		}
		var rows []invoiceRow
		err = tx.Where("account_id = ?", accountID).Order("invoice_id DESC").Limit(fewInvoices).Find(&rows).Error
		c.Invoices = invoicesOf(rows)
		return err
	})
	return c, translate("customer", noSubscription, err)
}
