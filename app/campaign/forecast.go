package campaign

import (
	"context"
	"time"

	"smtpserver/app/delivery"
)

// shownProviders is how many providers a page names; the others are summed up.
const shownProviders = 6

// Forecast is how long the mail of a counted audience takes, by provider, the slowest
// first, and until the last of all.
func (s *Service) Forecast(ctx context.Context, c Count) (slowest []delivery.Forecast, finish time.Duration, err error) {
	all, err := s.Board.Forecast(ctx, c.Domains, s.OneWay)
	if err != nil || len(all) == 0 {
		return nil, 0, err
	}
	finish = all[0].Takes
	if len(all) <= shownProviders {
		return all, finish, nil
	}
	rest := delivery.Forecast{Name: "all others"}
	for _, f := range all[shownProviders:] {
		rest.Deliveries += f.Deliveries
		rest.Takes = max(rest.Takes, f.Takes)
	}
	return append(all[:shownProviders:shownProviders], rest), finish, nil
}
