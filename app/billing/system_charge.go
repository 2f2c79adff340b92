package billing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// PayPage returns the provider's page on which a bill is paid by who is present: they
// confirm what a bank asks for, or take another card. While a page is open it is the same
// one.
func (s *Service) PayPage(ctx context.Context, scope account.Scope, invoiceID id.ID, back string) (string, error) {
	accountID, err := scope.Account()
	if err != nil {
		return "", fmt.Errorf("billing: pay: %w", err)
	}
	if _, _, err := s.Paper(ctx, scope, invoiceID); err != nil {
		return "", err // not theirs
	}
	who, err := s.customer(ctx, accountID)
	if err != nil {
		return "", err
	}
	for range 2 { // a page that is over makes room for the next one
		row, label, fresh, err := s.beginCharge(ctx, accountID, invoiceID, ByPage, who)
		if err != nil {
			return "", err
		}
		if fresh {
			url, err := s.openPage(ctx, row, label, back)
			return url, unreached(err)
		}
		open, err := s.followCharge(ctx, row, Event{})
		if err != nil {
			return "", unreached(err)
		}
		switch {
		case open.Page != "":
			return open.Page, nil
		case open.State == ChargePaid:
			return "", fault.New(fault.Conflict, "This invoice is paid already.")
		case open.State == ChargeWaiting, open.State == ChargeAsked, open.State == "":
			return "", fault.New(fault.Conflict, "A payment for this invoice is under way. Please look again in a few minutes.")
		}
	}
	return "", fault.New(fault.Unavailable, notNow)
}

func (s *Service) openPage(ctx context.Context, row chargeRow, label, back string) (string, error) {
	session, url, err := s.provider.PayPage(ctx, row.order(label), back)
	if errors.Is(err, ErrRefused) {
		return "", errors.Join(err, s.giveUp(ctx, row, ChargeFailed, "refused"))
	}
	if err != nil {
		return "", err // the sweep finds out whether there is a page; nobody has its address
	}
	return url, s.note(ctx, row, "", session)
}

func (r chargeRow) order(label string) Order {
	return Order{Account: r.AccountID, Charge: r.ChargeID, Label: label, Amount: r.Amount, Currency: r.Currency, Customer: r.Customer, Method: r.Method, Since: r.CreatedAt}
}

// beginCharge writes down that a bill is to be paid, before anybody is asked. Of one bill one
// charge is under way: that one is returned when it is not fresh.
func (s *Service) beginCharge(ctx context.Context, accountID, invoiceID id.ID, way Way, who methodRow) (row chargeRow, label string, fresh bool, err error) {
	err = s.store.SystemWrite(ctx, "begin a charge", func(_ context.Context, tx *gorm.DB) error {
		inv, err := lockInvoice(tx, accountID, invoiceID)
		if err != nil {
			return err
		}
		label = inv.Label
		var under []chargeRow
		if err := tx.Where("account_id = ? AND invoice_id = ? AND state IN ?", accountID, invoiceID, []Progress{ChargeAsked, ChargeWaiting}).Limit(1).Find(&under).Error; err != nil {
			return err
		}
		if len(under) > 0 {
			row = under[0]
			return nil
		}
		if inv.Kind != Bill || inv.Open() <= 0 {
			return fault.New(fault.Conflict, "Nothing is open of this invoice.")
		}
		now := s.store.Now()
		row = chargeRow{
			AccountID: accountID, ChargeID: id.New(), InvoiceID: invoiceID, Way: way, Amount: inv.Open(), Currency: inv.Currency,
			Customer: who.Customer, State: ChargeAsked, CreatedAt: now, TriedAt: now,
		}
		if way == ByCard {
			row.Method = who.Method
		}
		fresh = true
		return tx.Create(&row).Error
	})
	return row, label, fresh, translate("begin a charge", noInvoice, err)
}

// askCard has the kept card pay. What is unclear stays asked, and is asked again with the
// same key.
func (s *Service) askCard(ctx context.Context, row chargeRow, label string) error {
	reference, err := s.provider.Charge(ctx, row.order(label))
	switch {
	case errors.Is(err, ErrRefused):
		return s.giveUp(ctx, row, ChargeFailed, "refused")
	case err != nil:
		return fmt.Errorf("billing: charge %s: %w", row.ChargeID, err)
	}
	row.Reference = reference
	_, err = s.followCharge(ctx, row, Event{})
	return err
}

