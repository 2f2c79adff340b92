package domain

import (
	"context"
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

// row is a line of the domains table.
type row struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	DomainID     id.ID `gorm:"primaryKey"`
	Name         string
	State        State
	Reason       string
	ReturnPath   string
	TrackingHost string
	DNSHost      string `gorm:"column:dns_host"`
	VerifiedAt   *time.Time
	FailingSince *time.Time
	CheckedAt    *time.Time
	NextCheckAt  time.Time
	CreatedBy    id.ID
	CreatedAt    time.Time
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "domains" }

func (r row) domain() Domain {
	return Domain{
		ID: r.DomainID, AccountID: r.AccountID, Name: r.Name, State: r.State, Reason: r.Reason, ReturnPath: r.ReturnPath,
		TrackingHost: r.TrackingHost, DNSHost: r.DNSHost, VerifiedAt: r.VerifiedAt, FailingSince: r.FailingSince,
		CheckedAt: r.CheckedAt, NextCheckAt: r.NextCheckAt, CreatedAt: r.CreatedAt,
	}
}

type keyState string

const (
	keyActive  keyState = "active"
	keyStandby keyState = "standby"
	keyRetired keyState = "retired"
)

// keepRetired is how long a retired key's record should stay in DNS: longer than
// the 5 days for which a message may be retried.
const keepRetired = 7 * 24 * time.Hour

// dkimKey is a line of the dkim_keys table.
type dkimKey struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	KeyID      id.ID `gorm:"primaryKey"`
	DomainID   id.ID
	Selector   string
	State      keyState
	PrivateKey []byte // PKCS #8, sealed
	PublicKey  []byte // PKIX
	CreatedAt  time.Time
	RetiredAt  *time.Time
}

// TableName implements gorm's Tabler.
func (dkimKey) TableName() string { return "dkim_keys" }

// recordRow is a line of the domain_records table: what we saw last.
type recordRow struct {
	AccountID   id.ID   `gorm:"column:account_id;primaryKey;<-:create"`
	DomainID    id.ID   `gorm:"primaryKey"`
	Purpose     Purpose `gorm:"primaryKey"`
	Verdict     Verdict
	Explanation string
	Seen        string
	CheckedAt   *time.Time
}

// TableName implements gorm's Tabler.
func (recordRow) TableName() string { return "domain_records" }

// Detail is a domain with its records, as its page shows it.
type Detail struct {
	Domain
	Records []Record
}

// List returns the account's domains by name.
func (s *Service) List(ctx context.Context, scope account.Scope) ([]Domain, error) {
	var rows []row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("name").Limit(MaxDomains).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("domain: list: %w", err)
	}
	list := make([]Domain, len(rows))
	for i, r := range rows {
		list[i] = r.domain()
	}
	return list, nil
}

// Get returns one domain of the account.
func (s *Service) Get(ctx context.Context, scope account.Scope, domainID id.ID) (Domain, error) {
	var r row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("domain_id = ?", domainID).Take(&r).Error
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Domain{}, notFound()
	case err != nil:
		return Domain{}, fmt.Errorf("domain: get: %w", err)
	}
	return r.domain(), nil
}

// Show returns one domain of the account with its records and what we saw of them.
func (s *Service) Show(ctx context.Context, scope account.Scope, domainID id.ID) (Detail, error) {
	var d Domain
	var keys []dkimKey
	var seen []recordRow
	err := s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) (err error) {
		if d, err = s.Get(ctx, scope, domainID); err != nil {
			return err
		}
		if keys, err = keysOf(tx, d); err != nil {
			return err
		}
		return tx.Where("domain_id = ?", domainID).Find(&seen).Error
	})
	if err != nil {
		return Detail{}, wrapUnlessFault("show", err)
	}
	return Detail{Domain: d, Records: withVerdicts(s.records(d, keys), seen)}, nil
}

