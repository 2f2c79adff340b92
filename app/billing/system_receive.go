package billing

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Receive takes a report of the provider: at any time, in any order, as often as it comes.
// A forged one Is ErrForged; one about nothing of ours does nothing.
func (s *Service) Receive(ctx context.Context, body []byte, signature string) error {
	if s.provider == nil {
		return fault.New(fault.NotFound, noProvider)
	}
	e, err := s.provider.Event(body, signature)
	if err != nil {
		return err
	}
	return s.Heed(ctx, e)
}

// Heed does what an event hints at, once.
func (s *Service) Heed(ctx context.Context, e Event) error {
	if known, err := s.known(ctx, e.ID); err != nil || known {
		return err
	}
	switch {
	case e.Keeps:
		return s.followKept(ctx, e.Session, e)
	case e.Reference == "" && e.Session == "" && e.Customer != "":
		return s.followCard(ctx, e.Customer, e)
	}
	if e.Reference == "" && e.Session == "" {
		return nil
	}
	row, found, err := s.chargeOf(ctx, e)
	if err != nil || !found {
		return err
	}
	if _, err := s.followCharge(ctx, row, e); err != nil {
		return err
	}
	if e.Session != "" { // who paid on a page left a card there
		return s.followKept(ctx, e.Session, Event{Kind: e.Kind})
	}
	return nil
}

func (s *Service) known(ctx context.Context, event string) (known bool, err error) {
	err = s.store.SystemRead(ctx, "see whether an event was heard of", func(_ context.Context, tx *gorm.DB) error {
		var n int64
		err := tx.Raw("SELECT COUNT(*) FROM payment_events WHERE event_id = ?", event).Scan(&n).Error
		known = n > 0
		return err
	})
	return known, translate("look for an event", noInvoice, err)
}

// chargeOf finds what an event is about. It may come before the call that made the payment
// has returned: then the payment itself says which charge it is for.
func (s *Service) chargeOf(ctx context.Context, e Event) (row chargeRow, found bool, err error) {
	look := func(query string, args ...any) error {
		return s.store.SystemRead(ctx, "find the charge of an event", func(_ context.Context, tx *gorm.DB) error {
			var rows []chargeRow
			err := tx.Where(query, args...).Limit(1).Find(&rows).Error
			if found = len(rows) > 0; found {
				row = rows[0]
			}
			return err
		})
	}
	if err := look("(reference <> '' AND reference = ?) OR (session <> '' AND session = ?)", e.Reference, e.Session); err != nil || found {
		return row, found, translate("find a charge", noInvoice, err)
	}
	t, there, err := s.provider.Settlement(ctx, Lookup{Reference: e.Reference, Session: e.Session})
	if errors.Is(err, ErrRefused) || err == nil && (!there || t.Charge == "") {
		return row, false, nil // somebody else's, in the same account at the provider
	}
	if err != nil {
		return row, false, fmt.Errorf("billing: look a payment up: %w", err)
	}
	if _, err := id.Parse(string(t.Charge)); err != nil {
		return row, false, nil //nolint:nilerr // not one of ours
	}
	err = look("charge_id = ?", t.Charge)
	row.Reference, row.Session = orElse(row.Reference, t.Reference), orElse(row.Session, t.Session)
	return row, found, translate("find a charge", noInvoice, err)
}

// Returned is somebody who comes back from the provider's page: what came of it is looked
// up at once, whether or not its event was quicker.
func (s *Service) Returned(ctx context.Context, accountID id.ID, session string) error {
	if s.provider == nil {
		return fault.New(fault.NotFound, noProvider)
	}
	kept, err := s.provider.Kept(ctx, session)
	if err != nil {
		return unreached(err)
	}
	row, found, err := s.methodBy(ctx, kept.Customer)
	if err != nil {
		return err
	}
	if !found || row.AccountID != accountID {
		return fault.New(fault.NotFound, "There is no page at this address.")
	}
	charge, found, err := s.chargeOf(ctx, Event{Session: session})
	if err != nil {
		return err
	}
	if found {
		if _, err := s.followCharge(ctx, charge, Event{}); err != nil {
			return unreached(err)
		}
	}
	return s.followKept(ctx, session, Event{})
}
