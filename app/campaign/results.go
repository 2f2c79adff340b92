package campaign

import (
	"context"
	"time"

	"smtpserver/app/broadcast"
)

// Variants implements broadcast.Results: how each variant of a test did, by what people
// did. What was asked some seconds ago is answered from memory: it goes over all rows.
func (s *Service) Variants(ctx context.Context, c broadcast.Campaign) ([]broadcast.Result, error) {
	return s.results.Get(c.ID, func() ([]broadcast.Result, error) { return s.variants(ctx, c) })
}

// VariantsSoon is Variants for a page, which waits no longer than patience: then done is
// false and the figures are ready for whoever asks next.
func (s *Service) VariantsSoon(ctx context.Context, c broadcast.Campaign, patience time.Duration) (results []broadcast.Result, done bool, err error) {
	under := context.WithoutCancel(ctx)
	answer := s.flights.DoChan("results "+string(c.ID), func() (any, error) {
		ctx, cancel := context.WithTimeout(under, longestCount)
		defer cancel()
		return s.Variants(ctx, c)
	})
	select {
	case r := <-answer:
		results, done = r.Val.([]broadcast.Result)
		return results, done && r.Err == nil, r.Err
	case <-time.After(patience):
		return nil, false, nil
	}
}
