package broadcast

import (
	"context"
	"time"
)

// ahead knows how much of the campaign is handed over and not tried yet, by destination.
type ahead struct {
	at     time.Time
	all    int
	places map[string]int
}

// aheadTime is how long what was counted is believed; what is handed over meanwhile is added.
const aheadTime = 500 * time.Millisecond

// roomy returns those of the rows whose destinations have room, and takes it.
func (h *handOver) roomy(ctx context.Context, rows []Recipient) ([]Recipient, error) {
	a := &h.ahead
	if now := h.Store.Now(); now.Sub(a.at) > aheadTime {
		places, err := h.queuedBy(ctx)
		if err != nil {
			return nil, err
		}
		*a = ahead{at: now, places: places}
		for _, n := range places {
			a.all += n
		}
	}
	var roomy []Recipient
	for _, r := range rows {
		place := h.Submission.Destination(ctx, domainOf(r.Address))
		if a.all >= aheadAll || a.places[place] >= h.place {
			continue
		}
		a.places[place]++
		a.all++
		roomy = append(roomy, r)
	}
	return roomy, nil
}
