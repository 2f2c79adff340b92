package tracking

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Refresh reads the list now.
func (s *Stops) Refresh(ctx context.Context) error {
	list, err := s.List(ctx)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(list))
	for _, one := range list {
		known[one.Target] = true
	}
	s.known.Store(&known)
	return nil
}

// List returns all stops, the newest first.
func (s *Stops) List(ctx context.Context) (list []Stopped, err error) {
	err = s.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("stopped_at DESC, target").Find(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("tracking: stopped links: %w", err)
	}
	return list, nil
}

func (s *Stops) add(ctx context.Context, one Stopped) error {
	err := s.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&one).Error
	})
	if err != nil {
		return fmt.Errorf("tracking: stop a link: %w", err)
	}
	return nil
}

func (s *Stops) remove(ctx context.Context, target string) error {
	err := s.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("target = ?", target).Delete(&Stopped{}).Error
	})
	if err != nil {
		return fmt.Errorf("tracking: allow a link: %w", err)
	}
	return nil
}
