package boot

import (
	"context"

	"smtpserver/app/delivery"
)

// watch lets the metrics tell what alert rules ask: `smtpserver print alerts`.
func (v *Services) watch() {
	board := delivery.NewBoard(v.Store)
	v.Metrics.Watch("oldest_waiting_seconds", "How long the delivery that waits longest has waited; 0 when none does.", func(ctx context.Context) (float64, error) {
		oldest, err := board.Oldest(ctx)
		if err != nil || oldest == nil {
			return 0, err
		}
		return v.Clock.Now().Sub(oldest.CreatedAt).Seconds(), nil
	})
	v.Metrics.Watch("sweep_age_seconds", "How long ago a worker last looked for due mail; it does so all the time.", func(ctx context.Context) (float64, error) {
		at, err := board.LastSwept(ctx)
		if err != nil || at.IsZero() {
			return 0, err
		}
		return v.Clock.Now().Sub(at).Seconds(), nil
	})
	v.Metrics.Watch("destinations_in_trouble", "Destinations that limit us or turn us away.", func(ctx context.Context) (float64, error) {
		all, err := board.All(ctx)
		return float64(len(all)), err
	})
	v.Metrics.Watch("addresses_out", "Sending addresses that do not send.", func(ctx context.Context) (n float64, err error) {
		all, err := v.Sending.All(ctx)
		for _, a := range all {
			if !a.Usable() {
				n++
			}
		}
		return n, err
	})
	v.Metrics.Watch("accounts_held", "Accounts whose mail is slowed or held because of what became of it, or by staff.", func(ctx context.Context) (float64, error) {
		n, err := v.Reputation.CountHeld(ctx)
		return float64(n), err
	})
	v.Metrics.Watch("everything_stopped", "1 while staff have stopped all mail.", func(ctx context.Context) (float64, error) {
		e, err := v.Reputation.Emergency(ctx)
		if err != nil || e == nil {
			return 0, err
		}
		return 1, nil
	})
}
