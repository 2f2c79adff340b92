package limit

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// RateKind says whose rate it is.
type RateKind string

// The kinds. A delivery leaves when every rate that is about it lets it go.
const (
	OfAccount    RateKind = "account"    // subject ""
	OfPlan       RateKind = "plan"       // subject ""; what the account's plan holds
	OfStream     RateKind = "stream"     // subject is the stream
	OfCredential RateKind = "credential" // subject is the credential's id
)

// SendingRate is the rate at which deliveries of an account leave.
type SendingRate struct {
	AccountID id.ID    `gorm:"column:account_id;primaryKey;<-:create"`
	Kind      RateKind `gorm:"primaryKey"`
	Subject   string   `gorm:"primaryKey"`
	PerMinute int
	FreeAt    time.Time
	Guard     string `gorm:"-"` // "", or the cause of the guard whose rate it is; it is stored there
}

// TableName implements gorm's naming.
func (SendingRate) TableName() string { return "sending_rates" }

// Rate is the rule of the row.
func (s SendingRate) Rate() Rate { return Rate{PerMinute: s.PerMinute, FreeAt: s.FreeAt} }

// Rates keeps accounts' sending rates. Workers see a change within seconds.
type Rates struct{ store *store.Store }

// NewRates returns the rates of a database.
func NewRates(s *store.Store) *Rates { return &Rates{s} }

// Set limits what leaves; 0 takes the limit away.
func (r *Rates) Set(ctx context.Context, scope store.Scope, kind RateKind, subject string, perMinute int) error {
	accountID, err := scope.Account()
	if err != nil {
		return err
	}
	err = r.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return r.change(tx, accountID, kind, subject, perMinute)
	})
	if err != nil {
		return fmt.Errorf("limit: set a rate: %w", err)
	}
	return nil
}

func (r *Rates) change(tx *gorm.DB, accountID id.ID, kind RateKind, subject string, perMinute int) error {
	if perMinute <= 0 {
		return tx.Where("account_id = ? AND kind = ? AND subject = ?", accountID, kind, subject).Delete(&SendingRate{}).Error
	}
	row := SendingRate{AccountID: accountID, Kind: kind, Subject: subject, PerMinute: perMinute, FreeAt: r.store.Now()}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "account_id"}, {Name: "kind"}, {Name: "subject"}},
		DoUpdates: clause.AssignmentColumns([]string{"per_minute"}),
	}).Create(&row).Error
}

// All lists the rates of an account.
func (r *Rates) All(ctx context.Context, scope store.Scope) (rows []SendingRate, err error) {
	err = r.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("kind, subject").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("limit: rates: %w", err)
	}
	return rows, nil
}
