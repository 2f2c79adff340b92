package billing

import (
	"errors"
	"fmt"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Service sells plans. Safe for concurrent use.
type Service struct {
	store    *store.Store
	mail     Mailer
	audit    Recorder
	provider Provider // nil: invoices are paid by hand
}

// New returns a service whose invoices are paid by hand.
func New(s *store.Store, m Mailer, r Recorder) *Service { return &Service{store: s, mail: m, audit: r} }

// CollectBy has a provider collect. Call it before the service is used.
func (s *Service) CollectBy(p Provider) { s.provider = p }

// Collects reports whether a provider collects.
func (s *Service) Collects() bool { return s.provider != nil }

type planRow struct {
	PlanID    id.ID `gorm:"primaryKey"`
	Public    bool
	Position  int
	Version   int
	CreatedAt time.Time
}

// TableName implements gorm's Tabler.
func (planRow) TableName() string { return "plans" }

type versionRow struct {
	PlanID    id.ID `gorm:"primaryKey"`
	Version   int   `gorm:"primaryKey"`
	Offer     Offer `gorm:"serializer:json"`
	CreatedAt time.Time
}

// TableName implements gorm's Tabler.
func (versionRow) TableName() string { return "plan_versions" }

type sellerRow struct {
	SellerID  int    `gorm:"primaryKey"`
	Details   Seller `gorm:"serializer:json"`
	UpdatedAt time.Time
}

// TableName implements gorm's Tabler.
func (sellerRow) TableName() string { return "seller" }

type subscriptionRow struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	PlanID      id.ID
	Version     int
	Currency    string
	Every       Interval
	Anchor      int
	PeriodStart Date
	PeriodEnd   Date
	Trial       bool
	NextPlanID  *id.ID
	NextVersion int
	NextEvery   Interval
	Ends        bool
	EndedOn     Date
	Revision    int
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (subscriptionRow) TableName() string { return "subscriptions" }

func rowOf(s Subscription) subscriptionRow {
	r := subscriptionRow{
		AccountID: s.AccountID, PlanID: s.Plan.ID, Version: s.Plan.Version, Currency: s.Currency, Every: s.Interval, Anchor: s.Anchor,
		PeriodStart: s.Period.Start, PeriodEnd: s.Period.End, Trial: s.Trial, Ends: s.Ends, EndedOn: s.EndedOn, Revision: s.Revision, CreatedAt: s.CreatedAt,
	}
	if s.Next != nil {
		r.NextPlanID, r.NextVersion, r.NextEvery = &s.Next.PlanID, s.Next.Version, s.Next.Interval
	}
	return r
}

func (r subscriptionRow) subscription(p Plan) Subscription {
	s := Subscription{
		AccountID: r.AccountID, Plan: p, Currency: r.Currency, Interval: r.Every, Anchor: r.Anchor, Period: Period{r.PeriodStart, r.PeriodEnd},
		Trial: r.Trial, Ends: r.Ends, EndedOn: r.EndedOn, Revision: r.Revision, CreatedAt: r.CreatedAt,
	}
	if r.NextPlanID != nil {
		s.Next = &Next{*r.NextPlanID, r.NextVersion, r.NextEvery}
	}
	return s
}

type invoiceRow struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	InvoiceID   id.ID `gorm:"primaryKey"`
	Kind        Kind
	Number      int64
	RefersTo    *id.ID
	IssuedOn    Date
	DueOn       Date
	PeriodStart Date
	PeriodEnd   Date
	Currency    string
	Net         Money
	Tax         Money
	Gross       Money
	Settled     Money
	Contents    Contents `gorm:"serializer:json"`
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (invoiceRow) TableName() string { return "invoices" }

func (r invoiceRow) invoice() Invoice {
	inv := Invoice{
		AccountID: r.AccountID, ID: r.InvoiceID, Kind: r.Kind, Number: r.Number, Label: r.Kind.label(r.Number), IssuedOn: r.IssuedOn, DueOn: r.DueOn,
		Period: Period{r.PeriodStart, r.PeriodEnd}, Currency: r.Currency, Net: r.Net, Tax: r.Tax, Gross: r.Gross, Settled: r.Settled,
		Paper: r.Contents, CreatedAt: r.CreatedAt,
	}
	if r.RefersTo != nil {
		inv.RefersTo = *r.RefersTo
	}
	return inv
}

func rowOfInvoice(i Invoice) invoiceRow {
	r := invoiceRow{
		AccountID: i.AccountID, InvoiceID: i.ID, Kind: i.Kind, Number: i.Number, IssuedOn: i.IssuedOn, DueOn: i.DueOn, PeriodStart: i.Period.Start,
		PeriodEnd: i.Period.End, Currency: i.Currency, Net: i.Net, Tax: i.Tax, Gross: i.Gross, Settled: i.Settled, Contents: i.Paper, CreatedAt: i.CreatedAt,
	}
	if !i.RefersTo.IsZero() {
		r.RefersTo = &i.RefersTo
	}
	return r
}

type paperRow struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	InvoiceID id.ID  `gorm:"primaryKey"`
	PDF       []byte `gorm:"column:pdf"`
}

// TableName implements gorm's Tabler.
func (paperRow) TableName() string { return "invoice_papers" }

// Payment is money that came for an invoice, or went back.
type Payment struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID         id.ID `gorm:"column:payment_id;primaryKey"`
	InvoiceID  id.ID
	Amount     Money  // negative: paid back
	Method     string // how: "bank transfer", …
	Reference  string // of the bank or provider; in one method none is booked twice
	ReceivedOn Date
	RecordedBy id.ID // of staff; "" the program
	ChargeID   id.ID // whose money it is; "" when it came by hand
	CreatedAt  time.Time
}

// TableName implements gorm's Tabler.
func (Payment) TableName() string { return "payments" }

type stepRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	InvoiceID id.ID `gorm:"primaryKey"`
	Step      Step  `gorm:"primaryKey"`
	ToldAt    time.Time
}

// TableName implements gorm's Tabler.
func (stepRow) TableName() string { return "payment_steps" }

// translate gives an error of the store its place, and what callers can act on its kind.
func translate(step, missing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.New(fault.NotFound, missing)
	case fault.Is(err, fault.Internal):
		return fmt.Errorf("billing: %s: %w", step, err)
	}
	return err
}
