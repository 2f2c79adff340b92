package credential

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"gorm.io/gorm"
)

// use is the newest use of a credential, and when it was last written.
type use struct {
	at      time.Time
	ip      netip.Addr
	written time.Time // zero: never by this process
}

const (
	// useInterval is how often the use of one credential is written at most.
	useInterval = time.Minute
	// flushInterval is how soon a first use shows up.
	flushInterval = 2 * time.Second
	// usesKept bounds what is noted in memory.
	usesKept = 100_000
)

// noteUse remembers a use; AUTH itself never writes.
func (s *Service) noteUse(k key, ip netip.Addr) {
	now := s.store.Now()
	s.useMu.Lock()
	defer s.useMu.Unlock()
	u := s.uses[k]
	if u == nil {
		if len(s.uses) >= usesKept {
			return // "last used" may lag; sign-in goes on
		}
		u = &use{}
		s.uses[k] = u
	}
	u.at, u.ip = now, ip
}

// Run writes the noted uses until ctx ends, and what is left then.
func (s *Service) Run(ctx context.Context) error {
	ticker := time.NewTicker(flushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			return s.Flush(last)
		case <-ticker.C:
			if err := s.flush(ctx, useInterval); err != nil {
				s.log.WarnContext(ctx, "cannot note the use of credentials; trying again", "error", err)
			}
		}
	}
}

// Flush writes all noted uses now.
func (s *Service) Flush(ctx context.Context) error { return s.flush(ctx, 0) }

func (s *Service) flush(ctx context.Context, interval time.Duration) error {
	due := s.takeDue(interval)
	if len(due) == 0 {
		return nil
	}
	err := s.store.SystemWrite(ctx, "note when credentials were last used", func(_ context.Context, tx *gorm.DB) error {
		// In one order: two processes that flush the same credentials must not deadlock.
		for _, k := range slices.SortedFunc(maps.Keys(due), key.compare) {
			u := due[k]
			err := tx.Model(&row{}).
				Where("account_id = ? AND credential_id = ? AND (last_used_at IS NULL OR last_used_at < ?)", k.account, k.credential, u.at).
				Updates(map[string]any{"last_used_at": u.at, "last_used_ip": u.ip.Unmap().String()}).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("credential: note uses: %w", err)
	}
	s.wrote(due)
	return nil
}

// takeDue copies the uses that are newer than what was written and not written
// within the interval, and drops what has been quiet for long.
func (s *Service) takeDue(interval time.Duration) map[key]use {
	now := s.store.Now()
	due := map[key]use{}
	s.useMu.Lock()
	defer s.useMu.Unlock()
	for k, u := range s.uses {
		switch {
		case u.at.After(u.written) && now.Sub(u.written) >= interval:
			due[k] = *u
		case !u.at.After(u.written) && now.Sub(u.written) >= useInterval:
			delete(s.uses, k)
		}
	}
	return due
}

func (s *Service) wrote(due map[key]use) {
	s.useMu.Lock()
	defer s.useMu.Unlock()
	for k, u := range due {
		if kept := s.uses[k]; kept != nil {
			kept.written = u.at
		}
	}
}
