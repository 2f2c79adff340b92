package billing

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Refund pays money of a bill back to the card that it came from: amount, or all that the
// bill has too much when it is 0. Together with a credit note it takes back what was
// billed; alone it leaves the bill open again.
func (s *Service) Refund(ctx context.Context, by Staff, accountID, invoiceID id.ID, amount Money, reason string) error {
	reason = strings.Join(strings.Fields(reason), " ")
	if reason == "" || len(reason) > maxText {
		return fault.Field("reason", "Say in a few words why.")
	}
	if s.provider == nil {
		return fault.New(fault.Conflict, noProvider)
	}
	var rows []refundRow
	err := s.store.SystemWrite(ctx, "pay a bill back", func(ctx context.Context, tx *gorm.DB) (err error) {
		inv, err := lockInvoice(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		if amount == 0 {
			amount = -inv.Open()
		}
		if amount <= 0 {
			return fault.Field("amount", "Nothing is paid too much. Name an amount, or issue a credit note first.")
		}
		rows, err = s.writeRefunds(tx, by, inv, amount, reason, "")
		if err != nil {
			return err
		}
		return s.audit.Staff(ctx, audit.StaffEntry{StaffID: by.ID, Action: "payment.refunded", Account: accountID, Object: audit.Object{ID: invoiceID, Name: inv.Label}, Reason: reason,
			After: audit.Values{"amount": amount.Format(inv.Currency)}})
	})
	if err != nil {
		return translate("refund", noInvoice, err)
	}
	return s.askRefunds(ctx, rows)
}

// CreditBack issues a credit note, as Credit does, and pays it back to the card.
func (s *Service) CreditBack(ctx context.Context, by Staff, accountID, invoiceID id.ID, net Money, reason string) error {
	if s.provider == nil {
		return fault.New(fault.Conflict, noProvider)
	}
	var rows []refundRow
	err := s.store.SystemWrite(ctx, "take back a bill and pay it back", func(ctx context.Context, tx *gorm.DB) error {
		if err := s.Credit(ctx, by, accountID, invoiceID, net, reason); err != nil {
			return err
		}
		var note invoiceRow
		if err := tx.Where("account_id = ? AND refers_to = ?", accountID, invoiceID).Order("number DESC").Limit(1).Take(&note).Error; err != nil {
			return err
		}
		inv, err := lockInvoice(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		amount := min(-note.Gross, -inv.Open()) // what was not paid is not paid back
		if amount <= 0 {
			return fault.Field("net", "Nothing of it was paid by card, so nothing can go back there. Issue the credit note alone.")
		}
		rows, err = s.writeRefunds(tx, by, inv, amount, reason, note.InvoiceID)
		return err
	})
	if err != nil {
		return translate("credit and refund", noInvoice, err)
	}
	return s.askRefunds(ctx, rows)
}

// writeRefunds writes down what is to go back, of as many payments as it takes, before the
// provider is asked. The invoice is locked: two of them together pay back no more than came.
func (s *Service) writeRefunds(tx *gorm.DB, by Staff, inv Invoice, amount Money, reason string, note id.ID) (list []refundRow, err error) {
	var paid []chargeRow
	if err := tx.Where("account_id = ? AND invoice_id = ? AND state = ?", inv.AccountID, inv.ID, ChargePaid).Order("charge_id").Find(&paid).Error; err != nil {
		return nil, err
	}
	left := amount
	for _, c := range paid {
		var can struct{ Booked, Asked Money }
		if err := tx.Raw(refundable, inv.AccountID, c.ChargeID, inv.AccountID, c.ChargeID).Scan(&can).Error; err != nil {
			return nil, err
		}
		part := min(left, can.Booked-can.Asked)
		if part <= 0 {
			continue
		}
		row := refundRow{AccountID: inv.AccountID, RefundID: id.New(), ChargeID: c.ChargeID, InvoiceID: inv.ID, Amount: part, State: "asked", Reason: reason, AskedBy: by.ID, CreatedAt: s.store.Now(), TriedAt: s.store.Now()}
		if note != "" {
			row.NoteID = &note
		}
		if err := tx.Create(&row).Error; err != nil {
			return nil, err
		}
		list, left = append(list, row), left-part
	}
	if left > 0 {
		return nil, fault.Field("amount", fmt.Sprintf("Only %s came by card and is still here.", (amount-left).Format(inv.Currency)))
	}
	return list, nil
}

const refundable = `SELECT (SELECT COALESCE(SUM(amount), 0) FROM payments WHERE account_id = ? AND charge_id = ?) AS booked,
	(SELECT COALESCE(SUM(amount), 0) FROM refunds WHERE account_id = ? AND charge_id = ? AND state = 'asked') AS asked`

func (s *Service) askRefunds(ctx context.Context, rows []refundRow) error {
	for _, r := range rows {
		if err := s.askRefund(ctx, r); err != nil {
			return unreachedLater(err)
		}
	}
	return nil
}

// unreachedLater says to staff that the money goes back later.
func unreachedLater(err error) error {
	return fault.Wrap(fault.Unavailable, "The payment provider does not answer. The refund is written down and is asked for again by itself.", err)
}

// askRefund has the provider pay back. What is unclear is asked again with the same key.
func (s *Service) askRefund(ctx context.Context, r refundRow) error {
	c, err := s.chargeBy(ctx, r.AccountID, r.ChargeID)
	if err != nil {
		return err
	}
	_, err = s.provider.Refund(ctx, r.RefundID, c.Reference, r.Amount, c.Currency)
	switch {
	case errors.Is(err, ErrRefused):
		return s.endRefund(ctx, r, "failed")
	case err != nil:
		return fmt.Errorf("billing: refund %s: %w", r.RefundID, err)
	}
	_, err = s.followCharge(ctx, c, Event{})
	return err
}

func (s *Service) endRefund(ctx context.Context, r refundRow, state string) error {
	err := s.store.SystemWrite(ctx, "end a refund", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&refundRow{}).Where("account_id = ? AND refund_id = ? AND state = 'asked'", r.AccountID, r.RefundID).
			Updates(map[string]any{"state": state, "tried_at": s.store.Now()}).Error
	})
	return translate("end a refund", noInvoice, err)
}

