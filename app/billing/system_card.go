package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

const (
	noProvider = "Payment by card is not offered here: invoices are paid by bank transfer."
	notNow     = "The payment provider does not answer. Nothing was charged; please try again in a minute."
)

// KeepCard returns the provider's page on which the account's card is entered. No number
// comes by us.
func (s *Service) KeepCard(ctx context.Context, scope account.Scope, back string) (string, error) {
	return s.toProvider(ctx, scope, func(row methodRow, currency string) (string, error) {
		return s.provider.KeepPage(ctx, string(id.New()), row.Customer, currency, back)
	})
}

// ManageCards returns the provider's page on which the account's cards are replaced and
// removed.
func (s *Service) ManageCards(ctx context.Context, scope account.Scope, back string) (string, error) {
	return s.toProvider(ctx, scope, func(row methodRow, _ string) (string, error) {
		return s.provider.ManagePage(ctx, row.Customer, back)
	})
}

func (s *Service) toProvider(ctx context.Context, scope account.Scope, page func(methodRow, string) (string, error)) (string, error) {
	accountID, err := scope.Account()
	if err != nil {
		return "", fmt.Errorf("billing: lead to the provider: %w", err)
	}
	row, err := s.customer(ctx, accountID)
	if err != nil {
		return "", err
	}
	url, err := page(row, s.currencyOf(ctx, scope))
	return url, unreached(err)
}

func (s *Service) currencyOf(ctx context.Context, scope account.Scope) string {
	if sub, found, err := s.Subscription(ctx, scope); err == nil && found {
		return sub.Currency
	}
	return "EUR" // only a hint at which ways to pay are offered
}

// unreached says to who waits that the provider cannot be asked.
func unreached(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrRefused):
		return fault.Wrap(fault.Unavailable, "The payment provider refused this. Nothing was charged; please write to us.", err)
	}
	return fault.Wrap(fault.Unavailable, notNow, err)
}

// customer returns the account as the provider knows it, and makes it known if it is not.
func (s *Service) customer(ctx context.Context, accountID id.ID) (row methodRow, err error) {
	if s.provider == nil {
		return row, fault.New(fault.Conflict, noProvider)
	}
	var who customer
	err = s.store.SystemWrite(ctx, "prepare to know an account at the provider", func(_ context.Context, tx *gorm.DB) (err error) {
		if who, err = customerOf(tx, accountID); err != nil {
			return err
		}
		row, err = methodOf(tx, accountID, s.store.Now())
		return err
	})
	if err != nil {
		return row, translate("customer", noInvoice, err)
	}
	before := row
	if row.Customer == "" {
		// The revision makes it another customer once this one was forgotten there.
		if row.Customer, err = s.provider.Customer(ctx, fmt.Sprintf("%s-%d", accountID, row.Revision), accountID); err != nil {
			return row, unreached(err)
		}
	}
	told, err := json.Marshal(who.Party)
	if err != nil {
		return row, fmt.Errorf("billing: describe a customer: %w", err)
	}
	sum := sha256.Sum256(told)
	if row.Details = hex.EncodeToString(sum[:]); row.Details != before.Details {
		if err := s.provider.Describe(ctx, row.Customer, Details{Party: who.Party, Account: accountID}); err != nil {
			return row, unreached(err)
		}
	}
	if row == before {
		return row, nil
	}
	err = s.saveMethod(ctx, before, row, "")
	if errors.Is(err, errStale) { // another process made the same customer known
		return s.customer(ctx, accountID)
	}
	row.Revision++
	return row, translate("customer", noInvoice, err)
}

// methodOf reads an account's row, and makes an empty one when there is none.
func methodOf(tx *gorm.DB, accountID id.ID, now time.Time) (methodRow, error) {
	var rows []methodRow
	if err := tx.Where("account_id = ?", accountID).Limit(1).Find(&rows).Error; err != nil {
		return methodRow{}, err
	}
	if len(rows) > 0 {
		return rows[0], nil
	}
	row := methodRow{AccountID: accountID, Automatic: true, MethodAt: now, CreatedAt: now}
	return row, tx.Create(&row).Error
}

// errStale is a row that somebody changed since it was read.
var errStale = errors.New("billing: changed meanwhile")

// saveMethod keeps what we know of a card, if nobody knew more meanwhile. seen are events
// whose effect it is.
func (s *Service) saveMethod(ctx context.Context, before, after methodRow, kind string, seen ...string) error {
	return s.store.SystemWrite(ctx, "keep what is known of a card", func(_ context.Context, tx *gorm.DB) error {
		for _, event := range seen {
			if err := tx.Create(&eventRow{event, kind, s.store.Now()}).Error; err != nil {
				return err
			}
		}
		if after == before {
			return nil
		}
		after.Revision = before.Revision + 1
		done := tx.Model(&methodRow{}).Where("account_id = ? AND revision = ?", before.AccountID, before.Revision).
			Select("*").Omit("account_id", "created_at").Updates(&after)
		if done.Error == nil && done.RowsAffected == 0 {
			return errStale
		}
		return done.Error
	})
}

