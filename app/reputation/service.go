package reputation

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Deps is what a Service works with.
type Deps struct {
	Store     *store.Store
	Accounts  Accounts
	Campaigns Campaigns
	Mail      Mailer
	Audit     Recorder
	Metrics   Metrics
	Log       *slog.Logger
	Box       *secret.Box // hides where accounts are made; nil: nobody looks
	// Disposable tells mail domains whose addresses are made to be thrown away; nil: none is.
	Disposable func(domain string) bool
	NewLimits  bool // new accounts may send little at first
}

// Service judges accounts and keeps their standings. Safe for concurrent use.
type Service struct {
	Deps
	store *store.Store

	mu      sync.Mutex
	waiting map[suspect]bool
	signal  chan struct{}
	changed []func() // told when what is held has changed
}

// suspect is somebody of whom something bad became known.
type suspect struct{ account, campaign id.ID }

// New returns a service.
func New(d Deps) *Service {
	return &Service{Deps: d, store: d.Store, waiting: map[suspect]bool{}, signal: make(chan struct{}, 1)}
}

// OnChange has a function called in this process whenever what is held has changed.
func (s *Service) OnChange(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = append(s.changed, f)
}

func (s *Service) tellChange() {
	s.mu.Lock()
	all := s.changed
	s.mu.Unlock()
	for _, f := range all {
		f()
	}
}

// Bad notes that an outcome speaks against an account and perhaps a campaign, so that Watch
// judges them within a moment. It does not wait.
func (s *Service) Bad(account, campaign id.ID) {
	s.mu.Lock()
	s.waiting[suspect{account, campaign}] = true
	s.mu.Unlock()
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// breath is between two looks: a storm is judged by what it has become, not mail by mail.
const breath = 20 * time.Millisecond

// Watch judges whom Bad names until ctx ends. What it misses, Sweep finds.
func (s *Service) Watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.signal:
		}
		s.mu.Lock()
		all := s.waiting
		s.waiting = map[suspect]bool{}
		s.mu.Unlock()
		if err := s.look(ctx, all); err != nil && ctx.Err() == nil {
			s.Log.Error("accounts were not judged; the next sweep will", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(breath):
		}
	}
}

func (s *Service) look(ctx context.Context, all map[suspect]bool) error {
	accounts := map[id.ID]bool{}
	var failed []error
	for one := range all {
		if !one.campaign.IsZero() {
			failed = append(failed, s.judgeCampaign(ctx, one.account, one.campaign))
		}
		accounts[one.account] = true
	}
	for account := range accounts {
		failed = append(failed, s.Judge(ctx, account))
	}
	return errors.Join(failed...)
}

var noAccount = fault.New(fault.NotFound, "There is no such account.")

func translate(what string, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrReference):
		return noAccount
	}
	return fault.Wrap(fault.Internal, "", errors.Join(errors.New("reputation: "+what), err))
}