// note keeps the provider's names of a charge, unless an event was quicker.
func (s *Service) note(ctx context.Context, row chargeRow, reference, session string) error {
	err := s.store.SystemWrite(ctx, "note a charge's names at the provider", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&chargeRow{}).Where("account_id = ? AND charge_id = ? AND state = ?", row.AccountID, row.ChargeID, ChargeAsked).
			Updates(map[string]any{"state": ChargeWaiting, "reference": reference, "session": session, "tried_at": s.store.Now(), "revision": gorm.Expr("revision + 1")}).Error
	})
	return translate("note a charge", noInvoice, err)
}

// giveUp ends a charge of which the provider said that it did not and will not happen.
func (s *Service) giveUp(ctx context.Context, row chargeRow, to Progress, code string) error {
	err := s.store.SystemWrite(ctx, "end a charge that did not happen", func(ctx context.Context, tx *gorm.DB) error {
		after := row
		after.State, after.Code, after.TriedAt = to, code, s.store.Now()
		if err := moveCharge(tx, row, after); err != nil {
			return err
		}
		return s.tellRefusal(ctx, tx, after)
	})
	if errors.Is(err, errStale) {
		return nil // an event told more
	}
	return translate("end a charge", noInvoice, err)
}

// moveCharge changes a charge, if nobody else did since it was read.
func moveCharge(tx *gorm.DB, before, after chargeRow) error {
	after.Revision = before.Revision + 1
	done := tx.Model(&chargeRow{}).Where("account_id = ? AND charge_id = ? AND revision = ?", before.AccountID, before.ChargeID, before.Revision).
		Select("state", "reference", "session", "code", "tried_at", "revision").Updates(&after)
	if done.Error == nil && done.RowsAffected == 0 {
		return errStale
	}
	return done.Error
}

// followCharge brings the ledger to what the provider knows of a charge. The row is read
// first, then the provider is asked, then both are held together: what was written in
// between has us ask again. So nothing older overwrites what is newer, whatever the order
// of events.
func (s *Service) followCharge(ctx context.Context, row chargeRow, e Event) (Settlement, error) {
	known := row // with names that are not in its row yet
	for range turns {
		before, err := s.chargeBy(ctx, row.AccountID, row.ChargeID)
		if err != nil {
			return Settlement{}, err
		}
		ask := before.lookup()
		ask.Reference, ask.Session = orElse(ask.Reference, known.Reference), orElse(ask.Session, known.Session)
		t, found, err := s.provider.Settlement(ctx, ask)
		if err != nil {
			return t, fmt.Errorf("billing: look charge %s up: %w", row.ChargeID, err)
		}
		if !found {
			return t, nil
		}
		if t.Charge != row.ChargeID || t.State == ChargePaid && t.Currency != row.Currency {
			return t, fmt.Errorf("billing: %s is not the payment of charge %s", t.Reference, row.ChargeID)
		}
		err = s.store.SystemWrite(ctx, "bring a charge up to date", func(ctx context.Context, tx *gorm.DB) error {
			if e.ID != "" {
				if err := tx.Create(&eventRow{e.ID, e.Kind, s.store.Now()}).Error; err != nil {
					return err
				}
			}
			return s.apply(ctx, tx, before, t)
		})
		if !errors.Is(err, errStale) {
			return t, done(err)
		}
	}
	return Settlement{}, fmt.Errorf("billing: charge %s changes too often: %w", row.ChargeID, errStale)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *Service) chargeBy(ctx context.Context, accountID, chargeID id.ID) (row chargeRow, err error) {
	err = s.store.SystemRead(ctx, "read a charge", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ? AND charge_id = ?", accountID, chargeID).Take(&row).Error
	})
	return row, translate("read a charge", "There is no such charge.", err)
}

