package campaign

import (
	"context"
	"time"

	"smtpserver/app/broadcast"
)

// Provider is what became of a campaign's mail at one destination.
type Provider struct {
	Destination       string
	Delivered, Failed int64
}

// ProvidersSoon tells what became of a campaign's mail by destination, the largest first. It
// goes over all its deliveries, so the figures of half a minute are kept, and a page waits no
// longer than patience: then done is false and they are ready for whoever asks next.
func (s *Service) ProvidersSoon(ctx context.Context, c broadcast.Campaign, patience time.Duration) (rows []Provider, done bool, err error) {
	under := context.WithoutCancel(ctx)
	answer := s.flights.DoChan("providers "+string(c.ID), func() (any, error) {
		return s.providers.Get(c.ID, func() ([]Provider, error) {
			ctx, cancel := context.WithTimeout(under, longestCount)
			defer cancel()
			return s.byProvider(ctx, c)
		})
	})
	select {
	case r := <-answer:
		rows, done = r.Val.([]Provider)
		return rows, done && r.Err == nil, r.Err
	case <-time.After(patience):
		return nil, false, nil
	}
}