// settleRefunds asks again for refunds whose answer was lost.
func (s *Service) settleRefunds(ctx context.Context) error {
	var rows []refundRow
	now := s.store.Now()
	err := s.store.SystemRead(ctx, "find refunds whose end is not known", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("state = 'asked' AND tried_at <= ?", now.Add(-askAfter)).Order("tried_at").Limit(collectBatch).Find(&rows).Error
	})
	failed := []error{translate("find refunds", noInvoice, err)}
	for _, r := range rows {
		failed = append(failed, s.settleRefund(ctx, r))
	}
	return errors.Join(failed...)
}

func (s *Service) settleRefund(ctx context.Context, r refundRow) error {
	err := s.store.SystemWrite(ctx, "note that a refund was looked at", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&refundRow{}).Where("account_id = ? AND refund_id = ? AND state = 'asked'", r.AccountID, r.RefundID).Update("tried_at", s.store.Now()).Error
	})
	if err != nil {
		return translate("look at a refund", noInvoice, err)
	}
	c, err := s.chargeBy(ctx, r.AccountID, r.ChargeID)
	if err != nil {
		return err
	}
	t, found, err := s.provider.Settlement(ctx, c.lookup())
	if err != nil || !found {
		return err
	}
	for _, made := range t.Refunds {
		if made.Refund == r.RefundID { // the answer was lost, the refund was not
			_, err := s.followCharge(ctx, c, Event{})
			return err
		}
	}
	switch age := s.store.Now().Sub(r.CreatedAt); {
	case age >= lostAfter:
		return s.endRefund(ctx, r, "failed")
	case age >= keysLast:
		return nil
	}
	return s.askRefund(ctx, r)
}