// apply writes what a settlement asks for and is not there yet.
func (s *Service) apply(ctx context.Context, tx *gorm.DB, before chargeRow, t Settlement) error {
	after := before
	after.State, after.Code, after.TriedAt = t.State, t.Code, s.store.Now()
	after.Reference, after.Session = orElse(t.Reference, before.Reference), orElse(t.Session, before.Session)
	over := before.State != ChargeAsked && before.State != ChargeWaiting
	if over && (t.State == ChargeWaiting || t.State == ChargeAsked) {
		after.State = before.State // another charge may be under way by now
	}
	if err := moveCharge(tx, before, after); err != nil {
		return err
	}
	if err := s.bookAll(tx, before, t); err != nil {
		return err
	}
	if err := s.noteRefunds(tx, before, t.Refunds); err != nil {
		return err
	}
	if err := noteDisputes(tx, before, t.Disputes); err != nil {
		return err
	}
	if after.State == ChargeFailed && before.State != ChargeFailed {
		return s.tellRefusal(ctx, tx, after)
	}
	return nil
}

// bookAll adds the lines that the ledger lacks.
func (s *Service) bookAll(tx *gorm.DB, c chargeRow, t Settlement) error {
	if _, err := lockInvoice(tx, c.AccountID, c.InvoiceID); err != nil {
		return err
	}
	var there []Payment
	if err := tx.Where("account_id = ? AND charge_id = ?", c.AccountID, c.ChargeID).Find(&there).Error; err != nil {
		return err
	}
	for _, e := range t.entries() {
		if slices.ContainsFunc(there, func(p Payment) bool { return p.Reference == e.reference }) {
			continue
		}
		on := e.on
		if today := s.today(); on == "" || on > today {
			on = today
		}
		p := Payment{
			AccountID: c.AccountID, ID: id.New(), InvoiceID: c.InvoiceID, Amount: e.amount, Method: s.provider.Name(), Reference: e.reference,
			ReceivedOn: on, CreatedAt: s.store.Now(), ChargeID: c.ChargeID,
		}
		if err := tx.Create(&p).Error; err != nil {
			return fmt.Errorf("book %s: %w", e.reference, err)
		}
		if err := settle(tx, c.AccountID, c.InvoiceID, e.amount); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) noteRefunds(tx *gorm.DB, c chargeRow, refunds []Refunded) error {
	for _, r := range refunds {
		state := "done"
		if r.Failed {
			state = "failed"
		}
		done := tx.Model(&refundRow{}).Where("account_id = ? AND charge_id = ? AND (refund_id = ? OR reference = ?)", c.AccountID, c.ChargeID, r.Refund, r.Reference).
			Updates(map[string]any{"state": state, "reference": r.Reference})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected > 0 {
			continue
		}
		row := refundRow{
			AccountID: c.AccountID, RefundID: id.New(), ChargeID: c.ChargeID, InvoiceID: c.InvoiceID, Amount: r.Amount, State: state, Reference: r.Reference,
			Reason: "Paid back at the provider", CreatedAt: s.store.Now(), TriedAt: s.store.Now(),
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

func noteDisputes(tx *gorm.DB, c chargeRow, disputes []Dispute) error {
	for _, d := range disputes {
		row := disputeRow{
			AccountID: c.AccountID, Dispute: d.Reference, ChargeID: c.ChargeID, InvoiceID: c.InvoiceID, Amount: d.Amount, State: d.State, Reason: d.Reason, AnswerBy: d.AnswerBy, OpenedOn: d.On,
		}
		done := tx.Model(&disputeRow{}).Where("account_id = ? AND dispute = ?", c.AccountID, d.Reference).Select("amount", "state", "reason", "answer_by").Updates(&row)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected > 0 {
			continue
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// tellRefusal mails who pays that the card did not, in the transaction that notes it.
func (s *Service) tellRefusal(ctx context.Context, tx *gorm.DB, c chargeRow) error {
	if c.Way != ByCard {
		return nil // who pays on a page sees it there
	}
	card, err := methodOf(tx, c.AccountID, s.store.Now())
	if err != nil {
		return err
	}
	var asked []chargeRow
	if err := tx.Where("account_id = ? AND invoice_id = ?", c.AccountID, c.InvoiceID).Order("charge_id").Find(&asked).Error; err != nil {
		return err
	}
	r := Refusal{Code: c.Code}
	if at, again := askAgain(asked, card); again {
		r.Again = DateOf(at)
	}
	inv, err := lockInvoice(tx, c.AccountID, c.InvoiceID)
	if err != nil {
		return err
	}
	to, err := customerOf(tx, c.AccountID)
	if err != nil || to.Mail == "" {
		return err
	}
	return s.mail.Refused(ctx, to.Payer, inv, r)
}
