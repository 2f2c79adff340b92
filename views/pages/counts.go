package pages

import (
	"time"
)

// Counts are deliveries by how they ended, over some time.
type Counts struct {
	Accepted, Delivered, Bounced, Suppressed, Expired, Cancelled int64
}

// Waiting is how many have no outcome yet.
func (c Counts) Waiting() int64 {
	return max(0, c.Accepted-c.Delivered-c.Bounced-c.Suppressed-c.Expired-c.Cancelled)
}

// DayCounts are the counts of one day, for the chart.
type DayCounts struct {
	Day time.Time
	Counts
}
