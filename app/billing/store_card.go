package billing

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

type methodRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Customer  string
	Details   string
	Method    string
	Brand     string
	Last4     string
	Expires   string
	Automatic bool
	KeptAt    time.Time
	MethodAt  time.Time
	Revision  int
	CreatedAt time.Time
}

// TableName implements gorm's Tabler.
func (methodRow) TableName() string { return "payment_methods" }

type chargeRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ChargeID  id.ID `gorm:"primaryKey"`
	InvoiceID id.ID
	Way       Way
	Amount    Money
	Currency  string
	Customer  string
	Method    string
	State     Progress
	Reference string
	Session   string
	Code      string
	Revision  int
	CreatedAt time.Time
	TriedAt   time.Time
}

// TableName implements gorm's Tabler.
func (chargeRow) TableName() string { return "charges" }

func (r chargeRow) charge() CardCharge {
	return CardCharge{
		AccountID: r.AccountID, ID: r.ChargeID, InvoiceID: r.InvoiceID, Way: r.Way, Amount: r.Amount, Currency: r.Currency, State: r.State,
		Reference: r.Reference, Code: r.Code, CreatedAt: r.CreatedAt, TriedAt: r.TriedAt,
	}
}

func (r chargeRow) lookup() Lookup {
	return Lookup{Charge: r.ChargeID, Way: r.Way, Reference: r.Reference, Session: r.Session, Customer: r.Customer, Since: r.CreatedAt}
}

type refundRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	RefundID  id.ID `gorm:"primaryKey"`
	ChargeID  id.ID
	InvoiceID id.ID
	NoteID    *id.ID
	Amount    Money
	State     string // asked, done, failed
	Reference string
	Reason    string
	AskedBy   id.ID
	CreatedAt time.Time
	TriedAt   time.Time
}

// TableName implements gorm's Tabler.
func (refundRow) TableName() string { return "refunds" }

type disputeRow struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Dispute   string `gorm:"primaryKey"`
	ChargeID  id.ID
	InvoiceID id.ID
	Amount    Money
	State     Quarrel
	Reason    string
	AnswerBy  Date
	OpenedOn  Date
}

// TableName implements gorm's Tabler.
func (disputeRow) TableName() string { return "disputes" }

type eventRow struct {
	EventID    string `gorm:"primaryKey"`
	Kind       string
	ReceivedAt time.Time
}

// TableName implements gorm's Tabler.
func (eventRow) TableName() string { return "payment_events" }

// Wallet is how an account pays by card.
type Wallet struct {
	Card
	Automatic bool
	Due       []Due
}

// Due is a bill that is open, with what became of the last time the card was asked.
type Due struct {
	Invoice Invoice
	Last    *CardCharge // nil: nothing was asked for yet
	Refusal *Refusal    // of Last, when it failed
	Contest bool        // the card's owner disputes what was paid
}

// Wallet returns how the account pays by card, and what is open.
func (s *Service) Wallet(ctx context.Context, scope account.Scope) (w Wallet, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var cards []methodRow
		if err := tx.Limit(1).Find(&cards).Error; err != nil {
			return err
		}
		if len(cards) > 0 {
			w.Card, w.Automatic = cards[0].card(), cards[0].Automatic
		}
		var open []invoiceRow
		if err := tx.Where("kind = ? AND settled < gross", Bill).Order("number").Limit(few).Find(&open).Error; err != nil {
			return err
		}
		for _, r := range open {
			d := Due{Invoice: r.invoice()}
			var asked []chargeRow
			if err := tx.Where("invoice_id = ?", r.InvoiceID).Order("charge_id").Find(&asked).Error; err != nil {
				return err
			}
			d.judge(asked, cards)
			var contests []disputeRow
			if err := tx.Where("invoice_id = ?", r.InvoiceID).Limit(1).Find(&contests).Error; err != nil {
				return err
			}
			d.Contest = len(contests) > 0
			w.Due = append(w.Due, d)
		}
		return nil
	})
	return w, translate("wallet", noInvoice, err)
}

// few bills are shown to be paid; who has more open pays the oldest first.
const few = 12

func (r methodRow) card() Card {
	return Card{Customer: r.Customer, Method: r.Method, Brand: r.Brand, Last4: r.Last4, Expires: r.Expires}
}

// judge says what became of the charges of a bill, oldest first.
func (d *Due) judge(asked []chargeRow, cards []methodRow) {
	if len(asked) == 0 {
		return
	}
	last := asked[len(asked)-1].charge()
	d.Last = &last
	if last.State != ChargeFailed {
		return
	}
	d.Refusal = &Refusal{Code: last.Code}
	if len(cards) > 0 && cards[0].Automatic && cards[0].Method != "" {
		if at, again := askAgain(asked, cards[0]); again {
			d.Refusal.Again = DateOf(at)
		}
	}
}

// askAgain is when the kept card is asked for a bill, whose charges are given oldest first.
func askAgain(asked []chargeRow, card methodRow) (time.Time, bool) {
	refusals, code, last := 0, "", time.Time{}
	for _, c := range asked {
		if c.State == ChargeFailed && c.Way == ByCard && !c.CreatedAt.Before(card.MethodAt) {
			refusals, code, last = refusals+1, c.Code, c.TriedAt
		}
	}
	return nextAsk(refusals, code, last)
}
