package domain

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Rotate makes the standby key sign and retires the active one, whose record should
// stay in DNS for a week. The standby's record must be seen in DNS right now: a
// signature whose key receivers cannot find is worse than an old one.
func (s *Service) Rotate(ctx context.Context, scope account.Scope, domainID id.ID) (Detail, error) {
	d, keys, err := s.withKeys(ctx, scope, domainID)
	if err != nil {
		return Detail{}, err
	}
	active, standby, err := pair(keys)
	if err != nil {
		return Detail{}, err
	}
	record, _ := s.keyRecord(d, standby)
	saw := s.look(ctx, d, []Record{record})
	if f := saw.findings[DKIMStandby]; f.verdict != Good {
		return Detail{}, fault.New(fault.Conflict, "The key cannot change yet, because the record of the next key is not in DNS. "+f.explanation)
	}
	fresh, err := s.newKey(ctx, d.AccountID, d.ID, keyStandby, nextSelector(keys))
	if err != nil {
		return Detail{}, err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return s.swap(tx, active, standby, fresh)
	})
	if err != nil {
		return Detail{}, wrapUnlessFault("rotate", err)
	}
	return s.Show(ctx, scope, domainID)
}

// swap moves the keys on, unless somebody has just done so.
func (s *Service) swap(tx *gorm.DB, active, standby, fresh dkimKey) error {
	now := s.store.Now()
	moves := []struct {
		key      dkimKey
		from, to keyState
		retired  any
	}{{active, keyActive, keyRetired, now}, {standby, keyStandby, keyActive, nil}}
	for _, m := range moves {
		done := tx.Model(&dkimKey{}).Where("key_id = ? AND state = ?", m.key.KeyID, m.from).
			Updates(map[string]any{"state": m.to, "retired_at": m.retired})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody has just rotated this key.")
		}
	}
	if err := tx.Create(&fresh).Error; err != nil {
		return err
	}
	return s.moveVerdicts(tx, standby.DomainID)
}

// moveVerdicts gives the active record the verdict of the former standby, just seen
// good; nothing is known of the new standby.
func (s *Service) moveVerdicts(tx *gorm.DB, domainID id.ID) error {
	now := s.store.Now()
	err := tx.Where("domain_id = ? AND purpose IN ?", domainID, []Purpose{DKIMActive, DKIMStandby}).Delete(&recordRow{}).Error
	if err != nil {
		return err
	}
	return tx.Create(&recordRow{DomainID: domainID, Purpose: DKIMActive, Verdict: Good, Explanation: "Found.", CheckedAt: &now}).Error
}

func (s *Service) withKeys(ctx context.Context, scope account.Scope, domainID id.ID) (d Domain, keys []dkimKey, err error) {
	err = s.store.Read(ctx, scope, func(ctx context.Context, tx *gorm.DB) (err error) {
		if d, err = s.Get(ctx, scope, domainID); err != nil {
			return err
		}
		keys, err = keysOf(tx, d)
		return err
	})
	if err != nil {
		return d, nil, wrapUnlessFault("read keys", err)
	}
	return d, keys, nil
}

// pair returns the active and the standby key.
func pair(keys []dkimKey) (active, standby dkimKey, err error) {
	if len(keys) < 2 || keys[0].State != keyActive || keys[1].State != keyStandby {
		return active, standby, fmt.Errorf("domain: %d keys, want an active and a standby one first", len(keys))
	}
	return keys[0], keys[1], nil
}
