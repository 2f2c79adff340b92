package smtpd

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// lastWords is how long a session that is cut may take to say 421.
const lastWords = 2 * time.Second

// Shutdown takes no more connections, ends idle sessions at once with 421, lets
// transactions that have begun DATA finish, and cuts what is left when ctx ends (F-05).
// It returns at most lastWords after that, whatever a Sender does.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.stopListening()
	for _, x := range s.open() {
		x.endIfIdle()
	}
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		s.end()
		return err
	case <-ctx.Done():
	}
	err = errors.Join(err, fmt.Errorf("smtpd: sessions were cut: %w", ctx.Err()))
	s.cut(done)
	return err
}

func (s *Server) stopListening() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopping {
		s.stopping = true
		close(s.stop)
	}
	var errs []error
	for ln := range s.listeners {
		errs = append(errs, ln.Close())
		delete(s.listeners, ln)
	}
	return errors.Join(errs...)
}

// cut ends what is left: first with a word, then without.
func (s *Server) cut(done <-chan struct{}) {
	s.end()
	for _, x := range s.open() {
		x.cut()
	}
	timer := time.NewTimer(lastWords)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		for _, x := range s.open() {
			_ = x.raw.Close()
		}
	}
}
