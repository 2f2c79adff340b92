package domain

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) *time.Time {
	at := noon.Add(-d)
	return &at
}

// The whole life of a domain as a table.
func TestAfter(t *testing.T) {
	t.Parallel()
	const h = time.Hour
	cases := []struct {
		name     string
		state    State
		verified *time.Time // last good look
		failing  *time.Time
		outcome  outcome
		want     State
		wantFail *time.Time
	}{
		{"proof", Pending, nil, nil, proven, Verified, nil},
		{"still unpublished", Pending, nil, nil, broken, Pending, nil},
		{"unanswered", Pending, nil, nil, unknown, Pending, nil},
		{"proven by another account", Pending, nil, nil, taken, Pending, nil},
		{"stays good", Verified, ago(h), nil, proven, Verified, nil},
		{"breaks", Verified, ago(h), nil, broken, Warning, &noon},
		{"DNS outage of a day", Verified, ago(24 * h), nil, unknown, Verified, nil},
		{"DNS outage of 72 h", Verified, ago(72 * h), nil, unknown, Warning, &noon},
		{"repaired", Warning, ago(20 * h), ago(19 * h), proven, Verified, nil},
		{"broken for less than a day", Warning, ago(25 * h), ago(24*h - time.Second), broken, Warning, ago(24*h - time.Second)},
		{"broken for a day", Warning, ago(25 * h), ago(24 * h), broken, Lost, ago(24 * h)},
		{"outage while broken", Warning, ago(31 * h), ago(30 * h), unknown, Warning, ago(30 * h)},
		{"outage of 72 h while broken", Warning, ago(73 * h), ago(72 * h), unknown, Lost, ago(72 * h)},
		{"lost stays lost", Lost, ago(90 * h), ago(89 * h), broken, Lost, ago(89 * h)},
		{"lost, and back", Lost, ago(90 * h), ago(89 * h), proven, Verified, nil},
		{"lost, back too late", Lost, ago(90 * h), ago(89 * h), taken, Lost, ago(89 * h)},
		{"the settings took the name", Verified, ago(h), nil, taken, Lost, &noon},
	}
	for _, c := range cases {
		d := Domain{ID: "x", State: c.state, VerifiedAt: c.verified, FailingSince: c.failing, CreatedAt: noon.Add(-100 * h)}
		got := d.after(c.outcome, "because", noon)
		sameTime := got.FailingSince == c.wantFail || got.FailingSince != nil && c.wantFail != nil && got.FailingSince.Equal(*c.wantFail)
		if got.State != c.want || !sameTime || got.Reason != "because" {
			t.Errorf("%s: %s failing since %v, want %s since %v", c.name, got.State, got.FailingSince, c.want, c.wantFail)
		}
		if !got.NextCheckAt.After(noon) {
			t.Errorf("%s: next look %v is not in the future", c.name, got.NextCheckAt)
		}
		if c.outcome == proven && !got.VerifiedAt.Equal(noon) {
			t.Errorf("%s: last good look %v", c.name, got.VerifiedAt)
		}
	}
}

func TestNextLook(t *testing.T) {
	t.Parallel()
	const h = time.Hour
	cases := []struct {
		name  string
		d     Domain
		o     outcome
		least time.Duration
	}{
		{"verified: hourly", Domain{State: Verified, VerifiedAt: ago(h)}, proven, h},
		{"verified, unanswered: soon", Domain{State: Verified, VerifiedAt: ago(h)}, unknown, 10 * time.Minute},
		{"warning", Domain{State: Warning, FailingSince: ago(h)}, broken, 10 * time.Minute},
		{"pending, new", Domain{State: Pending, CreatedAt: noon}, broken, time.Minute},
		{"pending for an hour", Domain{State: Pending, CreatedAt: noon.Add(-h)}, broken, 6 * time.Minute},
		{"pending for a day", Domain{State: Pending, CreatedAt: noon.Add(-24 * h)}, broken, h},
		{"pending for 15 days", Domain{State: Pending, CreatedAt: noon.Add(-15 * 24 * h)}, broken, 24 * h},
		{"lost for a day", Domain{State: Lost, FailingSince: ago(24 * h), CreatedAt: noon.Add(-1000 * h)}, broken, h},
	}
	for _, c := range cases {
		c.d.ID = "01jd0000000000000000000000"
		next := c.d.after(c.o, "", noon).NextCheckAt.Sub(noon)
		if next < c.least || next > c.least*11/10 {
			t.Errorf("%s: in %v, want %v to a tenth more", c.name, next, c.least)
		}
	}
	a, b := Domain{ID: "a", State: Verified}, Domain{ID: "b", State: Verified}
	if a.after(proven, "", noon).NextCheckAt.Equal(b.after(proven, "", noon).NextCheckAt) {
		t.Error("two domains share the moment of every look")
	}
}

func TestRepairBy(t *testing.T) {
	t.Parallel()
	d := Domain{State: Warning, FailingSince: &noon}
	if got := d.RepairBy(); !got.Equal(noon.Add(24 * time.Hour)) {
		t.Errorf("repair by %v", got)
	}
	if got := (Domain{State: Verified}).RepairBy(); !got.IsZero() {
		t.Errorf("a good domain must be repaired by %v", got)
	}
}
