package broadcast

import "smtpserver/app/id"

// Sums are a campaign's numbers. At every moment
// Audience = Sent + Waiting + Suppressed + OptedOut + Invalid + Duplicate + Failed + Skipped.
type Sums struct {
	Audience   int64 `json:"audience"`
	Sent       int64 `json:"sent"`    // delivered, and not bounced later
	Waiting    int64 `json:"waiting"` // not handed over yet, or still being tried
	Suppressed int64 `json:"suppressed"`
	OptedOut   int64 `json:"opted_out"`
	Invalid    int64 `json:"invalid"`
	Duplicate  int64 `json:"duplicate"`
	Failed     int64 `json:"failed"`  // bounced or expired
	Skipped    int64 `json:"skipped"` // cancelled, or gone since the audience was frozen

	Queued     int64 `json:"queued"`     // of Waiting: handed over, being tried
	Bounced    int64 `json:"bounced"`    // of Failed
	Ambiguous  int64 `json:"ambiguous"`  // attempts that may have arrived unseen
	Complained int64 `json:"complained"` // of Sent
}

// Balanced reports whether they add up.
func (s Sums) Balanced() bool {
	return s.Audience == s.Sent+s.Waiting+s.Suppressed+s.OptedOut+s.Invalid+s.Duplicate+s.Failed+s.Skipped
}

// totals is the row of running counters.
type totals struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	CampaignID id.ID `gorm:"primaryKey"`
	Audience   int64
	Waiting    int64
	Suppressed int64
	OptedOut   int64
	Invalid    int64
	Duplicate  int64
	Skipped    int64
	Accepted   int64
	Delivered  int64
	Bounced    int64
	Refused    int64
	Expired    int64
	Cancelled  int64
	Ambiguous  int64
	Complained int64
	Hard       int64
	Rejected   int64
}

// TableName implements gorm's naming.
func (totals) TableName() string { return "campaign_totals" }

// queued is what is handed over and has not ended.
func (t totals) queued() int64 {
	return t.Accepted - t.Delivered - t.Bounced - t.Refused - t.Expired - t.Cancelled
}

func (t totals) sums() Sums {
	return Sums{
		Audience: t.Audience, Sent: t.Delivered, Waiting: t.Waiting + t.queued(), Suppressed: t.Suppressed + t.Refused,
		OptedOut: t.OptedOut, Invalid: t.Invalid, Duplicate: t.Duplicate, Failed: t.Bounced + t.Expired, Skipped: t.Skipped + t.Cancelled,
		Queued: t.queued(), Bounced: t.Bounced, Ambiguous: t.Ambiguous, Complained: t.Complained,
	}
}
