package billing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

const noInvoice = "There is no such invoice."

// Methods that staff record payments of; ByCredit is the program's own.
const (
	ByTransfer = "bank transfer"
	ByCredit   = "credit"
)

// Methods are what a person can choose.
var Methods = []string{ByTransfer, "card", "cash", "other"}

// Pay books money that came for a bill, or went back (a negative amount, at most what was
// paid). What is too much stays with the bill and pays the next one. A reference is booked
// once in its method.
func (s *Service) Pay(ctx context.Context, by Staff, accountID, invoiceID id.ID, amount Money, method, reference string, on Date) error {
	reference = strings.Join(strings.Fields(reference), " ")
	fields := map[string]string{}
	if amount == 0 {
		fields["amount"] = "An amount like 12.50."
	}
	if method == ByCredit || method == "" || s.provider != nil && method == s.provider.Name() {
		fields["method"] = "Choose how it was paid."
	}
	if on.Time().IsZero() || on > s.today() {
		fields["received_on"] = "The day it came, not after today."
	}
	if len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: fields}
	}
	err := s.store.SystemWrite(ctx, "book a payment", func(ctx context.Context, tx *gorm.DB) error {
		inv, err := lockInvoice(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		if inv.Kind != Bill {
			return fault.New(fault.Invalid, "A credit note is not paid: it lowers its bill, or the next one.")
		}
		if err := book(tx, s, by, inv, amount, method, reference, on); err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "payment.booked", Account: accountID, Object: audit.Object{ID: invoiceID, Name: inv.Label},
			After: audit.Values{"amount": amount.Format(inv.Currency), "method": method, "reference": reference}})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return fault.Field("reference", "A payment with this reference is booked already.")
	}
	return translate("pay", noInvoice, err)
}

func book(tx *gorm.DB, s *Service, by Staff, inv Invoice, amount Money, method, reference string, on Date) error {
	if amount < 0 {
		var paid Money
		if err := tx.Raw("SELECT COALESCE(SUM(amount), 0) FROM payments WHERE account_id = ? AND invoice_id = ?", inv.AccountID, inv.ID).Scan(&paid).Error; err != nil {
			return err
		}
		if paid+amount < 0 {
			return fault.Field("amount", fmt.Sprintf("Only %s was paid.", paid.Format(inv.Currency)))
		}
	}
	p := Payment{AccountID: inv.AccountID, ID: id.New(), InvoiceID: inv.ID, Amount: amount, Method: method, Reference: reference, ReceivedOn: on, RecordedBy: by.ID, CreatedAt: s.store.Now()}
	if err := tx.Create(&p).Error; err != nil {
		return err
	}
	return settle(tx, inv.AccountID, inv.ID, amount)
}

// lockInvoice reads an invoice and keeps others from settling it until the commit. SQLite
// has one writer anyhow.
func lockInvoice(tx *gorm.DB, accountID, invoiceID id.ID) (Invoice, error) {
	if err := settle(tx, accountID, invoiceID, 0); err != nil {
		return Invoice{}, store.ErrNotFound
	}
	var r invoiceRow
	err := tx.Where("account_id = ? AND invoice_id = ?", accountID, invoiceID).Take(&r).Error
	return r.invoice(), err
}

// Credit takes back a net amount of a bill: the whole of what was not taken back yet when
// the amount is 0. The credit note is taxed as the bill was.
func (s *Service) Credit(ctx context.Context, by Staff, accountID, invoiceID id.ID, net Money, reason string) error {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len(reason) > maxText {
		return fault.Field("reason", "Say in a few words why; it stands on the credit note.")
	}
	err := s.store.SystemWrite(ctx, "take back a bill", func(ctx context.Context, tx *gorm.DB) error {
		inv, err := lockInvoice(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		var back struct{ Net, Gross Money }
		if err := tx.Raw("SELECT COALESCE(SUM(net), 0) AS net, COALESCE(SUM(gross), 0) AS gross FROM invoices WHERE account_id = ? AND refers_to = ?", accountID, invoiceID).Scan(&back).Error; err != nil {
			return err
		}
		left := inv.Net + back.Net
		net := cmp.Or(net, left)
		if inv.Kind != Bill || net <= 0 || net > left {
			return fault.Field("net", fmt.Sprintf("At most %s net can be taken back.", left.Format(inv.Currency)))
		}
		to, err := customerOf(tx, accountID)
		if err != nil {
			return err
		}
		to.Party = inv.Paper.Buyer // who was billed
		note := draft(CreditNote, accountID, inv.Currency, s.today(), inv.Period, Contents{
			Seller: inv.Paper.Seller, Buyer: to.Party, Lines: []Line{line("Taken back of "+inv.Label, 1, -net)}, Treatment: inv.Paper.Treatment, Reason: reason, About: inv.Label,
		})
		note.RefersTo = inv.ID
		if net == left { // whole: not a cent of rounding stays
			note.Gross = -(inv.Gross + back.Gross)
			note.Tax = note.Gross - note.Net
		}
		if err := s.issue(ctx, tx, note, to); err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "invoice.credited", Account: accountID, Object: audit.Object{ID: invoiceID, Name: inv.Label}, Reason: reason,
			After: audit.Values{"amount": (-note.Gross).Format(inv.Currency)}})
	})
	return translate("credit", noInvoice, err)
}
