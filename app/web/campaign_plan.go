package web

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/views/pages"
)

// localForm is how datetime-local controls write a moment (HTML §2.3.5.5).
const localForm = "2006-01-02T15:04"

// commonZones are offered; any other name of a zone may be typed.
var commonZones = []string{"UTC", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Athens", "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney"}

// fillPlan writes a campaign's plan into the form.
func fillPlan(v *pages.CampaignSend, c broadcast.Campaign, home string) {
	p := c.Plan
	v.When, v.Zone, v.Zones = string(cmp.Or(p.When, broadcast.Now)), cmp.Or(p.Zone, home, "UTC"), commonZones
	zone, err := time.LoadLocation(v.Zone)
	if err != nil || p.When == broadcast.InZone {
		zone = time.UTC
	}
	if !p.At.IsZero() {
		v.At = p.At.In(zone).Format(localForm)
	}
	if !p.Until.IsZero() {
		v.Until = p.Until.In(zone).Format(localForm)
	}
	v.HoursFrom, v.HoursTo, v.Hours = "09:00", "17:00", !p.Hours.Any()
	if v.Hours {
		v.HoursFrom, v.HoursTo, v.Weekdays = clockOf(p.Hours.From), clockOf(p.Hours.To), len(p.Hours.Days) == 5
	}
	v.Repeat, v.RepeatAt = string(p.Repeat.Every), "09:00"
	if p.Repeat.Every == broadcast.Daily {
		v.RepeatAt = clockOf(p.Repeat.At)
	}
	v.TestShare, v.TestBy, v.TestAfter = strconv.Itoa(cmp.Or(c.Test.Share, 20)), string(cmp.Or(c.Test.By, broadcast.ByOpens)), strconv.Itoa(int(c.Test.After.Hours()))
}

func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// planForm is the send step as it was typed.
type planForm struct {
	When        string `form:"when"`
	At          string `form:"at"`
	Until       string `form:"until"`
	Zone        string `form:"zone"`
	Hours       bool   `form:"hours"`
	HoursFrom   string `form:"hours_from"`
	HoursTo     string `form:"hours_to"`
	Weekdays    bool   `form:"weekdays"`
	TrackOpens  bool   `form:"track_opens"`
	TrackClicks bool   `form:"track_clicks"`
	Share       string `form:"share"`
	By          string `form:"by"`
	After       string `form:"after"`
	Repeat      string `form:"repeat"`
	RepeatAt    string `form:"repeat_at"`
}

// show writes what was typed back into the form.
func (f planForm) show(page view) view {
	v, ok := page.(pages.CampaignSend)
	if !ok {
		return page
	}
	v.When, v.At, v.Until, v.Zone, v.Hours, v.HoursFrom, v.HoursTo, v.Weekdays = f.When, f.At, f.Until, f.Zone, f.Hours, f.HoursFrom, f.HoursTo, f.Weekdays
	v.TrackOpens, v.TrackClicks, v.TestShare, v.TestBy, v.TestAfter = f.TrackOpens, f.TrackClicks, f.Share, f.By, f.After
	v.Repeat, v.RepeatAt = f.Repeat, f.RepeatAt
	return v
}

// apply puts it into a brief.
func (f planForm) apply(b *broadcast.Brief) error {
	zone, err := time.LoadLocation(strings.TrimSpace(f.Zone))
	if err != nil || strings.EqualFold(f.Zone, "local") {
		return fault.Field("zone", "The time zone is a name such as Europe/Berlin.")
	}
	p := broadcast.Plan{When: broadcast.When(f.When), Zone: zone.String()}
	if !slices.Contains([]broadcast.When{broadcast.Now, broadcast.At, broadcast.InZone, broadcast.Spread}, p.When) {
		return fault.Field("when", "Choose when it is sent.")
	}
	if p.Zoned() {
		zone = time.UTC // the wall clock of each recipient
	}
	if p.When != broadcast.Now {
		if p.At, err = parseLocal("at", f.At, zone); err != nil {
			return err
		}
	}
	if p.When == broadcast.Spread {
		if p.Until, err = parseLocal("until", f.Until, zone); err != nil {
			return err
		}
	}
	if p.Hours, err = f.hours(); err != nil {
		return err
	}
	if p.Repeat, err = (repeatForm{f.Repeat, f.RepeatAt}).repeat(); err != nil {
		return err
	}
	b.Plan, b.TrackOpens, b.TrackClicks = p, f.TrackOpens, f.TrackClicks
	if len(b.Content) > 1 {
		return f.applyTest(b)
	}
	b.Test = broadcast.Test{}
	return nil
}

// parseLocal reads a moment; of a spread the beginning may be left out.
func parseLocal(field, text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(localForm, text, zone)
	if err != nil {
		return at, fault.Field(field, "Give a day and a time.")
	}
	return at.UTC(), nil
}

func (f planForm) hours() (h broadcast.Hours, err error) {
	if !f.Hours {
		return h, nil
	}
	from, err := time.Parse("15:04", f.HoursFrom)
	if err != nil {
		return h, fault.Field("hours_from", "Give a time such as 09:00.")
	}
	to, err := time.Parse("15:04", f.HoursTo)
	if err != nil {
		return h, fault.Field("hours_to", "Give a time such as 17:00.")
	}
	h.From, h.To = from.Hour()*60+from.Minute(), to.Hour()*60+to.Minute()
	h.Days = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	if !f.Weekdays {
		h.Days = append(h.Days, time.Saturday, time.Sunday)
	}
	return h, nil
}

func (f planForm) applyTest(b *broadcast.Brief) error {
	share, err := strconv.Atoi(f.Share)
	if err != nil || share < 1 || share > 100 {
		return fault.Field("share", "Choose who gets the test.")
	}
	hours, err := strconv.Atoi(f.After)
	if err != nil || hours < 0 || hours > 24*30 {
		return fault.Field("after", "Choose when it is decided.")
	}
	b.Test = broadcast.Test{Share: share, By: broadcast.Measure(f.By), After: time.Duration(hours) * time.Hour}
	return nil
}

// planWords says when a campaign goes.
func planWords(c broadcast.Campaign) string {
	p := c.Plan
	zone, err := time.LoadLocation(p.Zone)
	if err != nil || p.Zoned() {
		zone = time.UTC
	}
	return pages.PlanWords(string(p.When), p.At.In(zone), p.Until.In(zone), p.Zone)
}
