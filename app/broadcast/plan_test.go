package broadcast

import (
	"testing"
	"time"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestZonesAreDueInTheirOwnMorning(t *testing.T) {
	p := Plan{When: InZone, At: at(t, "2026-12-01T09:00:00Z"), Zone: "Europe/Berlin"}
	zones := []string{"", "America/New_York", "Asia/Tokyo", "No/Such_Zone", "Pacific/Kiritimati"}
	for _, c := range []struct {
		now  string
		due  int
		next string
	}{
		{"2026-11-30T18:59:00Z", 0, "2026-11-30T19:00:00Z"}, // Kiritimati is 14 hours ahead
		{"2026-11-30T19:00:00Z", 1, "2026-12-01T00:00:00Z"}, // then Tokyo
		{"2026-12-01T00:00:00Z", 2, "2026-12-01T08:00:00Z"}, // then Berlin, for those whose zone is not known
		{"2026-12-01T08:00:00Z", 4, "2026-12-01T14:00:00Z"},
		{"2026-12-01T14:00:00Z", 5, ""},
	} {
		w := p.window(at(t, c.now), time.Time{}, 100, zones)
		next := ""
		if !w.next.IsZero() {
			next = w.next.UTC().Format(time.RFC3339)
		}
		if len(w.zones) != c.due || next != c.next || w.upTo != everybody {
			t.Errorf("%s: due %v, next %s; want %d, %s", c.now, w.zones, next, c.due, c.next)
		}
	}
	if got := p.start(at(t, "2026-11-20T00:00:00Z")); !got.Equal(at(t, "2026-11-30T19:00:00Z")) {
		t.Errorf("planned early it begins %s", got)
	}
	if got := p.start(at(t, "2026-12-01T03:00:00Z")); !got.Equal(at(t, "2026-12-01T03:00:00Z")) {
		t.Errorf("planned between two zones it begins %s", got)
	}
	if got := p.start(at(t, "2026-12-05T03:00:00Z")); !got.Equal(at(t, "2026-12-01T21:00:00Z")) {
		t.Errorf("planned for the past it begins %s", got)
	}
}

func TestSpreadGoesEvenlyAndByBusinessHours(t *testing.T) {
	p := Plan{When: Spread, Until: at(t, "2026-12-01T12:00:00Z")}
	began := at(t, "2026-12-01T08:00:00Z")
	for now, want := range map[string]int64{"2026-12-01T08:00:00Z": 1, "2026-12-01T09:00:00Z": 251, "2026-12-01T11:00:00Z": 751, "2026-12-01T12:00:00Z": everybody} {
		if w := p.window(at(t, now), began, 1000, []string{""}); w.upTo != want || len(w.zones) != 1 {
			t.Errorf("%s: up to %d, want %d", now, w.upTo, want)
		}
	}
	// Friday 16:00 until Monday 10:00: an hour on Friday and one on Monday.
	p = Plan{When: Spread, Until: at(t, "2026-12-07T10:00:00Z"), Zone: "UTC", Hours: Hours{From: 9 * 60, To: 17 * 60, Days: []time.Weekday{1, 2, 3, 4, 5}}}
	began = at(t, "2026-12-04T16:00:00Z")
	for _, c := range []struct {
		now  string
		open bool
		upTo int64
		next string
	}{
		{"2026-12-04T16:30:00Z", true, 251, "2026-12-04T16:30:07Z"},
		{"2026-12-05T12:00:00Z", false, 501, ""},
		{"2026-12-07T09:30:00Z", true, 751, "2026-12-07T09:30:07Z"},
	} {
		w := p.window(at(t, c.now), began, 1000, []string{""})
		if w.upTo != c.upTo || (len(w.zones) == 1) != c.open || c.next != "" && w.next.UTC().Format(time.RFC3339) != c.next {
			t.Errorf("%s: %+v, want up to %d, open %v, next %s", c.now, w, c.upTo, c.open, c.next)
		}
	}
}

func TestBusinessHoursMindTheClockBeingSet(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	all := Hours{From: 0, To: minutesOfDay, Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}
	day := time.Date(2026, 10, 25, 0, 0, 0, 0, berlin) // 25 hours long
	if got := all.between(day, day.AddDate(0, 0, 1), berlin); got != 25*time.Hour {
		t.Errorf("the long day has %s", got)
	}
	sundays := Hours{From: 9 * 60, To: 10 * 60, Days: []time.Weekday{0}}
	if got := sundays.next(time.Date(2026, 12, 6, 10, 0, 0, 0, berlin), berlin); !got.Equal(time.Date(2026, 12, 13, 9, 0, 0, 0, berlin)) {
		t.Errorf("after the hours of the only day comes %s", got)
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	now := at(t, "2026-12-01T08:00:00Z")
	for name, p := range map[string]Plan{
		"no when":             {},
		"no time":             {When: At},
		"far ahead":           {When: At, At: now.AddDate(2, 0, 0)},
		"unknown zone":        {When: Now, Zone: "Mars/Olympus"},
		"until before":        {When: Spread, Until: now},
		"no hours in it":      {When: Spread, Until: now.Add(time.Hour), Hours: Hours{From: 900, To: 1000, Days: []time.Weekday{1}}},
		"hours the wrong way": {When: Now, Hours: Hours{From: 900, To: 100, Days: []time.Weekday{1}}},
		"no day":              {When: Now, Hours: Hours{From: 100, To: 900}},
	} {
		if p.check(now) == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// A test goes to an even part of the audience, old contacts and young, whatever its size.
func TestTestsAreScattered(t *testing.T) {
	c := Campaign{Content: make([]Variant, 3), Winner: NoWinner, Test: Test{Share: 20}}
	const all = 100_000
	perVariant, perTenth := map[int]int{}, map[int64]int{}
	for n := int64(1); n <= all; n++ {
		if band(n) < c.testedBands() {
			perVariant[c.variantOf(n)]++
			perTenth[(n-1)/(all/10)]++
		}
	}
	for v := range 3 {
		if n := perVariant[v]; n < 6600 || n > 6740 {
			t.Errorf("variant %d goes to %d of 20,000", v, n)
		}
	}
	for tenth := range int64(10) {
		if n := perTenth[tenth]; n < 1980 || n > 2020 {
			t.Errorf("tenth %d has %d of 2,000", tenth, n)
		}
	}
}

func TestTheBestWins(t *testing.T) {
	results := []Result{{Delivered: 100, Opens: 10, Clicks: 5, Left: 3}, {Delivered: 50, Opens: 6, Clicks: 2, Left: 2}, {}}
	for by, want := range map[Measure]int{ByOpens: 1, ByClicks: 0, ByLeaving: 0} {
		if got := best(by, results); got != want {
			t.Errorf("by %s variant %d wins, want %d", by, got, want)
		}
	}
	if got := best(ByLeaving, []Result{{}, {Delivered: 10}}); got != 1 {
		t.Errorf("a variant that went to nobody wins over one that nobody left: %d", got)
	}
}