// Automatic turns on or off that the kept card pays each new invoice.
func (s *Service) Automatic(ctx context.Context, scope account.Scope, on bool) error {
	return s.step(ctx, scope, "set automatic payment", func(_ context.Context, tx *gorm.DB, accountID id.ID) (e audit.Entry, err error) {
		row, err := methodOf(tx, accountID, s.store.Now())
		if err != nil {
			return e, err
		}
		if row.Method == "" {
			return e, fault.New(fault.Conflict, "No card is kept yet. Add one first.")
		}
		err = tx.Model(&methodRow{}).Where("account_id = ?", accountID).Updates(map[string]any{"automatic": on, "revision": gorm.Expr("revision + 1")}).Error
		action := audit.Action("payment.automatic")
		if !on {
			action = "payment.by_hand"
		}
		return audit.Entry{Action: action, Object: audit.Object{ID: accountID, Name: row.Brand + " " + row.Last4}}, err
	})
}

// turns are how often we look again when somebody else was quicker.
const turns = 20

// followCard brings what we know of a customer's card up to date. The row is read before
// the provider is asked, and written only if nobody wrote it meanwhile: so what is kept is
// never older than what was.
func (s *Service) followCard(ctx context.Context, name string, e Event) error {
	for range turns {
		before, found, err := s.methodBy(ctx, name)
		if err != nil || !found {
			return err
		}
		after := before
		card, err := s.provider.Card(ctx, name)
		switch {
		case errors.Is(err, ErrRefused): // it is gone there
			after.Customer, after.Details, after.Method, after.Brand, after.Last4, after.Expires = "", "", "", "", "", ""
		case err != nil:
			return fmt.Errorf("billing: look a card up: %w", err)
		default:
			s.take(&after, card)
		}
		err = s.saveMethod(ctx, before, after, e.Kind, seen(e)...)
		if !errors.Is(err, errStale) {
			return done(err)
		}
	}
	return fmt.Errorf("billing: a card changes too often: %w", errStale)
}

func seen(e Event) []string {
	if e.ID == "" {
		return nil
	}
	return []string{e.ID}
}

// done is nil when an event's effect is there, whoever brought it.
func done(err error) error {
	if errors.Is(err, store.ErrDuplicate) {
		return nil
	}
	return translate("follow the provider", noInvoice, err)
}

func (s *Service) take(row *methodRow, card Card) {
	if row.Method != card.Method {
		row.MethodAt = s.store.Now()
	}
	row.Method, row.Brand, row.Last4, row.Expires = card.Method, card.Brand, card.Last4, card.Expires
}

func (s *Service) methodBy(ctx context.Context, customer string) (row methodRow, found bool, err error) {
	err = s.store.SystemRead(ctx, "find the account of a provider's customer", func(_ context.Context, tx *gorm.DB) error {
		var rows []methodRow
		err := tx.Where("customer = ?", customer).Limit(1).Find(&rows).Error
		if found = len(rows) > 0; found {
			row = rows[0]
		}
		return err
	})
	return row, found && customer != "", translate("find a customer", noInvoice, err)
}

// followKept makes the card that was entered on a page the one that pays. Of two pages the
// one that was made later wins, in whichever order we hear of them.
func (s *Service) followKept(ctx context.Context, session string, e Event) error {
	asserted := false
	for range turns {
		kept, err := s.provider.Kept(ctx, session)
		if errors.Is(err, ErrRefused) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("billing: look up what a page kept: %w", err)
		}
		before, found, err := s.methodBy(ctx, kept.Customer)
		if err != nil || !found || kept.Method == "" {
			return err
		}
		after, prefer := before, ""
		switch {
		case kept.At.After(before.KeptAt):
			prefer, after.KeptAt = kept.Method, kept.At
			after.Automatic = before.Automatic || before.Method == ""
		case asserted: // a later page won while we preferred ours
			prefer = before.Method
		}
		if prefer != "" {
			asserted = true
			if err := s.provider.Prefer(ctx, kept.Customer, prefer); err != nil && !errors.Is(err, ErrRefused) {
				return fmt.Errorf("billing: prefer a card: %w", err)
			}
		}
		card, err := s.provider.Card(ctx, kept.Customer)
		if err != nil {
			return fmt.Errorf("billing: look a card up: %w", err)
		}
		s.take(&after, card)
		err = s.saveMethod(ctx, before, after, e.Kind, seen(e)...)
		if !errors.Is(err, errStale) {
			return done(err)
		}
	}
	return fmt.Errorf("billing: a card changes too often: %w", errStale)
}
