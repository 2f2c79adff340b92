package campaign

import (
	"context"

	"smtpserver/app/broadcast"
)

// Variants implements broadcast.Results: how each variant of a test did, by what people
// did. What was asked some seconds ago is answered from memory: it goes over all rows.
func (s *Service) Variants(ctx context.Context, c broadcast.Campaign) ([]broadcast.Result, error) {
	return s.results.Get(c.ID, func() ([]broadcast.Result, error) { return s.variants(ctx, c) })
}
