package automation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
)

// Bounds of one sweep.
const (
	atOnce    = 200 // automations
	mostTurns = 100 // of one of them
	sweepTime = 20 * time.Second
)

// Sweep lets people in and moves them along. Any number of workers may call it at once: what
// one does, the other finds done.
func (s *Service) Sweep(ctx context.Context) error {
	began := s.Store.Now()
	due, err := s.due(ctx)
	if err != nil {
		return fmt.Errorf("automation: sweep: %w", err)
	}
	var failed error // one automation holds up no other
	for _, a := range due {
		if s.Store.Now().Sub(began) > sweepTime || ctx.Err() != nil {
			break
		}
		if err := s.work(ctx, a); err != nil {
			failed = errors.Join(failed, fmt.Errorf("automation %s: %w", a.ID, err))
		}
	}
	return failed
}

func (s *Service) work(ctx context.Context, a Automation) error {
	if a.LookAt != nil && !a.LookAt.After(s.Store.Now()) {
		if err := s.look(ctx, a); err != nil {
			return err
		}
	}
	made := false
	for range mostTurns {
		more, err := s.advance(ctx, a)
		switch {
		case errors.Is(err, errNotMade) && !made:
			made = true
			if err := s.makeRound(ctx, a); err != nil {
				return err
			}
		case fault.Is(err, fault.Conflict):
			return nil // its campaign begins in a moment, or is paused; they wait
		case err != nil || !more:
			return err
		}
	}
	return nil
}

// makeRound makes the campaigns of rounds in which somebody waits.
func (s *Service) makeRound(ctx context.Context, a Automation) error {
	scope := s.ScopeOf(a.AccountID)
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		fresh, err := take(tx, a.ID)
		if err != nil || fresh.State == Off {
			return err
		}
		var rounds []string
		if err := tx.Model(&personRow{}).Distinct("round").Where("automation_id = ? AND state = ?", a.ID, waiting).Pluck("round", &rounds).Error; err != nil {
			return err
		}
		for _, round := range rounds {
			for _, step := range fresh.Steps {
				if err := s.campaignOf(ctx, scope, tx, fresh, step, round); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