// keysOf returns a domain's keys: active, standby, then the retired ones, newest
// first. The account is named as well, for callers under a system pass.
func keysOf(tx *gorm.DB, d Domain) (keys []dkimKey, err error) {
	err = tx.Where("account_id = ? AND domain_id = ?", d.AccountID, d.ID).Order("key_id DESC").Find(&keys).Error
	ordered := make([]dkimKey, 0, len(keys))
	for _, state := range []keyState{keyActive, keyStandby, keyRetired} {
		for _, k := range keys {
			if k.State == state {
				ordered = append(ordered, k)
			}
		}
	}
	return ordered, err
}

func withVerdicts(records []Record, seen []recordRow) []Record {
	for _, row := range seen {
		for i := range records {
			if r := &records[i]; r.Purpose == row.Purpose {
				r.Verdict, r.Explanation, r.Seen, r.CheckedAt = row.Verdict, row.Explanation, row.Seen, row.CheckedAt
			}
		}
	}
	return records
}

func notFound() error { return fault.New(fault.NotFound, "There is no such domain.") }

// wrapUnlessFault adds the step to an error that is not meant for people.
func wrapUnlessFault(step string, err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("domain: %s: %w", step, err)
}

func (s *Service) create(ctx context.Context, scope account.Scope, r *row, keys []dkimKey) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		if err := tx.Create(&keys).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "domain.added", Object: audit.Object{ID: r.DomainID, Name: r.Name}})
	})
}

func (s *Service) count(ctx context.Context, scope account.Scope) (n int64, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Model(&row{}).Count(&n).Error })
	return n, err
}

func (s *Service) rowNamed(ctx context.Context, scope account.Scope, name string) (r row, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Where("name = ?", name).Take(&r).Error })
	return r, err
}

// markLooking notes that a look begins, unless one began a moment ago. A time in
// the future is no reason to wait: the clock was set back.
func (s *Service) markLooking(ctx context.Context, scope account.Scope, domainID id.ID, now, ticket time.Time) (began bool, err error) {
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).
			Where("domain_id = ? AND (checked_at IS NULL OR checked_at <= ? OR checked_at > ?)", domainID, now.Add(-checkEvery), now).
			Updates(map[string]any{"next_check_at": ticket, "checked_at": now})
		began = done.RowsAffected == 1
		return done.Error
	})
	return began, err
}

func (s *Service) withKeys(ctx context.Context, scope account.Scope, domainID id.ID) (d Domain, keys []dkimKey, err error) {
	err = s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) (err error) {
		if d, err = s.Get(ctx, scope, domainID); err != nil {
			return err
		}
		keys, err = keysOf(tx, d)
		return err
	})
	return d, keys, err
}

// swap moves the keys on, unless somebody has just done so.
func (s *Service) swap(ctx context.Context, scope account.Scope, name string, active, standby, fresh dkimKey) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		now := s.store.Now()
		if err := moveKey(tx, active, keyRetired, &now); err != nil {
			return err
		}
		if err := moveKey(tx, standby, keyActive, nil); err != nil {
			return err
		}
		if err := tx.Create(&fresh).Error; err != nil {
			return err
		}
		// The active record gets the verdict of the former standby, just seen good;
		// nothing is known of the new standby.
		err := tx.Where("domain_id = ? AND purpose IN ?", standby.DomainID, []Purpose{DKIMActive, DKIMStandby}).Delete(&recordRow{}).Error
		if err != nil {
			return err
		}
		if err := tx.Create(&recordRow{DomainID: standby.DomainID, Purpose: DKIMActive, Verdict: Good, Explanation: "Found.", CheckedAt: &now}).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{
			Action: "domain.key_rotated", Object: audit.Object{ID: standby.DomainID, Name: name},
			Before: audit.Values{"selector": active.Selector}, After: audit.Values{"selector": standby.Selector},
		})
	})
}

func moveKey(tx *gorm.DB, k dkimKey, to keyState, retiredAt *time.Time) error {
	done := tx.Model(&dkimKey{}).Where("key_id = ? AND state = ?", k.KeyID, k.State).
		Updates(map[string]any{"state": to, "retired_at": retiredAt})
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.New(fault.Conflict, "Somebody has just rotated this key.")
	}
	return done.Error
}
