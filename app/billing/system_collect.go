package billing

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

const (
	collectBatch = 200
	askAfter     = time.Minute          // an answer that is not there by then is looked for
	lookAfter    = time.Hour            // pages and banks that think are looked at, should an event be lost
	keysLast     = 24 * time.Hour       // a provider remembers a key at least so long
	lostAfter    = keysLast + time.Hour // what it does not know by then did not happen
	eventsLast   = 90 * 24 * time.Hour
)

// Collect has kept cards pay what is open, and finds out what became of charges and
// refunds whose answer was lost. It is the recovery from every lost call and event, so it
// runs all the time; running it twice at once charges nothing twice.
func (s *Service) Collect(ctx context.Context) error {
	if s.provider == nil {
		return s.forgetErased(ctx)
	}
	var failed []error
	for _, step := range []func(context.Context) error{s.settleCharges, s.settleRefunds, s.startCharges, s.forgetErased, s.purgeEvents} {
		failed = append(failed, step(ctx))
	}
	return errors.Join(failed...)
}

// settleCharges finds out what became of charges that are under way.
func (s *Service) settleCharges(ctx context.Context) error {
	now := s.store.Now()
	var rows []chargeRow
	err := s.store.SystemRead(ctx, "find charges whose end is not known", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("(state = ? AND tried_at <= ?) OR (state = ? AND tried_at <= ?)", ChargeAsked, now.Add(-askAfter), ChargeWaiting, now.Add(-lookAfter)).
			Order("tried_at").Limit(collectBatch).Find(&rows).Error
	})
	failed := []error{translate("find charges", noInvoice, err)}
	for _, row := range rows {
		failed = append(failed, s.settleCharge(ctx, row))
	}
	return errors.Join(failed...)
}

func (s *Service) settleCharge(ctx context.Context, row chargeRow) error {
	t, err := s.followCharge(ctx, row, Event{})
	if err != nil {
		return errors.Join(err, s.tried(ctx, row))
	}
	if t.Charge != "" {
		return nil
	}
	// The provider knows nothing of it. The call may still be on its way there, so it is
	// given up only when its key is forgotten too; until then the same call is safe.
	switch age := s.store.Now().Sub(row.CreatedAt); {
	case age >= lostAfter && row.Way == ByPage:
		return s.giveUp(ctx, row, ChargeGone, "")
	case age >= lostAfter:
		return s.giveUp(ctx, row, ChargeFailed, "lost")
	case age >= keysLast, row.Way == ByPage: // nobody was led to the page
		return s.tried(ctx, row)
	}
	if err := s.tried(ctx, row); err != nil {
		return err
	}
	row.Revision++
	inv, err := s.Statement(ctx, row.InvoiceID)
	if err != nil {
		return err
	}
	return s.askCard(ctx, row, inv.Label)
}

// tried notes that a charge was looked at just now, so that the others get their turn.
func (s *Service) tried(ctx context.Context, row chargeRow) error {
	err := s.store.SystemWrite(ctx, "note that a charge was looked at", func(_ context.Context, tx *gorm.DB) error {
		after := row
		after.TriedAt = s.store.Now()
		return moveCharge(tx, row, after)
	})
	if errors.Is(err, errStale) {
		return nil
	}
	return translate("look at a charge", noInvoice, err)
}

// startCharges has the kept card pay each bill whose turn it is.
func (s *Service) startCharges(ctx context.Context) error {
	var due []struct{ AccountID, InvoiceID id.ID }
	err := s.store.SystemRead(ctx, "find bills that a kept card can pay", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(payable, Bill, true, []Progress{ChargeAsked, ChargeWaiting}).Scan(&due).Error
	})
	failed := []error{translate("find bills to charge", noInvoice, err)}
	for _, d := range due {
		failed = append(failed, s.startCharge(ctx, d.AccountID, d.InvoiceID))
	}
	return errors.Join(failed...)
}

// A bill whose payment was disputed is nobody's to charge again but a person's.
const payable = `SELECT i.account_id, i.invoice_id FROM invoices i JOIN payment_methods m ON m.account_id = i.account_id
	WHERE i.gross <> i.settled AND i.kind = ? AND i.settled < i.gross AND m.automatic = ? AND m.method <> ''
	AND NOT EXISTS (SELECT 1 FROM charges c WHERE c.account_id = i.account_id AND c.invoice_id = i.invoice_id AND c.state IN ?)
	AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = i.account_id)
	AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.account_id = i.account_id AND d.invoice_id = i.invoice_id)
	AND NOT EXISTS (SELECT 1 FROM refunds r WHERE r.account_id = i.account_id AND r.invoice_id = i.invoice_id)
	ORDER BY i.due_on, i.number`

func (s *Service) startCharge(ctx context.Context, accountID, invoiceID id.ID) error {
	var (
		card  methodRow
		asked []chargeRow
	)
	err := s.store.SystemRead(ctx, "see whether a card is to be asked", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("account_id = ?", accountID).Take(&card).Error; err != nil {
			return err
		}
		return tx.Where("account_id = ? AND invoice_id = ?", accountID, invoiceID).Order("charge_id").Find(&asked).Error
	})
	if err != nil {
		return translate("start a charge", noInvoice, err)
	}
	at, ask := askAgain(asked, card)
	if !ask || at.After(s.store.Now()) {
		return nil
	}
	row, label, fresh, err := s.beginCharge(ctx, accountID, invoiceID, ByCard, card)
	if fault.Is(err, fault.Conflict) || err == nil && !fresh {
		return nil // somebody paid or charges it
	}
	if err != nil {
		return err
	}
	return s.askCard(ctx, row, label)
}

// forgetErased has the provider forget the cards of accounts that are erased, and then
// forgets them here.
func (s *Service) forgetErased(ctx context.Context) error {
	var gone []methodRow
	err := s.store.SystemRead(ctx, "find customers that the provider is to forget", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id IN (SELECT account_id FROM erasures)").Limit(collectBatch).Find(&gone).Error
	})
	failed := []error{translate("find customers to forget", noInvoice, err)}
	for _, row := range gone {
		if row.Customer != "" && s.provider != nil {
			if err := s.provider.Forget(ctx, row.Customer); err != nil && !errors.Is(err, ErrRefused) {
				failed = append(failed, fmt.Errorf("billing: have a customer forgotten: %w", err))
				continue
			}
		}
		err := s.store.SystemWrite(ctx, "forget an erased account's card", func(_ context.Context, tx *gorm.DB) error {
			if err := tx.Exec("UPDATE charges SET customer = '', method = '' WHERE account_id = ?", row.AccountID).Error; err != nil {
				return err
			}
			return tx.Exec("DELETE FROM payment_methods WHERE account_id = ?", row.AccountID).Error
		})
		failed = append(failed, translate("forget a card", noInvoice, err))
	}
	return errors.Join(failed...)
}

// purgeEvents lets go of reports that no provider repeats any more.
func (s *Service) purgeEvents(ctx context.Context) error {
	err := s.store.SystemWrite(ctx, "remove old reports of the provider", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM payment_events WHERE received_at < ?", s.store.Now().Add(-eventsLast)).Error
	})
	return translate("purge events", noInvoice, err)
}
