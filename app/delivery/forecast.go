package delivery

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Forecast is how long a destination would take so much mail, as it takes ours now.
type Forecast struct {
	Destination string
	Name        string // for people
	Deliveries  int64
	PerMinute   int64
	Takes       time.Duration
	Trouble     string // why it is slower than usual; "" when it is not
}

// assumedPerConnection is how many deliveries a minute a connection takes where no rate is
// set: what servers that answer at once, and write each mail to a disk, reach at least.
const assumedPerConnection = 60

// Forecast tells how long mail to so many recipients of each domain would take. What goes
// to one destination is taken together; different ones take their mail side by side. The
// longest comes first.
func (b *Board) Forecast(ctx context.Context, domains map[string]int64, fixed string) ([]Forecast, error) {
	counts := map[string]int64{}
	if fixed == "" {
		routes, err := b.queue.routesOf(ctx, domains)
		if err != nil {
			return nil, err
		}
		for domain, n := range domains {
			counts[cmp.Or(routes[domain], domain)] += n
		}
	} else {
		for _, n := range domains {
			counts[fixed] += n
		}
	}
	troubled, err := b.All(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Forecast, 0, len(counts))
	for destination, n := range counts {
		out = append(out, forecast(destination, n, troubled, b.queue.store.Now()))
	}
	slices.SortFunc(out, func(x, y Forecast) int {
		return cmp.Or(cmp.Compare(y.Takes, x.Takes), cmp.Compare(y.Deliveries, x.Deliveries), cmp.Compare(x.Destination, y.Destination))
	})
	return out, nil
}

func forecast(destination string, n int64, troubled []Standing, now time.Time) Forecast {
	profile := profileOf(destination)
	perMinute, wait, trouble := profile.PerMinute, time.Duration(0), ""
	if perMinute == 0 {
		perMinute = profile.Connections * assumedPerConnection
	}
	for _, s := range troubled {
		if s.Destination != destination {
			continue
		}
		trouble = s.Words()
		switch {
		case s.State == Resting && s.Until.After(now):
			wait = s.Until.Sub(now)
		case s.State == Limited && s.Most > 0:
			perMinute = max(1, perMinute*max(1, s.Connections)/s.Most)
		}
	}
	takes := wait + time.Duration(float64(n)/float64(perMinute)*float64(time.Minute))
	return Forecast{destination, DestinationName(destination), n, int64(perMinute), takes.Round(time.Second), trouble}
}
