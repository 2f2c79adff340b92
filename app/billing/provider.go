package billing

import (
	"errors"
	"time"

	"smtpserver/app/id"
)

// ErrRefused is a provider's final no to a request: nothing was done, and the same
// request would be refused again. Any other error leaves open what happened.
var ErrRefused = errors.New("billing: the payment provider refuses")

// ErrForged is a report that the provider did not sign, or not for us.
var ErrForged = errors.New("billing: not a report of the payment provider")

// Way is how money is asked for.
type Way string

// The ways.
const (
	ByCard Way = "card" // by the kept card, nobody present
	ByPage Way = "page" // on the provider's page, by who pays
)

// Progress is how far a charge is.
type Progress string

// How far a charge is.
const (
	ChargeAsked   Progress = "asked"   // the provider is asked; its answer is not known yet
	ChargeWaiting Progress = "waiting" // its page is open, or the bank thinks
	ChargeFailed  Progress = "failed"
	ChargePaid    Progress = "paid"
	ChargeGone    Progress = "gone" // given up before it was paid
)

// Order is money to be asked for. The same order twice is the same payment: its Charge is
// the key.
type Order struct {
	Account, Charge  id.ID
	Label            string // of the invoice
	Amount           Money
	Currency         string
	Customer, Method string // at the provider
	Since            time.Time
}

// Lookup says which payment is meant: by its names at the provider as far as they are
// known, else by the charge, among those of the customer.
type Lookup struct {
	Charge             id.ID
	Way                Way
	Reference, Session string
	Customer           string
	Since              time.Time
}

// Settlement is what became of a charge: all of it, as the provider knows it now.
type Settlement struct {
	Account, Charge    id.ID
	Reference, Session string
	State              Progress
	Code               string // why it failed
	Page               string // where who pays goes on, while the page is open
	Received           Money
	Currency           string
	On                 Date
	Refunds            []Refunded
	Disputes           []Dispute
}

// Refunded is money that went back to the card.
type Refunded struct {
	Reference string
	Refund    id.ID // ours; "" when somebody did it at the provider
	Amount    Money
	Failed    bool // it came back
	On        Date
}

// Quarrel is how far a dispute is.
type Quarrel string

// How far a dispute is.
const (
	DisputeAsked Quarrel = "asked" // the bank asks; no money has moved
	DisputeOpen  Quarrel = "open"  // the money is taken back until it is decided
	DisputeWon   Quarrel = "won"   // and came back
	DisputeLost  Quarrel = "lost"
	// DisputeClosed is a question of the bank that ended without moving money.
	DisputeClosed Quarrel = "closed"
)

// Dispute is a payment that the card's owner contests.
type Dispute struct {
	Reference string
	Amount    Money
	State     Quarrel
	Reason    string
	AnswerBy  Date
	On        Date
}

// Card is what we know of the card that a provider keeps. It holds no number.
type Card struct {
	Customer, Method string
	Brand, Last4     string
	Expires          string // 2030-04
}

// Kept is what came of a page on which a card was entered.
type Kept struct {
	Customer, Method string // Method is "" while nothing is kept
	At               time.Time
}

// Event is a hint of the provider that something happened.
type Event struct {
	ID, Kind           string
	Reference, Session string // of a payment
	Customer           string // whose card changed
	Keeps              bool   // the session keeps a card
}

// Details are who pays, as the provider is told.
type Details struct {
	Party
	Account id.ID
}
