package terms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Archive holds the versions and their acceptances. Safe for concurrent use.
type Archive struct{ store *store.Store }

// New returns an archive.
func New(s *store.Store) *Archive { return &Archive{store: s} }

type versionRow struct {
	Document    Document `gorm:"primaryKey"`
	Number      int      `gorm:"primaryKey;autoIncrement:false"`
	EffectiveOn Date
	Title       string
	Markdown    string
	Digest      string
	CreatedAt   time.Time
}

// TableName implements gorm's Tabler.
func (versionRow) TableName() string { return "terms_versions" }

func (r versionRow) version() Version {
	return Version{Document: r.Document, Number: r.Number, EffectiveOn: r.EffectiveOn, Title: r.Title, Markdown: r.Markdown, Digest: r.Digest}
}

type acceptanceRow struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	AcceptanceID id.ID `gorm:"primaryKey"`
	Document     Document
	Number       int
	Digest       string
	UserID       id.ID
	Channel      Channel
	IP           string `gorm:"column:ip"`
	UserAgent    string
	AcceptedAt   time.Time
}

// TableName implements gorm's Tabler.
func (acceptanceRow) TableName() string { return "terms_acceptances" }

// Seed stores version 1 of each document, effective today, unless the document
// has versions already. Several processes may do it at once.
func (a *Archive) Seed(ctx context.Context) error {
	now := a.store.Now()
	err := a.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		for _, f := range founding {
			var count int64
			if err := tx.Model(&versionRow{}).Where("document = ?", f.document).Count(&count).Error; err != nil {
				return err
			}
			if count > 0 {
				continue
			}
			r := versionRow{Document: f.document, Number: 1, EffectiveOn: DateOf(now), Title: f.title, Markdown: f.markdown, Digest: digest(f.markdown), CreatedAt: now}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&r).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("terms: seed: %w", err)
	}
	return nil
}

// Current returns the version in force at a moment.
func (a *Archive) Current(ctx context.Context, document Document, now time.Time) (Version, error) {
	return a.find(ctx, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("document = ? AND effective_on <= ?", document, DateOf(now)).Order("number DESC")
	})
}

// Get returns one version.
func (a *Archive) Get(ctx context.Context, document Document, number int) (Version, error) {
	return a.find(ctx, func(tx *gorm.DB) *gorm.DB { return tx.Where("document = ? AND number = ?", document, number) })
}

// Versions returns all versions of a document, the newest first, without their text.
func (a *Archive) Versions(ctx context.Context, document Document) ([]Version, error) {
	var rows []versionRow
	err := a.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Omit("markdown").Where("document = ?", document).Order("number DESC").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: list: %w", err)
	}
	versions := make([]Version, len(rows))
	for i, r := range rows {
		versions[i] = r.version()
	}
	return versions, nil
}

func (a *Archive) find(ctx context.Context, where func(*gorm.DB) *gorm.DB) (Version, error) {
	var r versionRow
	err := a.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error { return where(tx).Take(&r).Error })
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Version{}, fault.New(fault.NotFound, "There is no such version.")
	case err != nil:
		return Version{}, fmt.Errorf("terms: find: %w", err)
	}
	return r.version(), nil
}

// Acceptances returns what the account has accepted, the newest first.
func (a *Archive) Acceptances(ctx context.Context, scope account.Scope) ([]Acceptance, error) {
	var rows []acceptanceRow
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("acceptance_id DESC").Limit(100).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("terms: acceptances: %w", err)
	}
	out := make([]Acceptance, len(rows))
	for i, r := range rows {
		out[i] = r.acceptance()
	}
	return out, nil
}
